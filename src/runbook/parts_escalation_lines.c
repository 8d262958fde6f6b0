/* Ladders of lines: paragraphs, items or lines of one paragraph below a word of escalation that each begin
 * with a moment.
 *
 *     15 min: team lead          - T+00:10 backup engineer is paged      **After 10 minutes:** page the lead
 *
 *     30 min: director           - T+00:30 director is called            **After 25 minutes:** page the chief
 *
 * Two or more, each later than the one before. A rule a line; whose it is says the line, what stands around
 * it or nothing: then it is every level's that has no escalation of its own (policy_plan.c). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/idle_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"

enum { LINE_BYTES = 200, RUNG_BYTES = 120, RUNGS_MOST = 12, SHORTEST_S = 60 };

struct line {
    const char *text;
    size_t block;
    int line;
};

struct ladder {
    struct rung at[RUNGS_MOST];
    size_t n;
    size_t block; /* of the first */
};

/* Bytes of "T+00:30" and its seconds; 0: it is none. */
static size_t clock_moment(const char *text, int64_t *ret_s)
{
    char *end;

    if (strncasecmp(text, "t+", 2) != 0 || !isdigit((unsigned char)text[2]))
        return 0;
    long hours = strtol(text + 2, &end, 10);
    if (end - text > 4 || *end != ':' || !isdigit((unsigned char)end[1]) || !isdigit((unsigned char)end[2]) ||
        isdigit((unsigned char)end[3]) || end[3] == ':')
        return 0;
    *ret_s = hours * 3600 + (end[1] - '0') * 600 + (end[2] - '0') * 60;
    return (size_t)(end + 3 - text);
}

/* Bytes of the moment that a line begins with; 0: it begins with none. */
static size_t moment_bytes(const char *text, int64_t *ret_s)
{
    struct duration_words time;
    size_t n = clock_moment(text, ret_s);

    if (n > 0)
        return n;
    size_t counted = strncasecmp(text, "t+", 2) == 0 ? 2 : 0;
    if (!text_duration(text + counted, &time) || time.at > 0 || time.immediate || time.business ||
        (time.op && time.op[0] == '<'))
        return 0;
    *ret_s = time.low_s != UNSTATED ? time.low_s : time.value_s;
    n = counted + time.n_bytes;
    return text[n] == '+' || text[n] == ']' ? n + 1 : n;
}

/* Whom the words behind a moment call: "page the lead", "team lead", "GK"; nobody when they say to do
 * something else. */
static struct strings called(struct arena *arena, const char *text)
{
    struct word_match verb;
    struct strings to = {0};
    struct person person;
    bool told = part_words_next(PART_TELL_VERB, text, 0, &verb) && verb.at == 0;
    bool named = person_next(arena, text, 0, &person) && person.at == 0; /* "backup engineer" */

    if ((!told && !named && words_begin(WORDS_VERBS, text)) || strnlen(text, RUNG_BYTES) == RUNG_BYTES)
        return to;
    persons_add(arena, text, &to);
    const char *name = to.n == 0 ? rung_name(arena, text) : "";
    if (name[0])
        strings_add(arena, &to, name);
    return to;
}

/* "Tier 2: platform lead (15-45 minutes)": its moment, from which on it is called; UNSTATED: none. */
static int64_t tier_moment(const char *title)
{
    struct duration_words time;
    const char *bracket = strrchr(title, '(');

    if (!bracket || !text_duration(bracket, &time) || time.at > strlen("(after ") || time.business)
        return UNSTATED;
    if (time.low_s != UNSTATED)
        return time.low_s;
    bool on = (time.op && time.op[0] == '>') || memchr(bracket + time.at, '+', time.n_bytes);
    return on ? time.value_s : UNSTATED;
}

/* "Platform lead - 20 min no ack". Nobody: it is no such line. */
static struct strings called_unless(struct arena *arena, const char *text, int64_t *ret_s)
{
    struct strings to = {0};
    struct duration_words time;
    size_t n = 0;

    while (text[n] && (text[n] != ' ' || calling_skip(CALLING_MARK, text + n) - text - (ptrdiff_t)n < 2))
        n++;
    const char *behind = calling_skip(CALLING_MARK, text + n);
    if (!text_duration(behind, &time) || time.at > 0 || time.op || !idle_says(behind + time.n_bytes))
        return to;
    *ret_s = time.value_s;
    return called(arena, arena_strndup(arena, text, n));
}

/* Whom a line calls, and its moment: "Level 2 - platform lead (15-30 min)", where the first needs none.
 * Nobody: it is no such line. */
static struct strings called_first(struct arena *arena, const char *text, bool first, int64_t *ret_s)
{
    const char *bracket = strchr(text, '('), *close = bracket ? strchr(bracket, ')') : NULL;
    size_t place = escalation_place(text);
    struct strings nobody = {0};
    struct duration_words time;

    if (place == 0)
        return called_unless(arena, text, ret_s);
    *ret_s = tier_moment(text);
    if (*ret_s == UNSTATED && (!first || text_duration(text, &time)))
        return nobody;
    *ret_s = *ret_s == UNSTATED ? 0 : *ret_s;
    const char *whom = calling_skip(CALLING_MARK, text + place);
    if (close && *ret_s != UNSTATED && whom == bracket)
        whom = calling_skip(CALLING_MARK, close + 1); /* "Level 2 (after 15 minutes) - lead" */
    return called(arena, whom);
}

