/* How often somebody is told: "post an update every 15 minutes (P1), every hour (P2)", "hourly updates", a
 * column "Frequency" of a table about communication. */
#include <stdlib.h>
#include <string.h>

#include "runbook/parts_priv.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity.h"

/* Where and how often, in a sentence. */
struct interval {
    size_t at, end;
    int64_t every_s;
};

enum { NEAR_BYTES = 12 };

static bool interval_next(const char *text, size_t from, struct interval *ret_interval)
{
    struct word_match match;
    struct duration_words duration;

    for (; part_words_next(PART_EVERY, text, from, &match); from = match.at + match.n_bytes) {
        size_t end = match.at + match.n_bytes;
        if (strcmp(match.value, "open") == 0) {
            *ret_interval = (struct interval){match.at, end, UNSTATED};
            return true;
        }
        if (strcmp(match.value, "number") != 0) {
            *ret_interval = (struct interval){match.at, end, strtoll(match.value, NULL, 10)};
            return true;
        }
        if (text_duration(text + end, &duration) && duration.at < NEAR_BYTES && duration.value_s > 0) {
            int64_t every_s = duration.low_s != UNSTATED ? duration.low_s : duration.value_s;
            *ret_interval = (struct interval){match.at, end + duration.at + duration.n_bytes, every_s};
            return true;
        }
    }
    return false;
}

static bool names_level(struct parts_reading *reading, const char *text, size_t from, size_t end)
{
    struct strings levels = {0};

    part_levels(reading, text_normalise(reading->arena, text + from, end - from), &levels);
    return levels.n > 0;
}

/* What tells the levels of this interval: the words behind it in "every hour (P1), every day (P2)", "every
 * hour for P1 ..." and, led by none, "every hour while P1 is open, every day in P2", else those in front of
 * it. */
static const char *levels_part(struct parts_reading *reading, const char *text, size_t first,
                               const struct interval *interval, size_t next, bool led)
{
    struct arena *arena = reading->arena;
    const char *after = text + interval->end + strspn(text + interval->end, " ");
    bool behind = after[0] == '(' || text_starts_with(after, "for ") || text_starts_with(after, "during ") ||
                  (!led && names_level(reading, text, interval->end, next));

    return behind ? text_normalise(arena, after, (size_t)(text + next - after))
                  : text_normalise(arena, text + first, interval->at - first);
}

static const char *until_of(struct arena *arena, const char *text)
{
    const char *until = text_find_word(text, "until");

    if (until == NULL)
        return NULL;
    until += strlen("until") + (until[strlen("until")] == ' ');
    return text_without_colon(arena, arena_strndup(arena, until, strcspn(until, ",;(")));
}

static void take_place(struct parts_reading *reading, const char *sentence, struct cadence *cadence)
{
    const struct template *template = part_template_at(reading, cadence->line);
    const struct procedure *procedure = part_procedure_at(reading, cadence->line);
    const char *first_line;

    cadence->audience = part_words_value(PART_AUDIENCE, sentence);
    cadence->channel = part_words_value(PART_MEDIUM, sentence);
    if (template) {
        cadence->scope = template->id;
        cadence->source = "template";
        cadence->audience = template->audience ? template->audience : cadence->audience;
        first_line = arena_strndup(reading->arena, template->body, strcspn(template->body, "\n"));
        if (cadence->applies_to.n == 0)
            part_levels(reading, first_line, &cadence->applies_to);
        return;
    }
    const struct severity *severity = part_severity_at(reading, cadence->line);
    if (severity && cadence->applies_to.n == 0)
        strings_add(reading->arena, &cadence->applies_to, severity->id);
    cadence->source = procedure ? "step" : "policy";
    if (procedure == NULL)
        return;
    cadence->scope = procedure->id;
    if (cadence->applies_to.n == 0 && procedure->severity)
        strings_add(reading->arena, &cadence->applies_to, procedure->severity);
}

static void add(struct parts_reading *reading, const char *what, const char *sentence, int64_t every_s,
                const char *levels, int line)
{
    struct cadence *cadence = list_push(reading->arena, &reading->parts->cadences);

    cadence->what = what;
    cadence->every_s = every_s;
    cadence->line = line;
    cadence->until = until_of(reading->arena, sentence);
    part_levels(reading, levels, &cadence->applies_to);
    take_place(reading, sentence, cadence);
}

/* "Updates every hour" and "every hour updates" speak of them; "polls every minute until the first update"
 * does not. "Daily" and "weekly" are about people only next to "updates". */
static bool speaks_of_updates(const char *text, const struct interval *interval)
{
    struct word_match match;
    bool rare = interval->every_s >= 86400;

    for (size_t from = 0; part_words_next(PART_UPDATE, text, from, &match); from = match.at + match.n_bytes) {
        bool near = match.at >= interval->end && match.at - interval->end < NEAR_BYTES;
        bool itself = match.at >= interval->at && match.at < interval->end; /* "Next update in 20 minutes" */
        if (near || itself || (!rare && match.at < interval->at))
            return true;
    }
    return false;
}

enum { SENTENCE_BYTES = 600 };

