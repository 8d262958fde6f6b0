#include "runbook/rungs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/heading_words.h"
#include "runbook/idle_words.h"
#include "runbook/parts_person.h"
#include "runbook/parts_words.h"
#include "runbook/text.h"

enum { TEXT_BYTES = 600, NAME_BYTES = 40, PARTS_MOST = 24, WAIT_LEAST_S = 60 };

struct part {
    const char *text;
    bool arrow;    /* an arrow leads to it */
    bool apart;    /* so it is set apart: by an arrow, a semicolon, a point */
    bool sentence; /* it begins one */
    bool timed;
    struct duration_words after;
};
struct parts {
    struct part at[PARTS_MOST];
    size_t n;
};

/* ---- parts ---- */

enum mark { MARK_COMMA, MARK_AND, MARK_END, MARK_SENTENCE, MARK_ARROW };

/* Bytes of what sets two rungs apart, or 0. */
static size_t mark_at(const char *text, enum mark *ret_kind)
{
    static const struct {
        enum calling words;
        enum mark kind;
    } marks[] = {{CALLING_ARROW, MARK_ARROW}, {CALLING_THEN, MARK_END}, {CALLING_AND, MARK_AND}};

    if (text[0] == '.' || text[0] == ',') {
        *ret_kind = text[0] == '.' ? MARK_SENTENCE : MARK_COMMA;
        return text[1] == ' ' ? 2 : 0;
    }
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        *ret_kind = marks[i].kind;
        size_t n = calling_at(marks[i].words, text);
        if (n > 0)
            return n;
    }
    return 0;
}

/* "min. ", "Std. ": no end of a sentence. */
static bool ends_abbreviation(const char *text, size_t n)
{
    list_each (word, calling_words(CALLING_SHORT)) {
        size_t k = strlen(*word);
        if (n >= k && strncasecmp(text + n - k, *word, k) == 0 &&
            (n == k || !isalpha((unsigned char)text[n - k - 1])))
            return true;
    }
    return false;
}

static bool says_wait(const char *text)
{
    return strncasecmp(text, "wait ", strlen("wait ")) == 0;
}

/* What stands between two marks; without a time of its own it belongs to the part before. */
static void part_add(struct arena *arena, const char *text, size_t n, enum mark mark, struct parts *parts)
{
    bool arrow = mark == MARK_ARROW;
    struct part part = {.text = text_normalise(arena, text, n),
                        .arrow = arrow,
                        .apart = mark >= MARK_END,
                        .sentence = mark == MARK_SENTENCE};
    struct part *last = parts->n > 0 ? &parts->at[parts->n - 1] : NULL;

    if (part.text[0] == '\0')
        return;
    part.timed = text_duration(part.text, &part.after) && part.after.value_s >= WAIT_LEAST_S;
    /* "10m -> secondary", "not answered in 10m -> secondary" */
    bool waits_only = last && last->timed && last->after.at + last->after.n_bytes == strlen(last->text) &&
                      (last->after.at == 0 || idle_says(last->text) || says_wait(last->text));
    if (last && !part.timed && (!arrow || waits_only)) {
        last->text = arena_printf(arena, "%s%s%s", last->text, waits_only ? " " : ", ", part.text);
        return;
    }
    if (parts->n < PARTS_MOST)
        parts->at[parts->n++] = part;
}

/* "the lead and the manager after 10 min" are called together. */
static bool joins(struct arena *arena, const char *text, size_t n)
{
    struct duration_words after;

    return !text_duration(arena_strndup(arena, text, n), &after);
}