/* False: the line is no rung that follows the last of the ladder. */
static bool take_rung(struct parts_reading *reading, const struct line *line, struct ladder *ladder)
{
    int64_t at_s = 0;
    size_t n = strnlen(line->text, LINE_BYTES) < LINE_BYTES ? moment_bytes(line->text, &at_s) : 0;

    size_t later = n > 0 && ladder->n > 0 ? calling_at(CALLING_LATER, line->text + n) : 0;
    const char *whom = calling_skip(CALLING_MARK, line->text + n + later);
    struct strings to = {0};
    if (ladder->n == RUNGS_MOST || strnlen(line->text, LINE_BYTES) == LINE_BYTES)
        return false;
    to = n > 0 ? called(reading->arena, whom)
               : called_first(reading->arena, line->text, ladder->n == 0, &at_s);
    at_s += later > 0 ? ladder->at[ladder->n - 1].after_s : 0;
    if (to.n == 0 || (ladder->n > 0 && at_s <= ladder->at[ladder->n - 1].after_s))
        return false;
    if (ladder->n == 0)
        ladder->block = line->block;
    size_t place = n == 0 ? escalation_place(line->text) : 0; /* "Level 2" is none of the runbook's levels */
    ladder->at[ladder->n++] = (struct rung){
        .text = line->text + place,
        .after_s = at_s,
        .to = to,
        .condition = place > 0 ? NULL : escalation_condition(reading->arena, whom),
        .line = line->line,
    };
    return true;
}

static void ladder_end(struct parts_reading *reading, struct ladder *ladder, bool *taken)
{
    struct strings around = {0};

    if (ladder->n >= 2 && ladder->at[ladder->n - 1].after_s >= SHORTEST_S) {
        escalation_levels_around(reading, ladder->block, &around);
        for (size_t i = 0; i < ladder->n; i++) {
            const struct rung *rung = &ladder->at[i];
            struct escalation *rule = escalation_add_rung(reading, rung);
            part_levels(reading, rung->text, &rule->applies_to);
            if (rule->applies_to.n == 0)
                rule->applies_to = around;
            rule->text = rung->text;
            taken[rung->line] = true;
        }
    }
    ladder->n = 0;
}

/* Whether the second may be the next rung of the first one's ladder. */
static bool beside(const struct parts_reading *reading, size_t first, size_t second)
{
    const struct block *a = &reading->document->blocks.at[first], *b = &reading->document->blocks.at[second];

    return a->heading == b->heading && a->kind == b->kind && a->depth == b->depth &&
           (a->kind != BLOCK_ITEM || a->list_first == b->list_first);
}

static void add_line(struct parts_reading *reading, const struct line *line, struct ladder *ladder,
                     bool *taken)
{
    if (ladder->n > 0 && !beside(reading, ladder->block, line->block))
        ladder_end(reading, ladder, taken);
    if (take_rung(reading, line, ladder))
        return;
    ladder_end(reading, ladder, taken);
    (void)take_rung(reading, line, ladder); /* the first of another */
}

/* A paragraph whose every line begins with a moment is read line by line. */
static bool lines_of_moments(const struct block *block)
{
    const struct prose *prose = &block->prose;
    int64_t at_s;

    for (size_t k = 0; k < prose->line_starts.n; k++)
        if (moment_bytes(prose->text + prose->line_starts.at[k], &at_s) == 0)
            return false;
    return block->kind == BLOCK_PARAGRAPH && prose->line_starts.n >= 2;
}

static void add_lines(struct parts_reading *reading, size_t i, struct ladder *ladder, bool *taken)
{
    const struct prose *prose = &reading->document->blocks.at[i].prose;

    for (size_t k = 0; k < prose->line_starts.n; k++) {
        size_t at = prose->line_starts.at[k],
               end = k + 1 < prose->line_starts.n ? prose->line_starts.at[k + 1] : strlen(prose->text);
        struct line line = {.text = text_normalise(reading->arena, prose->text + at, end - at),
                            .block = i,
                            .line = prose->line + (int)k};
        add_line(reading, &line, ladder, taken);
    }
}

/* Headings side by side below a word of escalation that each say from when on somebody is called. */
static void read_tiers(struct parts_reading *reading, size_t above, bool *taken)
{
    const struct document *document = reading->document;
    struct ladder ladder = {0};
    int64_t before_s = -1;

    for (size_t i = above + 1; i < document->blocks.at[above].end; i++) {
        const struct block *heading = &document->blocks.at[i];
        if (heading->kind != BLOCK_HEADING || heading->heading != above)
            continue;
        const char *title = heading->prose.text, *colon = strstr(title, ": ");
        int64_t at_s = tier_moment(title);
        struct strings to = {0};
        if (at_s <= before_s || ladder.n == RUNGS_MOST || strnlen(title, LINE_BYTES) == LINE_BYTES)
            return;
        to = called(reading->arena, colon ? colon + 2 : title);
        if (to.n == 0)
            return;
        before_s = at_s;
        ladder.block = i;
        ladder.at[ladder.n++] =
            (struct rung){.text = title, .after_s = at_s, .to = to, .line = heading->line};
    }
    ladder_end(reading, &ladder, taken);
}

void escalation_read_lines(struct parts_reading *reading, bool *taken)
{
    const struct document *document = reading->document;
    struct ladder ladder = {0};

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        if (block->kind == BLOCK_HEADING && escalation_about_calling(reading, i))
            read_tiers(reading, i, taken);
        if ((block->kind != BLOCK_ITEM && block->kind != BLOCK_PARAGRAPH) || block->prose.text[0] == '\0')
            continue;
        bool about = !taken[block->line] && escalation_about_calling(reading, i) &&
                     !part_template_at(reading, block->line) && !part_severity_at(reading, block->line);
        struct line line = {.text = block->prose.text, .block = i, .line = block->line};
        if (!about)
            ladder_end(reading, &ladder, taken);
        else if (lines_of_moments(block))
            add_lines(reading, i, &ladder, taken);
        else
            add_line(reading, &line, &ladder, taken);
    }
    ladder_end(reading, &ladder, taken);
}
