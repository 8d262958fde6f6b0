/* Ladders in tables: a column of times beside one of people, each later than the one before or waited for.
 *
 *     | Unacknowledged for | Page |        | Order | Contact | Give them |
 *     | 5 min | secondary |              | 1 | on-call | 10 minutes |
 *     | 15 min | manager |               | 2 | director | - |
 *
 * Tables of levels beside times are severity_matrix.c's. */
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/idle_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_ladder.h"

enum { CELL_BYTES = 120 };

/* "15" below "Minutes". */
static const char *timed_cell(struct arena *arena, const char *title, const char *cell)
{
    if (cell[0] == '\0' || cell[strspn(cell, "0123456789")] != '\0')
        return cell;
    return calling_word(CALLING_MINUTES, title) ? arena_printf(arena, "%s minutes", cell)
           : calling_word(CALLING_HOURS, title) ? arena_printf(arena, "%s hours", cell)
                                                : cell;
}

/* The column of the times: every cell is one, or says that there is none; n_columns: none is. */
static size_t time_column(struct parts_reading *reading, const struct block *table)
{
    static const struct strings nobody;

    for (size_t k = 0; k < table->n_columns; k++) {
        const char *title = table->columns[k].text;
        bool times = idle_says(title) || !calling_within(CALLING_NO_TIME, title, strlen(title)), any = false;
        list_each (row, &table->rows) {
            struct call call = {0};
            const char *cell = timed_cell(reading->arena, title, row->cells[k].text);
            if (times && strnlen(cell, CELL_BYTES) < CELL_BYTES)
                call_read(reading->arena, cell, &nobody, &call);
            bool none = text_same(cell, "n/a") || text_same(cell, "none") ||
                        cell[strspn(cell, "-\xe2\x80\x93\x94")] == '\0';
            bool first = row == table->rows.at; /* "every SEV1": who is called at first may have any words */
            times = times && (first || (call.to.n == 0 && call.clock != CALL_UNTIMED) || none);
            any |= call.time_s >= LADDER_SHORTEST_S;
        }
        if (times && any)
            return k;
    }
    return table->n_columns;
}

/* The column whose title says whom; n_columns: none does. */
static size_t titled_column(const struct block *table)
{
    list_each (word, calling_words(CALLING_WHO_TITLE))
        for (size_t k = 0; k < table->n_columns; k++)
            if (text_starts_with(table->columns[k].text, *word))
                return k;
    return table->n_columns;
}

/* The column whose every cell names somebody; n_columns: none does. */
static size_t whom_column(struct parts_reading *reading, const struct block *table, size_t times)
{
    size_t titled = titled_column(table);

    for (size_t i = 0; i <= table->n_columns; i++) {
        size_t k = i == 0 ? titled : i - 1;
        bool all = k < table->n_columns && k != times;
        list_each (row, &table->rows) {
            struct strings to = {0};
            if (all && strnlen(row->cells[k].text, CELL_BYTES) < CELL_BYTES)
                call_names(reading->arena, row->cells[k].text, &to);
            all = all && to.n > 0;
        }
        if (all)
            return k;
    }
    return table->n_columns;
}

/* Rows or columns of levels say what is done at each, and are no ladder. */
static bool names_levels(struct parts_reading *reading, const struct block *table, size_t times, size_t whom)
{
    struct strings levels = {0};

    for (size_t k = 0; k < table->n_columns; k++)
        part_levels(reading, table->columns[k].text, &levels);
    list_each (row, &table->rows)
        for (size_t k = 0; k < table->n_columns; k++)
            if (k != whom && !(k == times && row == table->rows.at) &&
                strnlen(row->cells[k].text, CELL_BYTES) < CELL_BYTES)
                part_levels(reading, ladder_without_place(reading, row->cells[k].text), &levels);
    return levels.n > 0;
}

/* "| After | Notify |". */
static bool titles_call(const struct block *table, size_t times, size_t whom)
{
    const char *when = table->columns[times].text, *who = table->columns[whom].text;

    return whom == titled_column(table) && calling_within(CALLING_CALLS, who, strlen(who)) &&
           (calling_within(CALLING_WHEN_TITLE, when, strlen(when)) ||
            part_words_whole(PART_WAIT_COLUMN, when));
}

void escalation_read_rows(struct parts_reading *reading, size_t i, bool about, bool *taken)
{
    const struct block *table = &reading->document->blocks.at[i];
    size_t times =
        table->rows.n > 1 && table->rows.n <= LADDER_CALLS ? time_column(reading, table) : table->n_columns;
    size_t whom = times < table->n_columns ? whom_column(reading, table, times) : table->n_columns;
    struct strings around = {0};
    struct ladder ladder = {0};

    if (whom == table->n_columns || !(about || titles_call(table, times, whom)) ||
        part_severity_at(reading, table->rows.at[0].line) || names_levels(reading, table, times, whom))
        return;
    const char *title = table->columns[times].text;
    bool waits = calling_within(CALLING_WAIT_TITLE, title, strlen(title));
    list_each (row, &table->rows) {
        struct call call;
        call_read(reading->arena, timed_cell(reading->arena, title, row->cells[times].text),
                  ladder_called_last(&ladder), &call);
        call.to = (struct strings){0}; /* "n/a" */
        call.in_bracket = true;
        if (waits && call.clock != CALL_UNTIMED)
            call.clock = CALL_UNTIL_NEXT;
        call_names(reading->arena, row->cells[whom].text, &call.to);
        ladder_add_call(reading, &call, row->cells[whom].text, row->line, &ladder);
    }
    escalation_levels_around(reading, i, &around);
    (void)ladder_take(reading, &ladder, &around, taken);
}
