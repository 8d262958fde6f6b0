/* The stream: lines and windows in, clean bytes out.
 *
 * Lines without a trigger, and that is nearly all of them, are passed on from where they lie. Only the last,
 * unfinished line of what is added is copied. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/must.h"
#include "runner/redact_priv.h"

enum { MATCH_LIMIT = 100000, HEAP_KIB = 1024, ARENA_BYTES = 256 * 1024 };
enum { STACK_BYTES = 32 * 1024, STACK_MOST_BYTES = 512 * 1024 };

struct redactor {
    struct redact_state state;
    void (*sink)(void *context, const char *bytes, size_t n_bytes);
    void *context;
    pcre2_jit_stack *stack;
    uint64_t *counts; /* a label */
    struct buf held;  /* n_before bytes that are out already, then what is not */
    size_t n_before;
    size_t looked;     /* of held: no line end before this */
    size_t quiet;      /* no trigger begins in so much of what comes next */
    bool begins;       /* what comes is the beginning of a line */
    bool hidden;       /* the line that was taken belongs to a block: its end, too */
    bool after_return; /* a line feed that comes now belongs to the line before */
    enum follow follow;
    char quote;
    uint16_t block;
};

struct redactor *redactor_new(const struct redact_rules *rules,
                              void (*sink)(void *context, const char *bytes, size_t n_bytes), void *context)
{
    struct redactor *redactor = heap_alloc(sizeof *redactor);
    *redactor = (struct redactor){.sink = sink, .context = context, .begins = true, .block = NO_LABEL};
    redactor->state.rules = rules;
    redactor->state.arena = arena_new();
    redactor->state.match = pcre2_match_data_create(8, NULL);
    redactor->state.limits = pcre2_match_context_create(NULL);
    must(redactor->state.match && redactor->state.limits);
    pcre2_set_match_limit(redactor->state.limits, MATCH_LIMIT);
    pcre2_set_heap_limit(redactor->state.limits, HEAP_KIB);
    redactor->stack = pcre2_jit_stack_create(STACK_BYTES, STACK_MOST_BYTES, NULL);
    pcre2_jit_stack_assign(redactor->state.limits, NULL, redactor->stack);
    redactor->counts = heap_alloc((rules->labels.n + 1) * sizeof *redactor->counts);
    memset(redactor->counts, 0, (rules->labels.n + 1) * sizeof *redactor->counts);
    return redactor;
}

void redactor_free(struct redactor *redactor)
{
    if (!redactor)
        return;
    if (redactor->held.at)
        explicit_bzero(redactor->held.at, redactor->held.capacity);
    buf_free(&redactor->held);
    pcre2_match_data_free(redactor->state.match);
    pcre2_match_context_free(redactor->state.limits);
    pcre2_jit_stack_free(redactor->stack);
    arena_free(redactor->state.arena);
    free(redactor->counts);
    free(redactor);
}

static void give(struct redactor *redactor, const char *bytes, size_t n_bytes)
{
    if (n_bytes)
        redactor->sink(redactor->context, bytes, n_bytes);
}

static void give_mark(struct redactor *redactor, uint16_t label)
{
    const char *name = redactor->state.rules->labels.at[label].name;
    give(redactor, "[redacted: ", 11);
    give(redactor, name, strlen(name));
    give(redactor, "]", 1);
    redactor->counts[label]++;
}

/* Nothing of what came before bears on the next line. */
static bool is_idle(const struct redactor *redactor)
{
    const struct redact_state *state = &redactor->state;
    return redactor->begins && !redactor->after_return && redactor->block == NO_LABEL &&
           state->table.kind == TABLE_NONE && !state->table.head && !state->n_open;
}

/* ---- one piece: a line, or a window of one ---- */

/* How much of a value that goes on lies in front. */
static size_t follow_end(const struct redactor *redactor, const char *at, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes && redactor->follow != FOLLOW_LINE; i++) {
        bool ends = redactor->follow == FOLLOW_QUOTE ? at[i] == redactor->quote && at[i - 1] != '\\'
                                                     : at[i] && strchr(" \t\"',;&<>)}", at[i]);
        if (ends)
            return i;
    }
    return n_bytes;
}

/* What of the piece is still inside of the block; the block may end there. */
static size_t block_read(struct redactor *redactor, const struct redact_line *line)
{
    struct redact_state *state = &redactor->state;
    const struct redact_detector *detector = &state->rules->detectors.at[redactor->block];
    if (redact_match(state, detector->until, line->at, line->n_bytes, 0, 0) > 0) {
        redactor->block = NO_LABEL;
        return pcre2_get_ovector_pointer(state->match)[1];
    }
    if (!detector->body || redact_match(state, detector->body, line->at, line->n_bytes, 0, 0) >= 0)
        return line->n_bytes;
    redactor->block = NO_LABEL;
    return 0;
}

