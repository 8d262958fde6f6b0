/* Ladders that say how long it is waited before the next is called: behind who is called, on a line between
 * two of them, or in a column of its own.
 *
 *     1. Primary on-call (wait 10 minutes)      Level 1: Primary on-call         | Role    | Wait before next
 * |
 *     2. Secondary on-call (wait 15 minutes)       | escalates after 15 min      | primary | 10 min |
 *     3. Manager                                Level 2: Manager                 | manager | - |
 *
 * Two or more who are called, the first of them with a wait. A rule for each who is called later; behind one
 * without a wait nobody's time is known. */
#include <ctype.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/idle_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"

enum { LINE_BYTES = 200, NAME_BYTES = 60 };

void escalation_calls_then(struct calls *calls, struct strings to, int64_t wait_s, int line)
{
    if (to.n > 0 && calls->n < CALLS_MOST)
        calls->at[calls->n++] = (struct called){.to = to, .wait_s = wait_s, .line = line};
    else if (calls->n > 0)
        calls->at[calls->n - 1].wait_s += wait_s;
}

bool escalation_add_calls(struct parts_reading *reading, const struct calls *calls, size_t block, bool *taken)
{
    struct strings levels = {0};
    int64_t after_s = 0;

    if (calls->n < 2 || calls->at[0].wait_s == 0)
        return false;
    escalation_levels_around(reading, block, &levels);
    for (size_t i = 0; i < calls->n; i++) {
        const struct called *called = &calls->at[i];
        taken[called->line] = true;
        if (i > 0 && calls->at[i - 1].wait_s == 0)
            break;
        if (i > 0) {
            struct escalation *rule = escalation_add(reading, "rule", called->line, called->line);
            rule->applies_to = levels;
            rule->to = called->to;
            rule->after_s = after_s;
        }
        after_s += called->wait_s;
    }
    return true;
}

/* Where "(wait 10 minutes)" begins, and how long that is; NULL: it says no such thing. */
static const char *wait_in(const char *text, int64_t *ret_s, const char **ret_behind)
{
    struct duration_words time;

    for (const char *at = text; *at; at++) {
        size_t n =
            at == text || !isalnum((unsigned char)at[-1]) || at[0] == ' ' ? calling_at(CALLING_WAIT, at) : 0;
        if (n == 0 || !text_duration(at + n, &time) || time.at > 0 || time.value_s < 60)
            continue;
        *ret_s = time.value_s;
        *ret_behind = at + n + time.n_bytes;
        return at;
    }
    return NULL;
}

size_t escalation_place(const char *text)
{
    size_t n = calling_at(CALLING_PLACE, text);
    size_t digits = n > 0 ? strspn(text + n, "0123456789") : 0;

    return digits > 0 && !isalnum((unsigned char)text[n + digits]) ? n + digits : 0;
}

static struct strings named_in(struct arena *arena, const char *text, size_t n)
{
    struct strings to = {0};
    const char *line = text_normalise(arena, text, n), *whom = line + escalation_place(line);

    whom = whom > line ? calling_skip(CALLING_MARK, whom) : line;
    persons_add(arena, whom, &to);
    const char *name = to.n == 0 && n < NAME_BYTES && whom[0] ? rung_name(arena, whom) : "";
    if (name[0])
        strings_add(arena, &to, name);
    return to;
}

/* A line that is nothing but a wait: "10 min", "no answer in 10 min". */
static bool only_waits(struct arena *arena, const char *text, int64_t *ret_s)
{
    struct duration_words time;
    struct strings people = {0};

    persons_add(arena, text, &people);
    if (people.n > 0 || !text_duration(text, &time) || time.value_s < 60)
        return false;
    *ret_s = time.value_s;
    return idle_says(text) || (time.at == 0 && text[time.n_bytes] == '\0');
}

