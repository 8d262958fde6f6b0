/* Rows from the document, and what is derived from its changes. */
#include <strings.h>

#include "runbook/procedure_rows.h"
#include "runbook/verification.h"
#include "runner/walk.h"

static struct walk_row *row_add(struct walk *walk, const struct walk_row *value)
{
    struct walk_row *row = list_push(walk->arena, &walk->rows);
    *row = *value;
    row->change = row->before = row->back = row->checks_for = -1;
    return row;
}

/* Has the question above the command asked that already? */
static bool is_asked(const struct procedure_rows *rows, const struct procedure_row *row)
{
    return row->command && row->branch >= 0 && row->condition && rows->at[row->branch].step == row->step &&
           strcasecmp(row->condition, row->step->condition) == 0;
}

static void listed_add(struct walk *walk)
{
    struct procedure_rows rows;
    procedure_rows(walk->arena, walk->procedure, &rows);
    list_each (row, &rows)
        row_add(walk, &(struct walk_row){.kind = row->kind,
                                         .phase = row->phase,
                                         .step = row->step,
                                         .command = row->command,
                                         .line = row->line,
                                         .text = row->text,
                                         .condition = is_asked(&rows, row) ? NULL : row->condition,
                                         .branch = row->branch,
                                         .choice = row->choice,
                                         .option = row->option});
    walk->n_listed = walk->rows.n;
}

static int derived_add(struct walk *walk, int change, const struct command *command)
{
    const struct walk_row *from = &walk->rows.at[change];
    struct walk_row *row = row_add(walk, &(struct walk_row){.kind = STEP_COMMAND,
                                                            .phase = from->phase,
                                                            .step = from->step,
                                                            .command = command,
                                                            .line = command->line,
                                                            .text = command->text,
                                                            .branch = -1,
                                                            .state = WALK_SPARE});
    row->change = change;
    return (int)walk->rows.n - 1;
}

/* The way back that follows from the command itself, where the document has none of its own. */
static void way_back_add(struct walk *walk, int change)
{
    const struct command *command = walk->rows.at[change].command;
    struct ways_back ways = {0};
    if (!command || !command_changes(command))
        return;
    change_ways_back(walk->arena, walk->procedure, command->line, &ways);
    const struct risk_rules *rules = risk_rules_in_force();
    const struct command *back = ways.n ? NULL : way_back_command(walk->arena, rules, command, PART_BACK);
    const struct command *before = way_back_command(walk->arena, rules, command, PART_BEFORE);
    if (!back || (before && before->risk.class != RISK_READ))
        return;
    int at = before ? derived_add(walk, change, before) : -1;
    walk->rows.at[change].before = at;
    at = derived_add(walk, change, back);
    walk->rows.at[change].back = at;
}

struct walk *walk_new(struct arena *arena, const struct runbook *runbook, const struct procedure *procedure)
{
    struct walk *walk = arena_alloc(arena, sizeof *walk);
    *walk = (struct walk){.arena = arena, .runbook = runbook, .procedure = procedure};
    listed_add(walk);
    for (size_t i = 0; i < walk->n_listed; i++)
        way_back_add(walk, (int)i);
    return walk;
}
