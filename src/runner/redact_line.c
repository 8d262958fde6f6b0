/* The spans of one line: patterns where triggers stand, forms where names stand, and what the lines before
 * say. */
#include <stdlib.h>
#include <string.h>

#include "runner/redact_priv.h"

static size_t word_start(const struct redact_line *line, size_t at)
{
    size_t back = 0;
    while (back < WORD_BYTES && back < at + line->n_before &&
           redact_word_byte(line->at[(ptrdiff_t)at - 1 - (ptrdiff_t)back]))
        back++;
    return back; /* to go back from at */
}

/* ---- what clears a match ---- */

static bool near_stands(struct redact_state *state, const struct redact_line *line,
                        const struct redact_detector *detector, size_t from, size_t to)
{
    const int none = PCRE2_ERROR_NOMATCH;
    size_t most = detector->near_bytes, all_before = from + line->n_before, all_after = line->n_bytes - to;
    size_t before = all_before < most ? all_before : most, after = all_after < most ? all_after : most;
    return !detector->near ||
           redact_match(state, detector->near, line->at + from - before, before, 0, 0) != none ||
           redact_match(state, detector->near, line->at + to, after, 0, 0) != none;
}

/* ---- how far a value goes on ---- */

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* A pattern looks REACH_BYTES far; a value that touches that border goes on to its closing quote or its end.
 */
static size_t value_end(struct redact_line *line, size_t from, size_t to, size_t border)
{
    if (to < border || (border == line->n_bytes && line->ends))
        return to;
    bool has_before = from + line->n_before > 0;
    char quote = has_before && is_quote(line->at[(ptrdiff_t)from - 1]) ? line->at[(ptrdiff_t)from - 1] : '\0';
    for (; to < line->n_bytes; to++) {
        char c = line->at[to];
        if (quote ? c == quote && line->at[to - 1] != '\\' : strchr(" \t\"',;&<>)}", c) && c)
            return to;
    }
    if (!line->ends) {
        line->follow = quote ? FOLLOW_QUOTE : FOLLOW_WORD;
        line->quote = quote;
    }
    return to;
}

static size_t block_end(struct redact_state *state, struct redact_line *line, uint16_t index, size_t from)
{
    const struct redact_detector *detector = &state->rules->detectors.at[index];
    if (redact_match(state, detector->until, line->at, line->n_bytes, from, 0) > 0)
        return pcre2_get_ovector_pointer(state->match)[1];
    line->block = index;
    return line->n_bytes;
}

/* ---- one pattern at one place ---- */

struct place {
    size_t back, at; /* the pattern begins `back` bytes in front of `at` */
};

/* ret_label is that of the detector, or of the list that has the key's name. */
static bool value_holds(struct redact_state *state, const struct redact_line *line,
                        const struct redact_detector *detector, const struct redact_pattern *pattern,
                        const char *subject, size_t from, size_t to, uint16_t *ret_label)
{
    pcre2_code *unless = detector->unless;
    *ret_label = detector->label;
    if (pattern->key_group && detector->is_form) {
        const size_t *ends = pcre2_get_ovector_pointer(state->match);
        size_t key = ends[2 * pattern->key_group], key_end = ends[2 * pattern->key_group + 1];
        const struct redact_names *names =
            redact_names_find(state->rules, subject + key, key_end - key, IN_KEY);
        if (!names || (detector->names && strcmp(detector->names, names->name) != 0))
            return false;
        if (!redact_value_counts(state, names->unless, line->at + from, to - from))
            return false;
        *ret_label = names->label;
    }
    return redact_value_counts(state, unless, line->at + from, to - from) &&
           (!detector->check || detector->check(line->at + from, to - from)) &&
           near_stands(state, line, detector, from, to);
}

static bool pattern_try(struct redact_state *state, struct redact_line *line, uint16_t index,
                        const struct redact_pattern *pattern, struct place place, size_t *ret_to)
{
    const struct redact_detector *detector = &state->rules->detectors.at[index];
    const char *subject = line->at - line->n_before;
    size_t border = line->n_bytes - place.at > REACH_BYTES ? place.at + REACH_BYTES : line->n_bytes;
    uint32_t options =
        (line->begins ? 0 : PCRE2_NOTBOL) | (border < line->n_bytes || !line->ends ? PCRE2_NOTEOL : 0);
    int found = redact_match(state, pattern->code, subject, line->n_before + border,
                             line->n_before + place.at - place.back, options);
    if (found == PCRE2_ERROR_NOMATCH)
        return false;
    uint16_t label = detector->label == NO_LABEL ? state->rules->table_label : detector->label;
    if (found < 0) { /* too much work: nothing of the rest is shown */
        redact_span_add(state, line, place.at, line->n_bytes, label);
        line->follow = line->ends ? FOLLOW_NOTHING : FOLLOW_LINE;
        *ret_to = line->n_bytes;
        return true;
    }
    const size_t *ends = pcre2_get_ovector_pointer(state->match);
    int group = pattern->marks ? pattern->key_group + 1 : 0;
    if (ends[2 * group] == PCRE2_UNSET || ends[2 * group + 1] <= line->n_before)
        return false;
    size_t from = ends[2 * group] < line->n_before ? 0 : ends[2 * group] - line->n_before;
    size_t to = ends[2 * group + 1] - line->n_before;
    if (to <= from || !value_holds(state, line, detector, pattern, subject, from, to, &label))
        return false;
    to = detector->until ? block_end(state, line, index, from) : value_end(line, from, to, border);
    redact_span_add(state, line, from, to, label);
    *ret_to = to;
    return true;
}

