/* Action items after an incident: the columns of their table and what stands in it. */
#include <string.h>

#include "runbook/parts_priv.h"

/* The column of that kind, or n_columns. */
static size_t column_of(const struct block *table, const char *kind)
{
    for (size_t k = 0; k < table->n_columns; k++) {
        const char *value = part_words_whole(PART_ACTION_COLUMN, table->columns[k].text);
        if (value && strcmp(value, kind) == 0)
            return k;
    }
    return table->n_columns;
}

static const char *cell(const struct block *table, const struct table_row *row, const char *kind)
{
    size_t k = column_of(table, kind);

    return k < table->n_columns && row->cells[k].text[0] ? row->cells[k].text : NULL;
}

/* A table of things to do: an action, who does it, and until when or how far it is. */
static bool is_action_table(const struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];
    size_t n = table->n_columns;
    bool named =
        strcasestr(part_heading(reading, i), "action") || strcasestr(part_heading(reading, i), "follow");

    return column_of(table, "action") < n && column_of(table, "owner") < n &&
           (column_of(table, "due") < n || column_of(table, "status") < n) &&
           (named || column_of(table, "priority") < n || column_of(table, "ticket") < n);
}

static void read_row(struct parts_reading *reading, const struct block *table, const struct table_row *row)
{
    struct duration_words due;

    if (cell(table, row, "action") == NULL)
        return;
    struct action_row *action = list_push(reading->arena, &reading->parts->action_rows);
    action->action = cell(table, row, "action");
    action->owner = cell(table, row, "owner");
    action->due = cell(table, row, "due");
    action->priority = cell(table, row, "priority");
    action->status = cell(table, row, "status");
    action->line = row->line;
    action->due_s = action->due && text_duration(action->due, &due) ? due.value_s : UNSTATED;
}

/* ---- the table in the template of a report ---- */

static void read_cells(struct arena *arena, const char *line, size_t n, struct strings *ret_cells)
{
    for (size_t first = 1; first < n;) {
        const char *bar = memchr(line + first, '|', n - first);
        size_t end = bar ? (size_t)(bar - line) : n;
        const char *text = text_normalise(arena, line + first, end - first);
        if (text[0] || bar)
            strings_add(arena, ret_cells, text);
        first = end + 1;
    }
}

static bool has_column(const struct strings *cells, const char *kind)
{
    list_each (text, cells) {
        const char *value = part_words_whole(PART_ACTION_COLUMN, *text);
        if (value && strcmp(value, kind) == 0)
            return true;
    }
    return false;
}

/* "| Action | Owner | Due |" above a rule. */
static void read_fenced(struct parts_reading *reading, const struct block *fence)
{
    for (size_t k = 0; k + 1 < fence->lines.n; k++) {
        struct source_line line = fence->lines.at[k], rule = fence->lines.at[k + 1];
        struct strings cells = {0};
        if (line.n_bytes < 2 || line.at[0] != '|' || rule.n_bytes < 3 || rule.at[0] != '|' ||
            memchr(rule.at, '-', rule.n_bytes) == NULL)
            continue;
        read_cells(reading->arena, line.at, line.n_bytes, &cells);
        if (!has_column(&cells, "action") || !has_column(&cells, "owner") ||
            !(has_column(&cells, "due") || has_column(&cells, "status")))
            continue;
        list_each (text, &cells)
            *list_push(reading->arena, &reading->parts->action_columns) =
                (struct stated){*text, fence->body_line + (int)k};
        return;
    }
}

/* The first such table gives the columns. */
void parts_read_action_items(struct parts_reading *reading)
{
    const struct document *document = reading->document;

    for (size_t i = 0; i < document->blocks.n; i++) {
        const struct block *table = &document->blocks.at[i];
        if (table->kind != BLOCK_TABLE || !is_action_table(reading, i))
            continue;
        bool first = reading->parts->action_columns.n == 0;
        for (size_t k = 0; first && k < table->n_columns; k++)
            *list_push(reading->arena, &reading->parts->action_columns) =
                (struct stated){table->columns[k].text, table->line};
        list_each (row, &table->rows)
            read_row(reading, table, row);
    }
    for (size_t i = 0; i < document->blocks.n && reading->parts->action_columns.n == 0; i++)
        if (document->blocks.at[i].kind == BLOCK_FENCE &&
            part_template_at(reading, document->blocks.at[i].body_line + 1))
            read_fenced(reading, &document->blocks.at[i]);
}
