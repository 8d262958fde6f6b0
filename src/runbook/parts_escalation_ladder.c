/* Ladders: tables of their own that say after how long who is called, whatever level it is.
 *
 *     | After  | Notify           |     | Time elapsed | Who      | How   |     | Minutes | Escalate to |
 *     | 0 min  | on-call engineer |     | Immediately  | on-call  | pager |     | 0       | on-call     |
 *     | 15 min | lab lead         |     | T+15         | lab lead | phone |     | 15      | lab lead    |
 *
 * The same in a fence is a line a rung: "T+15  lab lead".
 *
 * One column is of moments, each later than the one before; another says whom. A rule a row; which levels it
 * is for says the row, the words right before the table or its heading: none, then it is every level's that
 * has no escalation of its own (policy_plan.c). Tables of levels beside times are severity_matrix.c's. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/calling_words.h"
#include "runbook/parts_escalation_priv.h"
#include "runbook/parts_person.h"
#include "runbook/parts_read.h"

enum { CELL_BYTES = 200, TIME_BYTES = 40, NAME_BYTES = 40, SHORTEST_S = 60 };

/* Seconds of the unit that a column names: "Minutes", "Time (min)", "T+ (h)"; 0: none. */
static int64_t unit_of_column(const char *title)
{
    if (calling_word(CALLING_MINUTES, title))
        return 60;
    if (calling_word(CALLING_HOURS, title))
        return 3600;
    return strncasecmp(title, "t+", 2) == 0 ? 60 : 0;
}

/* The moment of a cell: "T+15", "30 minutes", "15-30 min" from then on, "0", "Immediately"; no time within
 * which something is done. */
static bool moment(const char *cell, int64_t unit_s, int64_t *ret_s)
{
    struct duration_words duration;
    bool counted = strncasecmp(cell, "t+", 2) == 0 || strncasecmp(cell, "t +", 3) == 0;
    char *end;

    if (strnlen(cell, TIME_BYTES) == TIME_BYTES)
        return false;
    const char *number = counted ? strchr(cell, '+') + 1 : cell + (cell[0] == '+');
    if (text_duration(number, &duration)) {
        *ret_s = duration.low_s != UNSTATED ? duration.low_s : duration.value_s;
        return duration.op == NULL || duration.op[0] == '>' || strcmp(duration.op, "range") == 0;
    }
    long value = isdigit((unsigned char)number[0]) || number[0] == ' ' ? strtol(number, &end, 10) : -1;
    if (value < 0 || value > 10000 || (value > 0 && unit_s == 0 && !counted) ||
        end[strspn(end, " '\xe2\x80\x99+")] != '\0')
        return false;
    *ret_s = value * (unit_s > 0 ? unit_s : 60);
    return true;
}

static bool is_moment_title(const char *title)
{
    if (calling_within(CALLING_WHEN_TITLE, title, strlen(title)))
        return strnlen(title, TIME_BYTES) < TIME_BYTES;
    return part_words_whole(PART_WAIT_COLUMN, title) != NULL;
}

/* The column of the moments; n_columns: none. */
static size_t moment_column(const struct block *table)
{
    for (size_t k = 0; k < table->n_columns; k++) {
        const char *title = table->columns[k].text;
        int64_t unit_s = unit_of_column(title), before_s = -1, at_s = -1;
        bool all = table->rows.n >= 2 && is_moment_title(title);
        list_each (row, &table->rows) {
            all = all && moment(row->cells[k].text, unit_s, &at_s) && at_s > before_s;
            before_s = at_s;
        }
        if (all && at_s >= SHORTEST_S)
            return k;
    }
    return table->n_columns;
}

bool escalation_about_calling(const struct parts_reading *reading, size_t i)
{
    const struct block *blocks = reading->document->blocks.at;
    size_t item = blocks[i].item;
    struct part_label above;

    if (part_heading_group(reading, i) == WORDS_ESCALATION || part_heading_value(reading, i, PART_CHAIN) ||
        (part_label_before(reading, i, &above) && strcasestr(above.text, "escalat")))
        return true;
    if (part_heading_above_group(reading, i) == WORDS_ESCALATION) { /* "### P1" below it */
        struct strings levels = {0};
        part_levels(reading, part_heading(reading, i), &levels);
        if (levels.n > 0)
            return true;
    }
    return item != NO_BLOCK && item != i && strcasestr(part_item_title(reading, item), "escalat");
}

/* Under words of escalation, or with a column that calls. */
static bool about_calling(const struct parts_reading *reading, size_t i, const char *whom)
{
    return calling_within(CALLING_CALLS, whom, strlen(whom)) || escalation_about_calling(reading, i);
}

/* Whose ladder it is, as far as it is said outside its rows. */
static struct strings levels_of_ladder(const struct parts_reading *reading, size_t i)
{
    struct strings levels = {0};
    struct part_label above;

