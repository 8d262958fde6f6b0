/* Steps out of the rows of a table: a column tells what to do, another may hold the command. */
#include <string.h>

#include "runbook/command.h"
#include "runbook/procedure_priv.h"
#include "runbook/severity.h"
#include "runbook/text.h"

static size_t column_named(struct arena *arena, const struct block *table, enum words group)
{
    for (size_t k = 0; k < table->n_columns; k++)
        if (words_are(group, text_without_colon(arena, table->columns[k].text)))
            return k;
    return table->n_columns;
}

/* "| Activity | Lead | Desk |" with cells such as "A/R": who answers for what, and nothing to do. */
static bool shares_out(const struct block *table)
{
    size_t filled = 0, marks = 0;

    list_each (row, &table->rows)
        for (size_t k = 1; k < row->n_cells; k++) {
            const char *text = row->cells[k].text;
            filled += text[0] != '\0';
            marks += text[0] != '\0' && strspn(text, "RACIS/, ") == strlen(text);
        }
    return marks > 1 && marks * 4 >= filled * 3;
}

static bool is_typed(const struct prose *cell)
{
    return cell->spans.n == 1 && cell->spans.at[0].kind == SPAN_CODE &&
           cell->spans.at[0].n_bytes == strlen(cell->text) && text_is_command(cell->spans.at[0].exact);
}

/* "1. Restart the router.", "Check the feed", or a command in marks and nothing else. */
static bool cell_is_order(struct arena *arena, const struct prose *cell)
{
    return is_typed(cell) || sentence_is_order(text_without_number(arena, cell->text, NULL));
}

/* The column that tells what to do, when most of its cells are orders (or commands stand beside them) and the
 * table is no list of work that is left over from an incident (with owners and days due). */
static size_t order_column(struct arena *arena, const struct block *table)
{
    bool commands = column_named(arena, table, WORDS_COMMAND_COLUMN) < table->n_columns;

    if (shares_out(table))
        return table->n_columns;
    if (column_named(arena, table, WORDS_LEFT_OVER_COLUMN) < table->n_columns)
        return table->n_columns;
    for (size_t k = 0; k < table->n_columns; k++) {
        size_t orders = 0, rows = 0;
        if (!words_are(WORDS_ORDER_COLUMN, text_without_colon(arena, table->columns[k].text)))
            continue;
        list_each (row, &table->rows) {
            rows += row->cells[k].text[0] != '\0';
            orders += cell_is_order(arena, &row->cells[k]);
        }
        if ((orders > 1 || (orders > 0 && commands)) && orders * 2 >= rows)
            return k;
    }
    return table->n_columns;
}

/* "| Check | Command |": a step a row that has a command. */
static void steps_from_commands(struct procedure_writer *writer, const struct block *table)
{
    size_t column = column_named(writer->arena, table, WORDS_COMMAND_COLUMN);

    if (column == table->n_columns || column == 0)
        return;
    list_each (row, &table->rows) {
        struct step step = step_start(writer, "ordered", row->cells[0].text, row->line);
        step_take_commands(writer, &step, &row->cells[column], true);
        if (step.commands.n == 0)
            continue;
        step_classify(writer, &step);
        struct phase *phase = phase_for_step(writer, step.line_end);
        *list_push(writer->arena, &phase->steps) = step;
    }
}

/* ---- What is seen, and what to do then ---- */

bool table_of_symptoms(struct arena *arena, const struct block *table, struct symptom_columns *ret_columns)
{
    struct symptom_columns columns = {.symptom = column_named(arena, table, WORDS_SYMPTOM_COLUMN),
                                      .cause = column_named(arena, table, WORDS_CAUSES),
                                      .action = order_column(arena, table)};

    if (columns.symptom == table->n_columns || columns.action == table->n_columns ||
        columns.action == columns.symptom)
        return false;
    *ret_columns = columns;
    return true;
}

void symptom_of_row(struct procedure_writer *writer, const struct block *table, const struct table_row *row,
                    const struct symptom_columns *columns)
{
    struct procedure *procedure = writer->procedure;
    const char *seen = row->cells[columns->symptom].text;

    if (writer->looks || seen[0] == '\0')
        return;
    struct criterion *symptom = list_push(writer->arena, &procedure->symptoms);
    symptom->text = seen;
    symptom->line = row->line;
    condition_read(writer->arena, seen, &symptom->condition);
    if (columns->cause < table->n_columns && row->cells[columns->cause].text[0])
        *list_push(writer->arena, &procedure->likely_causes) =
            (struct stated){row->cells[columns->cause].text, row->line};
}

void steps_of_row(struct procedure_writer *writer, const struct prose *cell)
{
    struct command_list commands = {0};
    struct sentences sentences = {0};
    size_t next = 0;
    int number = 0;

    if (is_typed(cell))
        cell_commands(writer->arena, cell, &commands);
    else
        prose_commands(writer->arena, cell, &commands);
    text_sentences(writer->arena, cell->text, &sentences);
    list_each (sentence, &sentences) {
        const char *text = text_without_number(writer->arena, sentence->text, NULL);
        if (strpbrk(text, "abcdefghijklmnopqrstuvwxyz") == NULL)
            continue; /* "1." alone */
        struct step step = step_start(writer, "inline", text, prose_line_at(cell, sentence->at));
        step.number = sentences.n > 1 ? arena_printf(writer->arena, "%d", ++number) : NULL;
        for (; next < commands.n && strstr(sentence->text, commands.at[next].text); next++)
            step_add_command(writer, &step, &commands.at[next]);
        step_classify(writer, &step);
        *list_push(writer->arena, &phase_for_step(writer, step.line_end)->steps) = step;
    }
}

/* "Step", "#", or numbers in every row. */
static bool counts_rows(const struct block *table)
{
    if (words_are(WORDS_NUMBER_COLUMN, table->columns[0].text))
        return true;
    list_each (row, &table->rows) {
        const char *text = row->cells[0].text;
        if (text[0] == '\0' || text[strspn(text, "0123456789.)")] != '\0')
            return false;
    }
    return true;
}

void steps_from_table(struct procedure_writer *writer, const struct block *table)
{
    size_t column = order_column(writer->arena, table);

    if (column == table->n_columns) {
        steps_from_commands(writer, table);
        return;
    }
    bool numbered = column > 0 && counts_rows(table);
    struct symptom_columns seen;
    bool symptoms = table_of_symptoms(writer->arena, table, &seen);
    size_t commands = column_named(writer->arena, table, WORDS_COMMAND_COLUMN);
    list_each (row, &table->rows) {
        const struct prose *cell = &row->cells[column];
        if (cell->text[0] == '\0')
            continue;
        struct step step = step_start(writer, "ordered", cell->text, row->line);
        if (symptoms)
            symptom_of_row(writer, table, row, &seen);
        if (numbered)
            step.number = row->cells[0].text;
        else if (column > 0 && step.condition == NULL && row->cells[0].text[0])
            step.condition = arena_printf(writer->arena, "if %s", row->cells[0].text);
        step_take_commands(writer, &step, cell, is_typed(cell));
        if (commands < table->n_columns && commands != column)
            step_take_commands(writer, &step, &row->cells[commands], true);
        step_classify(writer, &step);
        struct phase *phase = phase_for_step(writer, step.line_end);
        *list_push(writer->arena, &phase->steps) = step;
    }
}