/* Gives the line up to where it is known; how many of its bytes are done. */
static size_t line_give(struct redactor *redactor, struct redact_line *line)
{
    size_t at = 0, done = line->trigger_end;
    redact_line_read(&redactor->state, line);
    list_each (span, &line->spans) {
        give(redactor, line->at + at, span->from - at);
        give_mark(redactor, span->label);
        at = span->to;
    }
    if (done < at)
        done = at;
    give(redactor, line->at + at, done - at);
    redactor->follow = line->follow;
    redactor->quote = line->quote;
    redactor->block = line->block;
    if (arena_used_bytes(redactor->state.arena) > ARENA_BYTES)
        arena_reset(redactor->state.arena);
    return done;
}

/* ends: n_bytes is up to the end of the line; else a full window of it. Gives the number of bytes that are
 * done. */
static size_t piece_take(struct redactor *redactor, const char *at, size_t n_before, size_t n_bytes,
                         bool ends)
{
    struct redact_line line = {.at = at,
                               .n_bytes = n_bytes,
                               .n_before = redactor->begins ? 0 : n_before,
                               .begins = redactor->begins,
                               .ends = ends,
                               .quiet = redactor->quiet,
                               .trigger_end = ends ? n_bytes : n_bytes - OVERLAP_BYTES,
                               .block = NO_LABEL};
    if (redactor->follow != FOLLOW_NOTHING) {
        size_t done = follow_end(redactor, at, n_bytes);
        if (done < n_bytes)
            redactor->follow = FOLLOW_NOTHING;
        if (done)
            return done;
    }
    if (redactor->block != NO_LABEL) {
        size_t done = block_read(redactor, &line);
        redactor->hidden = redactor->block != NO_LABEL || done == n_bytes;
        if (redactor->block != NO_LABEL)
            return ends ? done : line.trigger_end;
        if (done)
            return done;
    }
    return line_give(redactor, &line);
}

/* ---- lines ---- */

static const char *line_end(const char *at, size_t n_bytes)
{
    const char *feed = memchr(at, '\n', n_bytes);
    size_t n = feed ? (size_t)(feed - at) : n_bytes;
    const char *back = memchr(at, '\r', n);
    return back ? back : feed;
}

static void terminator_take(struct redactor *redactor, char terminator)
{
    if (!redactor->hidden)
        give(redactor, &terminator, 1);
    redactor->begins = true;
    redactor->follow = FOLLOW_NOTHING;
    redactor->after_return = terminator == '\r';
}

/* From the place where the stream stands: one piece, with its line end. `end`: its line end, or NULL; then
 * n_bytes is a full window, or the stream has ended. */
static size_t unit_take(struct redactor *redactor, const char *at, size_t n_before, size_t n_bytes,
                        const char *end)
{
    bool feed = redactor->begins && redactor->after_return && n_bytes && *at == '\n';
    redactor->after_return = false;
    if (feed) {
        terminator_take(redactor, '\n');
        return 1;
    }
    bool whole = end && (size_t)(end - at) < REDACT_WINDOW_BYTES;
    size_t n_piece = whole                           ? (size_t)(end - at)
                     : n_bytes < REDACT_WINDOW_BYTES ? n_bytes
                                                     : REDACT_WINDOW_BYTES;
    bool ends = whole || n_bytes < REDACT_WINDOW_BYTES;
    redactor->hidden = false;
    size_t done = piece_take(redactor, at, n_before, n_piece, ends);
    if (done < n_piece || !whole) {
        redactor->begins = false;
        return done;
    }
    terminator_take(redactor, *end);
    return done + 1;
}

/* The bytes up to the first line that a trigger stands in, of the whole lines that lie there. */
static size_t quiet_bytes(struct redactor *redactor, const char *at, size_t n_bytes)
{
    const char *feed = memrchr(at, '\n', n_bytes);
    size_t n_whole = feed ? (size_t)(feed - at) + 1 : 0, from = 0;
    struct redact_hits hits = {.at = at, .end = n_whole, .n_bytes = n_whole, .open = redactor->state.open};
    size_t hit;
    if (!redact_hit_next(redactor->state.rules, &hits, &hit))
        return n_whole;
    feed = memrchr(at, '\n', hit);
    if (feed)
        from = (size_t)(feed - at) + 1;
    const char *back = memrchr(at + from, '\r', hit - from);
    if (back)
        from = (size_t)(back - at) + 1;
    redactor->quiet = hit - from;
    return from;
}