/* False: the line is none of such a ladder. */
static bool take_line(struct parts_reading *reading, const char *text, int line, struct calls *calls)
{
    struct arena *arena = reading->arena;
    struct strings to = {0}, behind_it = {0};
    struct duration_words time;
    const char *behind;
    int64_t wait_s = 0;

    if (strnlen(text, LINE_BYTES) == LINE_BYTES)
        return false;
    text = calling_skip(CALLING_MARK, text);
    if (text[0] == '\0' || text[1] == '\0') /* the "v" of an arrow that is drawn */
        return true;
    const char *wait = wait_in(text, &wait_s, &behind);
    if (wait) {
        persons_add(arena, behind, &behind_it);
        to = named_in(arena, text, (size_t)(wait - text));
        escalation_calls_then(calls, to, wait_s, line);
        return behind_it.n == 0 && calls->n > 0;
    }
    if (text_duration(text, &time)) {
        if (calls->n == 0 || !only_waits(arena, text, &wait_s))
            return false;
        escalation_calls_then(calls, to, wait_s, line);
        return true;
    }
    to = named_in(arena, text, strlen(text));
    escalation_calls_then(calls, to, 0, line);
    return to.n > 0;
}

static void read_list(struct parts_reading *reading, size_t first, bool *taken)
{
    const struct document *document = reading->document;
    struct calls calls = {0};

    for (size_t i = first; i < document->blocks.n && document->blocks.at[i].kind == BLOCK_ITEM &&
                           document->blocks.at[i].list_first == first;
         i = document->blocks.at[i].end) {
        const struct block *item = &document->blocks.at[i];
        if (part_severity_at(reading, item->line) ||
            !take_line(reading, item->prose.text, item->line, &calls))
            return;
    }
    (void)escalation_add_calls(reading, &calls, first, taken);
}

static void read_fence(struct parts_reading *reading, size_t i, bool *taken)
{
    const struct block *fence = &reading->document->blocks.at[i];
    struct calls calls = {0};

    for (size_t k = 0; k < fence->lines.n; k++) {
        const struct source_line *line = &fence->lines.at[k];
        if (!take_line(reading, text_normalise(reading->arena, line->at, line->n_bytes),
                       fence->body_line + (int)k, &calls))
            return;
    }
    (void)escalation_add_calls(reading, &calls, i, taken);
}

static size_t column_of(const struct block *table, enum calling kind, bool begins)
{
    list_each (word, calling_words(kind))
        for (size_t k = 0; k < table->n_columns; k++)
            if (begins ? text_starts_with(table->columns[k].text, *word)
                       : strcasestr(table->columns[k].text, *word) != NULL)
                return k;
    return table->n_columns;
}

size_t escalation_whom_column(const struct block *table)
{
    return column_of(table, CALLING_WHO_TITLE, true);
}

static void read_table(struct parts_reading *reading, size_t i, bool *taken)
{
    const struct block *table = &reading->document->blocks.at[i];
    size_t wait = column_of(table, CALLING_WAIT_TITLE, false), whom = escalation_whom_column(table);
    struct calls calls = {0};

    if (wait == table->n_columns || whom == table->n_columns || whom == wait)
        return;
    list_each (row, &table->rows) {
        const char *who = row->cells[whom].text;
        struct duration_words time = {0};
        struct strings to = named_in(reading->arena, who, strnlen(who, LINE_BYTES));
        bool timed = text_duration(row->cells[wait].text, &time);
        if (to.n == 0)
            return;
        escalation_calls_then(&calls, to, timed ? time.value_s : 0, row->line);
    }
    (void)escalation_add_calls(reading, &calls, i, taken);
}

void escalation_read_waits(struct parts_reading *reading, bool *taken)
{
    const struct document *document = reading->document;

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *block = &document->blocks.at[i];
        bool list = block->kind == BLOCK_ITEM && block->list_first == i;
        if ((!list && block->kind != BLOCK_FENCE && block->kind != BLOCK_TABLE) ||
            part_template_at(reading, block->line) || !escalation_about_calling(reading, i))
            continue;
        if (list)
            read_list(reading, i, taken);
        else if (block->kind == BLOCK_TABLE)
            read_table(reading, i, taken);
        else if (!escalation_read_settings(reading, i, taken))
            read_fence(reading, i, taken);
    }
}