static void parts_cut(struct arena *arena, const char *text, struct parts *parts)
{
    enum mark kind = MARK_END, next = MARK_END;
    size_t from = 0, n;
    int brackets = 0;

    for (size_t i = 0; text[i]; i += n) {
        n = 1;
        brackets += (text[i] == '(') - (text[i] == ')');
        size_t mark = brackets <= 0 ? mark_at(text + i, &next) : 0;
        if (mark == 0 || (text[i] == '.' && ends_abbreviation(text, i)) ||
            (next == MARK_AND && joins(arena, text + from, i - from)))
            continue;
        part_add(arena, text + from, i - from, kind, parts);
        kind = next;
        from = i + mark;
        n = mark;
    }
    part_add(arena, text + from, strlen(text + from), kind, parts);
}

/* Bytes of "T+15" at text when no unit follows; 0: it is none, or says its unit. */
static size_t bare_moment(const char *text)
{
    if ((text[0] != 'T' && text[0] != 't') || text[1] != '+' || !isdigit((unsigned char)text[2]))
        return 0;
    size_t n = 2 + strspn(text + 2, "0123456789");
    struct duration_words own;
    bool unit = text_duration(text + 2, &own) && own.at == 0;
    bool more = text[n] && strchr(":.-", text[n]) && isdigit((unsigned char)text[n + 1]); /* "T+0:15" */
    return unit || more || isalnum((unsigned char)text[n]) ? 0 : n;
}

/* Bytes of "T+00:30" at text, hours and minutes; 0: it is none. */
static size_t clock_moment(const char *text, long *ret_minutes)
{
    char *end;

    if (strncasecmp(text, "t+", 2) != 0 || !isdigit((unsigned char)text[2]))
        return 0;
    long hours = strtol(text + 2, &end, 10);
    if (end - text > 4 || *end != ':' || !isdigit((unsigned char)end[1]) || !isdigit((unsigned char)end[2]) ||
        isdigit((unsigned char)end[3]) || end[3] == ':')
        return 0;
    *ret_minutes = hours * 60 + (end[1] - '0') * 10 + (end[2] - '0');
    return (size_t)(end + 3 - text);
}

/* "T0 + 10 min", "T + 10": behind the sign; NULL: text begins with no such moment. */
static const char *spaced_moment(const char *text)
{
    if (text[0] != 'T' && text[0] != 't')
        return NULL;
    const char *at = text + 1 + (text[1] == '0');
    at += strspn(at, " ");
    if (at == text + 1 && *at == '+')
        return NULL; /* as it should be */
    if (*at == '\0' && text[1] == '0')
        return "0";
    return *at == '+' && isdigit((unsigned char)at[1 + strspn(at + 1, " ")]) ? at + 1 + strspn(at + 1, " ")
                                                                             : NULL;
}

const char *rungs_with_units(struct arena *arena, const char *text)
{
    const char *spaced = spaced_moment(text);
    if (spaced)
        text = arena_printf(arena, "T+%s", spaced);
    scoped_buf struct buf out = {0};
    bool counted = text[0] == '+' && isdigit((unsigned char)text[1]), changed = counted;

    if (!counted && !strstr(text, "T+") && !strstr(text, "t+"))
        return text;
    buf_puts(&out, counted ? "T" : "");
    for (const char *at = text; *at;) {
        bool begins = at == text || !isalnum((unsigned char)at[-1]);
        long minutes;
        size_t clock = begins ? clock_moment(at, &minutes) : 0, n = begins ? bare_moment(at) : 0;
        changed |= n > 0 || clock > 0;
        if (clock > 0) {
            buf_puts(&out, arena_printf(arena, "T+%ld min", minutes));
            at += clock;
            continue;
        }
        buf_add(&out, at, n > 0 ? n : 1);
        buf_puts(&out, n > 0 ? " min" : "");
        at += n > 0 ? n : 1;
    }
    return changed ? arena_strdup(arena, buf_text(&out)) : text;
}

/* ---- one rung ---- */

