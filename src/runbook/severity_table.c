/* Levels that tables define: a level a row, or a level a column and a row for each thing said of them. */
#include <string.h>

#include "runbook/parts_person.h"
#include "runbook/severity.h"
#include "runbook/severity_priv.h"
#include "runbook/text.h"

enum { LEVELS_MAX = 20 };

static bool speaks_of_severity(const struct document *document, size_t heading)
{
    for (size_t i = heading; i != NO_BLOCK; i = document->blocks.at[i].heading)
        if (words_heading(document->blocks.at[i].prose.text) == WORDS_SEVERITY)
            return true;
    return false;
}

static bool is_heading_about(const struct document *document, const struct block *table)
{
    return table->heading != NO_BLOCK && speaks_of_severity(document, table->heading);
}

/* A sentence across the whole table. */
static bool is_remark(const struct table_row *row)
{
    for (size_t i = 1; i < row->n_cells; i++)
        if (row->cells[i].text[0])
            return false;
    return true;
}

/* "| Stufe | Reaction time | ..." with "Rot", "Gelb": names of the house's own, where a column of times that
 * are times says what they are. */
static bool names_house_levels(struct severity_reader *reader, const struct block *table)
{
    size_t times = 0;
    struct duration_words duration;
    struct severity level;

    if (table->rows.n < 2 || table->rows.n > LEVELS_MAX || table->n_columns < 3 ||
        !words_are(WORDS_LEVEL_NAME, table->columns[0].text))
        return false;
    list_each (row, &table->rows) {
        if (!level_of_house(reader->arena, row->cells[0].text, &level))
            return false;
        for (size_t column = 1; column < table->n_columns; column++)
            times += severity_field(table->columns[column].text) == WORDS_RESPONSE_TIME &&
                     text_duration(row->cells[column].text, &duration);
    }
    return times * 2 >= table->rows.n;
}

static bool names_levels(struct severity_reader *reader, const struct block *table)
{
    bool about = is_heading_about(reader->document, table);
    size_t fields = 0, named = 0, rows = 0;
    struct severity level;

    if (severity_of_people(reader->document, table->heading) &&
        (table->rows.n == 0 || !level_named(reader->arena, table->rows.at[0].cells[0].text, true, &level) ||
         text_starts_with(level.id, "level")))
        return false; /* "Level 1" of support is no severity */
    bool titled =
        words_occur(WORDS_LEVEL_NAME, table->columns[0].text) || (about && table->columns[0].text[0] == '\0');
    if (table->n_columns < 2 || !titled)
        return false;
    for (size_t column = 1; column < table->n_columns; column++)
        fields += severity_field(table->columns[column].text) != WORDS_NONE;
    list_each (row, &table->rows) {
        if (is_remark(row))
            continue;
        rows++;
        named += level_of_cell(reader->arena, table->columns[0].text, row->cells[0].text, &level);
    }
    return (fields > 0 || about) && rows >= 2 && named == rows;
}

bool severity_is_dash(const char *cell)
{
    static const char *const dashes[] = {"-", "--", "\xe2\x80\x93", "\xe2\x80\x94", "n/a"};

    for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++)
        if (text_same(cell, dashes[i]))
            return true;
    return false;
}

static void take_cell(struct severity_reader *reader, struct severity *level, enum words field,
                      const struct prose *cell)
{
    if (!severity_is_dash(cell->text))
        level_take(reader->arena, level, field, cell->text, prose_line_at(cell, 0), true);
}

/* Said, so that no ladder of the whole document is this level's. */
static bool says_nobody(const char *cell)
{
    return text_same(cell, "none") || text_same(cell, "nobody") || text_same(cell, "no one") ||
           text_same(cell, "never") || text_same(cell, "no");
}

/* "Escalation 1 (15 min)": the column says when, the cell to whom. A cell that says nothing of when adds
 * nothing to what another column says. */