/* prose: where the text stands at `at`, or NULL; about: it stands where all is about telling people. */
static void read_sentence(struct parts_reading *reading, const char *label, const char *text, int line,
                          const struct prose *prose, size_t at, bool about)
{
    struct interval interval, next;
    bool more = strnlen(text, SENTENCE_BYTES) < SENTENCE_BYTES && interval_next(text, 0, &interval);
    bool labelled = label && part_words_value(PART_UPDATE, label);
    const char *front = NULL;
    bool led = more && names_level(reading, text, 0, interval.at);

    for (size_t first = 0; more; first = interval.end, interval = next) {
        more = interval_next(text, interval.end, &next);
        if (!labelled && !about && !speaks_of_updates(text, &interval))
            continue;
        const char *levels = levels_part(reading, text, first, &interval, more ? next.at : strlen(text), led);
        if (first == 0 && !more)
            levels = text;
        struct strings named = {0};
        part_levels(reading, levels, &named);
        if (named.n == 0 && front) /* "P1: post every 20 minutes, status page every hour" */
            levels = front;
        else if (first == 0 && levels[0] != '(' && !text_starts_with(levels, "for "))
            front = levels;
        add(reading, label ? label : text, text, interval.every_s, levels,
            prose ? prose_line_at(prose, at + interval.at) : line);
    }
}

static void read_fact(struct parts_reading *reading, const struct fact *fact)
{
    const struct block *block = &reading->document->blocks.at[fact->block];
    struct sentences sentences = {0};
    struct word_match every;

    if (!fact_may_have(fact, PART_EVERY) || !part_words_next(PART_EVERY, fact->text, 0, &every) ||
        (fact->place == FACT_FENCE && part_template_at(reading, fact->line) == NULL))
        return;
    text_sentences(reading->arena, fact->text, &sentences);
    size_t n_label = strlen(fact->text) - strlen(fact->rest);
    list_each (sentence, &sentences) {
        size_t at = fact->rest_at + sentence->at;
        bool prose = fact->place != FACT_FENCE && at >= n_label; /* it may have several lines */
        read_sentence(reading, fact->label, sentence->text, fact->line, prose ? &block->prose : NULL,
                      at - n_label, prose && part_heading_group(reading, fact->block) == WORDS_COMMUNICATION);
    }
}

static void read_table(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];
    bool about =
        part_heading_group(reading, i) == WORDS_COMMUNICATION || part_heading_value(reading, i, PART_UPDATE);

    for (size_t k = 0; k < table->n_columns; k++) {
        const char *column = table->columns[k].text;
        if (!part_words_value(PART_CADENCE_COLUMN, column) ||
            (!about && !part_words_value(PART_UPDATE, column)))
            continue;
        list_each (row, &table->rows) {
            struct interval interval;
            struct duration_words plain; /* "| Update interval | 30 min |" needs no "every" */
            if (interval_next(row->cells[k].text, 0, &interval))
                add(reading, row->cells[0].text, row->cells[k].text, interval.every_s, row->cells[0].text,
                    row->line);
            else if (part_words_value(PART_UPDATE, column) && text_duration(row->cells[k].text, &plain) &&
                     plain.at == 0 && plain.value_s > 0)
                add(reading, row->cells[0].text, row->cells[k].text, plain.value_s, row->cells[0].text,
                    row->line);
        }
    }
}

/* "| Severity | Internal | Customers |" below "Update cadence": whom a column tells, and how often. */
static void read_table_of_audiences(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];

    if (!part_heading_value(reading, i, PART_UPDATE) || !part_heading_value(reading, i, PART_CADENCE_COLUMN))
        return;
    for (size_t k = 1; k < table->n_columns; k++)
        list_each (row, &table->rows) {
            struct interval interval;
            const char *level = row->cells[0].text, *cell = row->cells[k].text;
            if (!part_words_value(PART_CADENCE_COLUMN, table->columns[k].text) &&
                names_level(reading, level, 0, strlen(level)) && interval_next(cell, 0, &interval) &&
                interval.at == 0)
                add(reading, level, arena_printf(reading->arena, "%s %s", cell, table->columns[k].text),
                    interval.every_s, level, row->line);
        }
}

/* "## Every 30 minutes" above a list of whom to tell. */
static void read_heading(struct parts_reading *reading, size_t i)
{
    const struct document *document = reading->document;
    const struct block *heading = &document->blocks.at[i];
    struct interval interval;

    if (!text_starts_with(heading->prose.text, "every ") ||
        !interval_next(heading->prose.text, 0, &interval) || interval.at > 0)
        return;
    for (size_t k = i + 1; k < heading->end && !is_section(&document->blocks.at[k]); k++)
        if (document->blocks.at[k].kind == BLOCK_ITEM &&
            part_words_value(PART_UPDATE, document->blocks.at[k].prose.text)) {
            add(reading, document->blocks.at[k].prose.text, document->blocks.at[k].prose.text,
                interval.every_s, "", heading->line);
            return;
        }
}

/* "| Updates | every 15 minutes | hourly |" below levels that stand across. */
static void read_table_across(struct parts_reading *reading, const struct block *table)
{
    list_each (row, &table->rows) {
        if (!part_words_value(PART_UPDATE, row->cells[0].text))
            continue;
        for (size_t k = 1; k < table->n_columns; k++) {
            struct interval interval;
            struct duration_words plain;
            bool every = interval_next(row->cells[k].text, 0, &interval);
            if (every || (text_duration(row->cells[k].text, &plain) && plain.at == 0 && plain.value_s > 0))
                add(reading, row->cells[0].text, row->cells[k].text, every ? interval.every_s : plain.value_s,
                    table->columns[k].text, row->line);
        }
    }
}

void parts_read_cadences(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    list_each (fact, &reading->facts)
        read_fact(reading, fact);
    for (size_t i = 0; i < document->blocks.n; i++)
        if (is_section(&document->blocks.at[i]))
            read_heading(reading, i);
        else if (document->blocks.at[i].kind != BLOCK_TABLE)
            continue;
        else if (severity_across(reading->arena, document, &document->blocks.at[i]))
            read_table_across(reading, &document->blocks.at[i]);
        else {
            read_table(reading, i);
            read_table_of_audiences(reading, i);
        }
}