/* Whether the time of the part is one after which somebody is called, and none within which they answer. */
static bool waits(const struct part *part)
{
    const struct duration_words *after = &part->after;
    const char *before = part->text;
    size_t at = after->at, n = strlen(before);

    if (idle_says(before) || says_wait(before))
        return true;
    if (calling_within(CALLING_EVERY, before, n) || calling_within(CALLING_ANSWER, before, n))
        return false;
    if (after->op)
        return after->op[0] == '>';
    return at == 0 || calling_before(CALLING_AT, before, at) ||
           (at >= 3 && strncasecmp(before + at - 3, "in ", 3) == 0 &&
            calling_within(CALLING_MORE, before, n));
}

/* "Manager: 15 minutes"; "Update: 30 minutes" calls nobody. */
static bool is_person_at(struct arena *arena, const struct part *part)
{
    struct person person;
    size_t at = part->after.at;

    return at > 2 && strncmp(part->text + at - 2, ": ", 2) == 0 &&
           person_is(arena, arena_strndup(arena, part->text, at - 2), &person);
}

const char *rung_name(struct arena *arena, const char *text)
{
    struct word_match verb;
    const char *before;

    do {
        before = text;
        text = calling_skip(CALLING_LEAD, text + strspn(text, " :-(.,"));
        if (part_words_next(PART_TELL_VERB, text, 0, &verb) && verb.at == 0)
            text += verb.n_bytes + (text[verb.n_bytes] == ' ');
    } while (text != before);
    size_t n = strcspn(text, "(),.:;");
    while (n > 0 && text[n - 1] == ' ')
        n--;
    if (calling_at(CALLING_NO_NAME, text) > 0)
        return "";
    bool ordinal = isdigit((unsigned char)text[0]) && isalpha((unsigned char)text[1]); /* "2nd line" */
    bool name = n > 1 && n < NAME_BYTES &&
                (isalpha((unsigned char)text[0]) || (text[0] & 0x80) || text[0] == '@' || ordinal);
    return name ? arena_strndup(arena, text, n) : "";
}

static size_t cut_end(const char *text, size_t n, const char *end)
{
    size_t k = strlen(end);

    n -= n >= k && strncasecmp(text + n - k, end, k) == 0 ? k : 0;
    while (n > 0 && text[n - 1] == ' ')
        n--;
    return n;
}

/* "the director at T+30 min": "the director". */
static const char *words_before(struct arena *arena, const struct part *part)
{
    size_t n = cut_end(part->text, part->after.at, "t+");

    n = cut_end(part->text, n, " at");
    return arena_strndup(arena, part->text, n);
}

static bool calls_nobody(struct arena *arena, const struct part *part, bool named, struct strings *ret_to)
{
    const char *behind = part->text + part->after.at + part->after.n_bytes;
    const char *before = words_before(arena, part);

    persons_add(arena, behind, ret_to);
    if (ret_to->n == 0 || !idle_says(before)) /* "the lead does not answer in 15 min: call the manager" */
        persons_add(arena, before, ret_to);
    if (ret_to->n > 0 || !named)
        return ret_to->n == 0;
    const char *colon = strchr(behind, ':');
    const char *name = rung_name(arena, colon ? colon : behind);
    if (name[0] == '\0' || strcasestr(name, "without") || strcasestr(name, "acknowledg"))
        name = rung_name(arena, before);
    if (name[0])
        strings_add(arena, ret_to, name);
    return name[0] == '\0';
}

void rung_whom(struct arena *arena, const char *text, struct strings *ret_to)
{
    struct parts parts = {0};

    if (strnlen(text, TEXT_BYTES) == TEXT_BYTES)
        return;
    parts_cut(arena, text, &parts);
    if (parts.n == 1 && parts.at[0].timed && waits(&parts.at[0]))
        (void)calls_nobody(arena, &parts.at[0], true, ret_to);
}

static const char *condition_in(struct arena *arena, const char *text)
{
    const char *when = text_find_word(text, "if");

    when = when ? when : text_find_word(text, "when");
    return when ? text_without_colon(arena, when) : NULL;
}

