/* Tables of when to escalate to whom. */
#include <string.h>

#include "runbook/call.h"
#include "runbook/calling_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"
#include "runbook/parts_read.h"

bool escalation_wait_in_row(const struct block *table, const struct table_row *row,
                            struct duration_words *ret_after)
{
    for (size_t k = 0; k < table->n_columns; k++)
        if (part_words_whole(PART_WAIT_COLUMN, table->columns[k].text) &&
            text_duration(row->cells[k].text, ret_after) &&
            (ret_after->value_s >= 60 || ret_after->immediate))
            return true;
    return false;
}

/* The column that says to whom or what then; n_columns: none. */
static size_t action_column(const struct block *table)
{
    list_each (word, calling_words(CALLING_ACT_TITLE))
        for (size_t k = 1; k < table->n_columns; k++)
            if (strcasestr(table->columns[k].text, *word))
                return k;
    return table->n_columns;
}

/* "L1", "Tier 2", "3": the place of a row in a ladder, and no condition. */
static bool is_rung_name(const char *text)
{
    size_t n = call_place(text);

    n = n > 0 ? n : strspn(text, "0123456789");
    return n > 0 && text[n] == '\0';
}

/* Each row says how long it is waited before the next is called, for the first one waits and the last does
 * not: "| L1 | lead | 15 min |", "| L2 | manager | 15 min |", "| L3 | director | - |". */
static bool waits_for_next(const struct block *table)
{
    struct duration_words after;
    const struct table_row *rows = table->rows.at;
    size_t n = table->rows.n;

    list_each (row, &table->rows)
        if (!is_rung_name(row->cells[0].text))
            return false;
    return n > 1 && escalation_wait_in_row(table, &rows[0], &after) && after.value_s >= 60 &&
           !escalation_wait_in_row(table, &rows[n - 1], &after);
}

/* "| Team lead | 15 min | 1 h |" below "| Who | P1 | P2 |": after how long of which level. */
static bool read_who_by_level(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];
    struct strings levels = {0}, people = {0};
    struct duration_words after;
    bool timed = false;

    for (size_t k = 1; k < table->n_columns; k++)
        part_levels(reading, table->columns[k].text, &levels);
    list_each (row, &table->rows) {
        size_t before = people.n;
        call_names(reading->arena, row->cells[0].text, &people);
        if (people.n == before)
            return false;
        for (size_t k = 1; k < table->n_columns; k++)
            timed |= text_duration(row->cells[k].text, &after) && after.value_s >= 60 &&
                     after.n_bytes == strlen(row->cells[k].text);
    }
    if (levels.n == 0 || !timed || !escalation_about_calling(reading, i))
        return false;
    list_each (row, &table->rows)
        for (size_t k = 1; k < table->n_columns; k++) {
            levels = (struct strings){0};
            part_levels(reading, table->columns[k].text, &levels);
            if (levels.n == 0 || !text_duration(row->cells[k].text, &after))
                continue;
            struct escalation *rule = escalation_add(reading, "rule", row->line, row->line);
            rule->applies_to = levels;
            call_names(reading->arena, row->cells[0].text, &rule->to);
            rule->after_s = after.value_s;
        }
    return true;
}

void escalation_read_table(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];
    size_t action = action_column(table);
    bool for_next = waits_for_next(table);
    int64_t waited_s = 0;

    if (part_template_at(reading, table->line) || read_who_by_level(reading, i) ||
        action == table->n_columns ||
        (!strcasestr(table->columns[action].text, "escalat") &&
         part_heading_group(reading, i) != WORDS_ESCALATION))
        return;
    list_each (row, &table->rows) {
        const char *then = row->cells[action].text, *when = row->cells[0].text;
        struct duration_words after;
        struct strings to = {0}, levels = {0};
        if (part_severity_at(reading, row->line) || escalation_has_line(reading, row->line) ||
            strnlen(then, RULE_BYTES) == RULE_BYTES || text_starts_with(then, "no") ||
            text_find_word(then, "no escalation"))
            continue;
        persons_add(reading->arena, then, &to);
        if (to.n == 0 && !part_words_value(PART_ESCALATE_VERB, then))
            continue;
        struct escalation *rule = escalation_add(reading, "rule", row->line, row->line);
        part_levels(reading, arena_printf(reading->arena, "%s %s", when, then), &levels);
        rule->applies_to = levels;
        rule->to = to;
        rule->condition = escalation_condition(reading->arena, then);
        if (rule->condition == NULL && (levels.n > 0 || !is_rung_name(when)))
            rule->condition = when;
        if (for_next) {
            rule->after_s = waited_s;
            waited_s += escalation_wait_in_row(table, row, &after) ? after.value_s : 0;
        } else if (escalation_wait_stated(then, &after) || escalation_wait_stated(when, &after) ||
                   escalation_wait_in_row(table, row, &after))
            rule->after_s = after.value_s;
    }
}