/* ---- the stream ---- */

/* Works from where the bytes lie; what is done of them. */
static size_t direct_take(struct redactor *redactor, const char *bytes, size_t n_bytes)
{
    size_t at = 0, line_at = 0; /* line_at: where the line under way begins */
    while (at < n_bytes) {
        if (is_idle(redactor)) {
            size_t quiet = quiet_bytes(redactor, bytes + at, n_bytes - at);
            give(redactor, bytes + at, quiet);
            at += quiet;
            if (quiet)
                redactor->after_return = false;
            line_at = at;
        }
        const char *end = at < n_bytes ? line_end(bytes + at, n_bytes - at) : NULL;
        if (!end && n_bytes - at < REDACT_WINDOW_BYTES)
            break;
        size_t before = at - line_at < BEFORE_BYTES ? at - line_at : BEFORE_BYTES;
        at += unit_take(redactor, bytes + at, before, n_bytes - at, end);
        redactor->quiet = 0;
        if (redactor->begins)
            line_at = at;
    }
    if (at < n_bytes) {
        redactor->n_before = at - line_at < BEFORE_BYTES ? at - line_at : BEFORE_BYTES;
        buf_add(&redactor->held, bytes + at - redactor->n_before, n_bytes - at + redactor->n_before);
        redactor->looked = redactor->held.n_bytes;
    }
    return n_bytes;
}

/* Drops what is done of the held bytes, but for what patterns may look back at. */
static void held_drop(struct redactor *redactor, size_t done)
{
    size_t out = redactor->n_before + done;
    size_t keep = redactor->begins ? 0 : out < BEFORE_BYTES ? out : BEFORE_BYTES;
    buf_consume(&redactor->held, out - keep);
    redactor->n_before = keep;
    redactor->looked = keep;
}

static bool held_has(const struct redactor *redactor)
{
    return redactor->held.n_bytes > redactor->n_before;
}

/* Takes every piece that the held bytes give. */
static void held_take(struct redactor *redactor)
{
    while (held_has(redactor)) {
        const char *at = redactor->held.at + redactor->n_before;
        size_t n_bytes = redactor->held.n_bytes - redactor->n_before;
        size_t looked = redactor->looked - redactor->n_before;
        const char *end = line_end(at + looked, n_bytes - looked);
        redactor->looked = redactor->held.n_bytes;
        if (!end && n_bytes < REDACT_WINDOW_BYTES)
            return;
        held_drop(redactor, unit_take(redactor, at, redactor->n_before, n_bytes, end));
    }
}

/* Up to the end of the line that is held, or a full window: what is added to it. */
static size_t held_add(struct redactor *redactor, const char *bytes, size_t n_bytes)
{
    const char *end = line_end(bytes, n_bytes);
    size_t n = end ? (size_t)(end - bytes) + 1 : n_bytes;
    size_t room = REDACT_WINDOW_BYTES - (redactor->held.n_bytes - redactor->n_before);
    if (n > room)
        n = room;
    buf_add(&redactor->held, bytes, n);
    held_take(redactor);
    return n;
}

void redactor_add(struct redactor *redactor, const char *bytes, size_t n_bytes)
{
    size_t at = 0;
    while (at < n_bytes) {
        bool direct = !redactor->held.n_bytes;
        at += direct ? direct_take(redactor, bytes + at, n_bytes - at)
                     : held_add(redactor, bytes + at, n_bytes - at);
        if (redactor->begins && !held_has(redactor)) {
            buf_clear(&redactor->held);
            redactor->n_before = 0;
        }
    }
}

void redactor_finish(struct redactor *redactor)
{
    while (held_has(redactor)) {
        const char *at = redactor->held.at + redactor->n_before;
        size_t n_bytes = redactor->held.n_bytes - redactor->n_before;
        held_drop(redactor, unit_take(redactor, at, redactor->n_before, n_bytes, NULL));
    }
}

void redactor_counts(const struct redactor *redactor, struct buf *out)
{
    const char *joint = "";
    for (size_t i = 0; i < redactor->state.rules->labels.n; i++) {
        if (!redactor->counts[i])
            continue;
        buf_printf(out, "%s%llu x %s", joint, (unsigned long long)redactor->counts[i],
                   redactor->state.rules->labels.at[i].name);
        joint = ", ";
    }
}