/* "Not restored in 20 minutes: page the lead" has one without "if", when it is the end that ends it. */
static const char *condition_of(struct arena *arena, const struct part *part)
{
    const char *stated = condition_in(arena, part->text);
    const char *until = arena_strndup(arena, part->text, part->after.at + part->after.n_bytes);

    return stated || !idle_outlasts_answer(until) ? stated : until;
}

/* "the manager", and "the secondary" for the secondary on-call. */
static bool names_one_of(struct arena *arena, const char *text, const struct strings *called)
{
    struct strings named = {0};
    const char *layer = part_words_value(PART_LAYER, text);

    persons_add(arena, text, &named);
    list_each (one, called) {
        const char *theirs = part_words_value(PART_LAYER, *one);
        if (layer && theirs && strcmp(layer, theirs) == 0)
            return true;
        list_each (name, &named)
            if (text_same(*name, *one))
                return true;
    }
    return false;
}

bool rung_counts_on(struct arena *arena, const char *text, const struct duration_words *time,
                    const struct strings *called)
{
    const char *before = arena_strndup(arena, text, time->at);

    return calling_within(CALLING_MORE, text, time->at + time->n_bytes) ||
           calling_at(CALLING_LATER, text + time->at + time->n_bytes) > 0 ||
           (idle_says(before) && names_one_of(arena, before, called));
}

static int64_t waited_before_s(struct arena *arena, const struct part *part, const struct rungs *rungs)
{
    const struct rung *last = rungs->n > 0 ? &rungs->at[rungs->n - 1] : NULL;
    const char *behind = part->text + part->after.at + part->after.n_bytes;

    /* "15 minutes later: the lead. 30 minutes later: the director" on a line can be either: the sooner */
    if (text_starts_with(behind, " later") && !calling_within(CALLING_MORE, part->text, part->after.at))
        return 0;
    return last && rung_counts_on(arena, part->text, &part->after, &last->to) ? last->after_s : 0;
}

bool rungs_read(struct arena *arena, const char *text, bool named, int line, struct rungs *ret_rungs)
{
    struct parts parts = {0};
    struct rungs rungs = {0};
    const char *escalated = NULL;
    int64_t last_s = 0;

    if (strnlen(text, TEXT_BYTES) == TEXT_BYTES)
        return false;
    parts_cut(arena, rungs_with_units(arena, text), &parts);
    if (parts.n < 2)
        return false;
    for (size_t i = 0; i < parts.n; i++) {
        struct part *part = &parts.at[i];
        struct strings to = {0};
        if (i == 0 && !part->timed) { /* whom it calls at first */
            escalated = strcasestr(part->text, "escalate to ");
            continue;
        }
        bool deadline = rungs.n == 0 && part->timed && i + 1 < parts.n && part[1].sentence && !waits(part) &&
                        !is_person_at(arena, part);
        if (deadline) /* "Pages must be acknowledged within 5 minutes." */
            continue;
        int64_t at_s = part->after.value_s + waited_before_s(arena, part, &rungs);
        if (!part->timed || !(waits(part) || is_person_at(arena, part)) || at_s < last_s ||
            calls_nobody(arena, part, named || part->arrow, &to))
            return false;
        if (escalated && rungs.n == 0) { /* "escalate to the lead and then to the director after an hour" */
            struct strings all = {0};
            persons_add(arena, escalated, &all);
            list_each (name, &to)
                strings_add(arena, &all, *name);
            to = all;
        }
        last_s = at_s;
        struct rung *rung = list_push(arena, &rungs);
        *rung = (struct rung){.text = part->text, .after_s = last_s, .to = to, .line = line};
        rung->condition = condition_of(arena, part);
    }
    bool one = parts.n == 2 && !parts.at[0].timed && parts.at[1].apart;
    if (rungs.n < 2 && !one)
        return false;
    list_each (rung, &rungs)
        *list_push(arena, ret_rungs) = *rung;
    return true;
}