static void take_escalation_cell(struct severity_reader *reader, struct severity *level, const char *column,
                                 const struct prose *cell)
{
    struct duration_words duration;
    int64_t after_s = text_duration(column, &duration) ? duration.value_s : UNSTATED;
    struct person person;

    if (says_nobody(cell->text)) {
        if (level->escalation_text == NULL)
            level_take_escalation(reader->arena, level, cell->text, UNSTATED, prose_line_at(cell, 0));
        return;
    }
    if (text_duration(cell->text, &duration) && !person_next(reader->arena, cell->text, 0, &person) &&
        person_next(reader->arena, column, 0, &person)) { /* "Escalate to the lead after": "20 min" */
        level_take_escalation(reader->arena, level, arena_printf(reader->arena, "%s %s", column, cell->text),
                              UNSTATED, prose_line_at(cell, 0));
        return;
    }
    if (severity_is_dash(cell->text) || cell->text[0] == '\0' ||
        (level->escalation_text && after_s == UNSTATED && !text_duration(cell->text, &duration)))
        return;
    level_take_escalation(reader->arena, level, cell->text, after_s, prose_line_at(cell, 0));
}

static void read_upright(struct severity_reader *reader, const struct block *table)
{
    list_each (row, &table->rows) {
        struct severity level;
        if (is_remark(row) ||
            !(level_of_cell(reader->arena, table->columns[0].text, row->cells[0].text, &level) ||
              level_of_house(reader->arena, row->cells[0].text, &level)))
            continue;
        level.line = row->line;
        level.line_end = row->line;
        for (size_t column = 1; column < table->n_columns; column++) {
            enum words field = severity_field(table->columns[column].text);
            const char *cell = row->cells[column].text;
            if (field == WORDS_NONE && level.label == NULL &&
                words_are(WORDS_LEVEL_NAME, table->columns[column].text) && level_word_rank(cell) > 0) {
                level.label = cell;
                continue;
            }
            if (field == WORDS_NONE && column == 1 && !severity_of_people(reader->document, table->heading))
                field = WORDS_LEVEL_DESCRIPTION;
            if (field == WORDS_ESCALATION_RULE)
                take_escalation_cell(reader, &level, table->columns[column].text, &row->cells[column]);
            else
                take_cell(reader, &level, field, &row->cells[column]);
        }
        severity_add(reader, &level);
    }
}

/* Fields: of the rows; times: of them response times, promises: other lengths of time. */
static bool across_house(struct arena *arena, const struct block *table, size_t times, size_t promises)
{
    struct severity level;

    if (times == 0 || promises == 0 || table->columns[0].text[0])
        return false;
    for (size_t column = 1; column < table->n_columns; column++)
        if (!level_of_house(arena, table->columns[column].text, &level))
            return false;
    return true;
}

bool severity_across(struct arena *arena, const struct document *document, const struct block *table)
{
    size_t fields = 0, times = 0, promises = 0;
    bool known = true;
    struct severity level;

    if (table->n_columns < 3 || table->rows.n == 0)
        return false;
    for (size_t column = 1; column < table->n_columns; column++)
        known &= level_of_cell(arena, NULL, table->columns[column].text, &level);
    list_each (row, &table->rows) {
        enum words field = severity_field(row->cells[0].text);
        fields += field != WORDS_NONE;
        times += field == WORDS_RESPONSE_TIME;
        promises += field == WORDS_RESOLUTION_TIME || field == WORDS_ESCALATION_RULE;
    }
    if (!known && !across_house(arena, table, times, promises))
        return false;
    return fields * 2 >= table->rows.n && (times > 0 || is_heading_about(document, table));
}

static void read_across(struct severity_reader *reader, const struct block *table)
{
    for (size_t column = 1; column < table->n_columns; column++) {
        struct severity level;
        if (!level_of_house(reader->arena, table->columns[column].text, &level))
            continue;
        level.line = table->line;
        level.line_end = table->line;
        list_each (row, &table->rows) {
            enum words field = severity_field(row->cells[0].text);
            if (field == WORDS_ESCALATION_RULE)
                take_escalation_cell(reader, &level, row->cells[0].text, &row->cells[column]);
            else
                take_cell(reader, &level, field, &row->cells[column]);
        }
        severity_add(reader, &level);
    }
}

void severity_read_table(struct severity_reader *reader, const struct block *table)
{
    if (severity_is_matrix(reader, table))
        return; /* read when all levels are known */
    if (names_levels(reader, table) || names_house_levels(reader, table))
        read_upright(reader, table);
    else if (severity_across(reader->arena, reader->document, table))
        read_across(reader, table);
}