    if (part_label_before(reading, i, &above))
        part_levels(reading, above.text, &levels);
    if (levels.n == 0)
        part_levels(reading, part_heading(reading, i), &levels);
    return levels;
}

static void add_rung(struct parts_reading *reading, const struct table_row *row, const char *whom,
                     int64_t after_s, const struct strings *levels)
{
    struct strings to = {0};

    persons_add(reading->arena, whom, &to);
    if (to.n == 0 && strnlen(whom, NAME_BYTES) < NAME_BYTES)
        text_split_list(reading->arena, whom, false, &to); /* a name of the house */
    if (to.n == 0)
        return;
    struct escalation *rule = escalation_add(reading, "rule", row->line, row->line);
    part_levels(reading, whom, &rule->applies_to);
    if (rule->applies_to.n == 0)
        rule->applies_to = *levels;
    rule->to = to;
    rule->after_s = after_s;
    rule->condition = escalation_condition(reading->arena, whom);
}

bool escalation_read_ladder(struct parts_reading *reading, size_t i)
{
    const struct block *table = &reading->document->blocks.at[i];
    size_t moments = moment_column(table);
    size_t whom = moments < table->n_columns ? escalation_whom_column(table) : table->n_columns;

    if (whom == table->n_columns || whom == moments || part_template_at(reading, table->line) ||
        !about_calling(reading, i, table->columns[whom].text))
        return false;
    list_each (row, &table->rows)
        if (part_severity_at(reading, row->line) || escalation_has_line(reading, row->line) ||
            strnlen(row->cells[whom].text, CELL_BYTES) == CELL_BYTES)
            return false;
    struct strings levels = levels_of_ladder(reading, i);
    int64_t unit_s = unit_of_column(table->columns[moments].text), after_s = 0;
    list_each (row, &table->rows)
        if (row->cells[whom].text[0] != '\0' && moment(row->cells[moments].text, unit_s, &after_s))
            add_rung(reading, row, row->cells[whom].text, after_s, &levels);
    return true;
}

/* ---- in a fence ---- */

/* Bytes of the moment that a line begins with: "T+15", "[15 min]", "0"; 0: it begins with none. */
static size_t moment_at_start(const char *line, int64_t *ret_s)
{
    struct duration_words duration;
    size_t lead = strspn(line, " ([");
    bool counted = strncasecmp(line + lead, "t+", 2) == 0;
    const char *number = line + lead + (counted ? 2 : line[lead] == '+');
    size_t n = strspn(number, "0123456789");

    if (n == 0 || n > 4)
        return 0;
    if (text_duration(number, &duration) && duration.at == 0) {
        *ret_s = duration.low_s != UNSTATED ? duration.low_s : duration.value_s;
        return (size_t)(number - line) + duration.n_bytes;
    }
    int64_t minutes = strtol(number, NULL, 10);
    if ((number == line + lead && minutes > 0) || !strchr(" \t:|)]-", number[n]))
        return 0; /* "3 nodes" */
    *ret_s = minutes * 60;
    return (size_t)(number - line) + n;
}

/* Whom a line calls behind its moment. */
static struct strings called_in_line(struct arena *arena, const char *behind)
{
    struct strings to = {0};

    behind = calling_skip(CALLING_MARK, behind);
    persons_add(arena, behind, &to);
    const char *name = to.n == 0 ? rung_name(arena, behind) : "";
    if (name[0])
        strings_add(arena, &to, name);
    return to;
}

void escalation_read_fence(struct parts_reading *reading, size_t i)
{
    const struct block *fence = &reading->document->blocks.at[i];
    struct rungs rungs = {0};
    size_t first = escalation_fact_from(reading, fence->line);

    if (!about_calling(reading, i, "") || part_template_at(reading, fence->line))
        return;
    for (const struct fact *fact = reading->facts.at + first;
         fact < reading->facts.at + reading->facts.n && fact->line <= fence->line_end; fact++) {
        int64_t at_s = 0;
        size_t n = strnlen(fact->text, CELL_BYTES) < CELL_BYTES ? moment_at_start(fact->text, &at_s) : 0;
        struct strings to = {0};
        if (n > 0)
            to = called_in_line(reading->arena, fact->text + n);
        if (to.n == 0 || escalation_has_line(reading, fact->line) ||
            (rungs.n > 0 && at_s <= rungs.at[rungs.n - 1].after_s))
            return;
        *list_push(reading->arena, &rungs) = (struct rung){
            .text = fact->text,
            .after_s = at_s,
            .to = to,
            .condition = escalation_condition(reading->arena, fact->text + n),
            .line = fact->line,
        };
    }
    struct strings levels = levels_of_ladder(reading, i);
    list_each (rung, &rungs)
        if (rungs.n > 1)
            escalation_add_rung(reading, rung)->applies_to = levels;
}