static bool detector_try(struct redact_state *state, struct redact_line *line, uint16_t index, size_t at,
                         size_t *ret_to)
{
    const struct redact_detector *detector = &state->rules->detectors.at[index];
    struct place place = {.at = at};
    if (detector->from_word || detector->is_form)
        place.back = word_start(line, at);
    list_each (pattern, &detector->patterns)
        if (pattern_try(state, line, index, pattern, place, ret_to))
            return true;
    return false;
}

/* ---- scopes ---- */

static size_t indent_of(const struct redact_line *line)
{
    size_t n = 0;
    while (n < line->n_bytes && (line->at[n] == ' ' || line->at[n] == '\t'))
        n++;
    return n;
}

static void scopes_close(struct redact_state *state, const struct redact_line *line)
{
    size_t indent = indent_of(line);
    if (!state->n_open || !line->begins || indent == line->n_bytes)
        return;
    for (size_t i = 0; i < state->rules->scopes.n; i++) {
        bool inside = state->rules->scopes.at[i].closes_below ? indent >= state->open_indent[i]
                                                              : indent > state->open_indent[i];
        if (!state->open[i] || inside)
            continue;
        state->open[i] = false;
        state->n_open--;
    }
}

static bool scope_opens(struct redact_state *state, const struct redact_line *line,
                        const struct redact_trigger *trigger, size_t at)
{
    if (trigger->scope < 0 || state->open[trigger->scope])
        return false;
    const struct redact_scope *scope = &state->rules->scopes.at[trigger->scope];
    if (redact_match(state, scope->opens, line->at - line->n_before, line->n_before + line->n_bytes,
                     line->n_before + at, line->begins ? 0 : PCRE2_NOTBOL) < 0)
        return false;
    state->open[trigger->scope] = true;
    state->open_indent[trigger->scope] = indent_of(line);
    state->n_open++;
    return true;
}

/* A document on one line ends with it. */
static void scopes_end(struct redact_state *state, const struct redact_line *line)
{
    size_t indent = indent_of(line);
    bool single =
        line->begins && indent < line->n_bytes && strchr("{[", line->at[indent]) && line->at[indent];
    if (!state->n_open || !(single || !line->begins) || !line->ends)
        return;
    memset(state->open, 0, sizeof state->open);
    state->n_open = 0;
}

/* ---- the line ---- */

static bool base64_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("+/=-_", c);
}

static size_t known_mask(struct redact_state *state, struct redact_line *line,
                         const struct redact_trigger *trigger, size_t at)
{
    size_t from = at, to = at + trigger->n_bytes;
    while (trigger->whole_run && from && base64_byte(line->at[from - 1]) && line->at[from - 1])
        from--;
    if (trigger->whole_run)
        while (to < line->n_bytes && base64_byte(line->at[to]) && line->at[to])
            to++;
    if (to == line->n_bytes && trigger->whole_run && !line->ends)
        line->follow = FOLLOW_WORD;
    redact_span_add(state, line, from, to, trigger->known);
    return to;
}

/* Where the span ends that the trigger gives; 0: it gives none. */
static size_t trigger_follow(struct redact_state *state, struct redact_line *line,
                             const struct redact_trigger *trigger, size_t at)
{
    size_t to;
    if (trigger->known != NO_LABEL)
        return known_mask(state, line, trigger, at);
    list_each (index, &trigger->detectors)
        if (detector_try(state, line, *index, at, &to))
            return to;
    if (trigger->is_name)
        list_each (index, &state->rules->forms)
            if (detector_try(state, line, *index, at, &to))
                return to;
    return 0;
}

/* False: a scope has opened, and what was read of the line is to be read again. */
static bool triggers_read(struct redact_state *state, struct redact_line *line, bool *ret_name)
{
    struct redact_hits hits = {.at = line->at,
                               .end = line->trigger_end,
                               .n_bytes = line->n_bytes,
                               .n_before = line->n_before,
                               .next = line->quiet,
                               .open = state->open};
    const struct redact_trigger *trigger;
    size_t at;
    while ((trigger = redact_hit_next(state->rules, &hits, &at))) {
        if (scope_opens(state, line, trigger, at)) {
            line->quiet = 0;
            return false;
        }
        *ret_name = *ret_name || trigger->is_name;
        size_t to = trigger_follow(state, line, trigger, at);
        if (to > hits.next)
            hits.next = to;
        if (to > at)
            hits.stands = false;
    }
    return true;
}

static int span_order(const void *a, const void *b)
{
    const struct redact_span *one = a, *other = b;
    if (one->from != other->from)
        return one->from < other->from ? -1 : 1;
    return one->to > other->to ? -1 : one->to < other->to;
}

static void spans_join(struct redact_line *line)
{
    size_t n = 0;
    if (line->spans.n > 1)
        qsort(line->spans.at, line->spans.n, sizeof *line->spans.at, span_order);
    list_each (span, &line->spans) {
        struct redact_span *last = n ? &line->spans.at[n - 1] : NULL;
        if (!last || span->from >= last->to)
            line->spans.at[n++] = *span;
        else if (span->to > last->to)
            last->to = span->to;
    }
    line->spans.n = n;
}

void redact_line_read(struct redact_state *state, struct redact_line *line)
{
    bool has_name;
    size_t to;
    scopes_close(state, line);
    do {
        has_name = false;
        line->spans.n = 0;
        line->follow = FOLLOW_NOTHING;
        line->block = NO_LABEL;
    } while (!triggers_read(state, line, &has_name));
    if (state->n_open && line->begins)
        list_each (index, &state->rules->each_line)
            if (state->open[state->rules->detectors.at[*index].within])
                detector_try(state, line, *index, 0, &to);
    redact_table_read(state, line, has_name);
    scopes_end(state, line);
    spans_join(line);
}
