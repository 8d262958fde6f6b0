/* Who is called of each level after which time, in one table: levels beside times, either way round.
 *
 *     | Elapsed | P1           | P2       |        | Level | At once  | After 10 min | 30+ min |
 *     | 0 min   | on-call      | on-call  |        | P1    | on-call  | manager      | CTO     |
 *     | 10 min  | duty manager | -        |        | P2    | on-call  | -            | manager |
 *
 * Who is called at first is on no rung, as everywhere. */
#include <string.h>

#include "runbook/parts_person.h"
#include "runbook/severity_priv.h"
#include "runbook/text.h"

enum { TIME_BYTES = 40, SHORTEST_S = 60 };

/* The moment that a column or a row is for. The first may be called anything ("Initial call"). */
static bool moment(const char *text, bool first, int64_t *ret_s)
{
    struct duration_words duration;

    *ret_s = 0;
    if (strnlen(text, TIME_BYTES) == TIME_BYTES || !text_duration(text, &duration))
        return first;
    *ret_s = duration.low_s != UNSTATED ? duration.low_s : duration.value_s;
    return true;
}

/* Each moment later than the one before, and the last one a wait. */
static bool are_moments(const char *const *texts, size_t n)
{
    int64_t before_s = -1, at_s = 0;

    for (size_t i = 0; i < n; i++) {
        if (!moment(texts[i], i == 0, &at_s) || at_s <= before_s)
            return false;
        before_s = at_s;
    }
    return n >= 2 && at_s >= SHORTEST_S;
}

static bool are_levels(struct arena *arena, const char *column, const char *const *texts, size_t n)
{
    struct severity level;

    for (size_t i = 0; i < n; i++)
        if (!level_of_cell(arena, column, texts[i], &level))
            return false;
    return n > 0;
}

static bool is_filled(const char *cell)
{
    return cell[0] != '\0' && !severity_is_dash(cell);
}

/* Cells that call people: all of them do, or some and the table is said to be about escalation. */
static bool calls_people(struct severity_reader *reader, const struct block *table)
{
    const char *heading =
        table->heading == NO_BLOCK ? "" : reader->document->blocks.at[table->heading].prose.text;
    bool about = strcasestr(heading, "escalat") || strcasestr(table->columns[0].text, "escalat");
    size_t people = 0, others = 0;

    list_each (row, &table->rows)
        for (size_t k = 1; k < table->n_columns; k++) {
            const char *cell = row->cells[k].text;
            struct strings names = {0};
            struct duration_words duration;
            if (!is_filled(cell))
                continue;
            if (text_duration(cell, &duration))
                return false; /* "every 15 minutes" */
            persons_add(reader->arena, cell, &names);
            people += names.n > 0;
            others += names.n == 0;
        }
    return people > 0 && (about || others == 0);
}

/* The first cells of the rows, and the titles of the other columns. */
static void edges(struct severity_reader *reader, const struct block *table, struct strings *ret_down,
                  struct strings *ret_across)
{
    list_each (row, &table->rows)
        strings_add(reader->arena, ret_down, row->cells[0].text);
    for (size_t k = 1; k < table->n_columns; k++)
        strings_add(reader->arena, ret_across, table->columns[k].text);
}

static enum matrix {
    MATRIX_NONE,
    MATRIX_LEVELS_DOWN,
    MATRIX_LEVELS_ACROSS
} kind_of(struct severity_reader *reader, const struct block *table)
{
    struct strings down = {0}, across = {0};

    if (table->kind != BLOCK_TABLE || table->n_columns < 2 || table->rows.n == 0)
        return MATRIX_NONE;
    edges(reader, table, &down, &across);
    if (are_moments(across.at, across.n) &&
        are_levels(reader->arena, table->columns[0].text, down.at, down.n))
        return calls_people(reader, table) ? MATRIX_LEVELS_DOWN : MATRIX_NONE;
    if (are_moments(down.at, down.n) && are_levels(reader->arena, NULL, across.at, across.n))
        return calls_people(reader, table) ? MATRIX_LEVELS_ACROSS : MATRIX_NONE;
    return MATRIX_NONE;
}

bool severity_is_matrix(struct severity_reader *reader, const struct block *table)
{
    return kind_of(reader, table) != MATRIX_NONE;
}

static void take(struct severity_reader *reader, struct severity *level, const char *when, bool first,
                 const struct prose *cell)
{
    int64_t after_s;

    if (is_filled(cell->text) && moment(when, first, &after_s) && after_s >= SHORTEST_S)
        level_take_escalation(reader->arena, level, cell->text, after_s, prose_line_at(cell, 0));
}

static void read_down(struct severity_reader *reader, const struct block *table)
{
    list_each (row, &table->rows) {
        struct severity level;
        if (!level_of_cell(reader->arena, table->columns[0].text, row->cells[0].text, &level))
            continue;
        level.line = level.line_end = row->line;
        for (size_t k = 1; k < table->n_columns; k++)
            take(reader, &level, table->columns[k].text, k == 1, &row->cells[k]);
        severity_add(reader, &level);
    }
}

static void read_across(struct severity_reader *reader, const struct block *table)
{
    for (size_t k = 1; k < table->n_columns; k++) {
        struct severity level;
        if (!level_of_cell(reader->arena, NULL, table->columns[k].text, &level))
            continue;
        level.line = level.line_end = table->line;
        list_each (row, &table->rows)
            take(reader, &level, row->cells[0].text, row == table->rows.at, &row->cells[k]);
        severity_add(reader, &level);
    }
}

void severity_read_matrices(struct severity_reader *reader)
{
    list_each (block, &reader->document->blocks) {
        enum matrix kind = kind_of(reader, block);
        if (kind == MATRIX_LEVELS_DOWN)
            read_down(reader, block);
        else if (kind == MATRIX_LEVELS_ACROSS)
            read_across(reader, block);
    }
}
