/* A row's command as it would run, with the values and repairs of the walk. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "config/target.h"
#include "runbook/way_back.h"
#include "runner/walk.h"

/* ---- values that another step gives ---- */

int walk_value_row(const struct walk *walk, const char *value)
{
    if (value[0] != '@' || !isdigit((unsigned char)value[1]) || value[1 + strspn(value + 1, "0123456789")])
        return -1;
    long line = strtol(value + 1, NULL, 10);
    for (size_t i = 0; i < walk->n_listed; i++)
        if (walk->rows.at[i].command && walk->rows.at[i].line == line)
            return (int)i;
    return -1;
}

const char *walk_line_printed(struct arena *arena, const struct walk_row *row)
{
    const char *output = row->has_result ? row->result.output : "";
    size_t n = strlen(output);
    while (n && strchr(" \t\n", output[n - 1]))
        n--;
    bool whole = row->state == WALK_SUCCEEDED && n > 0 && n < FILL_VALUE_BYTES && !memchr(output, '\n', n) &&
                 !*row->result.redacted;
    return whole ? arena_strndup(arena, output, n) : NULL;
}

const char *walk_place(struct arena *arena, const struct walk_row *row)
{
    static const char *const words[] = {"Line", "Before line", "Way back of line"};
    return arena_printf(arena, "%s %d", words[part_of(row->line)], part_line(row->line));
}

/* What stands for the placeholder, or NULL. ret_from: the row that prints it, or NULL. */
static const char *value_of(struct arena *arena, const struct walk *walk, const struct walk_row *row,
                            const struct fill_slot *slot, const struct walk_row **ret_from)
{
    const struct walk_row *from = NULL;
    const char *value = NULL;
    if (row->change >= 0 && strcmp(slot->name, WAY_BACK_EARLIER) == 0) {
        int before = walk->rows.at[row->change].before;
        from = before >= 0 ? &walk->rows.at[before] : NULL;
    }
    for (size_t i = walk->values.n; !from && !value && i-- > 0;)
        if (fill_names_slot(walk->values.at[i].name, slot)) {
            value = walk->values.at[i].value;
            int at = walk_value_row(walk, value);
            from = at >= 0 ? &walk->rows.at[at] : NULL;
        }
    *ret_from = from;
    return from ? walk_line_printed(arena, from) : value;
}

/* The values that were given, by the names as they are written in this command. */
static void values_for(struct arena *arena, const struct walk *walk, const struct walk_row *row,
                       struct walk_command *ret, bool *ret_printed)
{
    struct fill_slots slots = {0};
    fill_slots(arena, row->command->text, &slots);
    struct fill_value *values = arena_alloc(arena, (slots.n + 1) * sizeof *values);
    list_each (slot, &slots) {
        const struct walk_row *from;
        const char *value = value_of(arena, walk, row, slot, &from);
        *ret_printed |= from != NULL;
        if (value)
            values[ret->n_values++] = (struct fill_value){slot->name, value};
        else if (from)
            ret->later =
                arena_printf(arena, "%s%s%s: the one line that line %d prints", ret->later ? ret->later : "",
                             ret->later ? "; " : "", slot->name, part_line(from->line));
    }
    ret->values = values;
}

void walk_prepare(struct arena *arena, const struct walk *walk, const struct walk_row *row,
                  struct walk_command *ret_command)
{
    const struct command *command = row->command;
    struct walk_command made = {0};
    bool printed = false;
    must(command);
    values_for(arena, walk, row, &made, &printed);
    made.filled = command_prepared(arena, risk_rules_in_force(), command->text, &command->risk, row->repairs,
                                   made.values, made.n_values);
    made.cannot = made.filled.text ? step_cannot_run(&made.filled.risk) : made.filled.why_not;
    made.ask = made.cannot ? made.cannot : step_must_ask(&made.filled.risk);
    if (!made.ask && (made.filled.free_value || row->repairs)) {
        made.ask = STEP_VALUES_UNSEEN;
        made.seen_only = !printed || !made.filled.free_value;
    }
    if (!made.cannot) {
        command_sha256(command->text, row->repairs, made.values, made.n_values, made.filled.text,
                       made.sha256);
        target_bind(walk->about.service, walk->about.target, made.sha256);
    }
    *ret_command = made;
}

bool walk_wants(const struct walk *walk, const char *name)
{
    scoped_arena struct arena *arena = arena_new();
    list_each (row, &walk->rows) {
        struct fill_slots slots = {0};
        if (row->command)
            fill_slots(arena, row->command->text, &slots);
        list_each (slot, &slots)
            if (fill_names_slot(name, slot) && strcmp(slot->name, WAY_BACK_EARLIER) != 0)
                return true;
    }
    return false;
}
