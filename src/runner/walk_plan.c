/* Rows from the document. A condition becomes a question when something depends on the answer that does not
 * stand on its own line: "If it is a leak: restart it" with the command below. There the answer no leaves
 * the rows below it; a condition of a single command is shown with it, and running it is the answer. */
#include <string.h>
#include <strings.h>

#include "runbook/alternatives.h"
#include "runbook/verification.h"
#include "runner/walk.h"

struct planning {
    struct walk *walk;
    const struct phase *phase;
    const char *heading; /* of what stands at hand; NULL at the beginning of a phase */
    int option, choice;  /* rows: where that begins, and the first alternative to it, or -1 */
};

static struct walk_row *row_add(struct planning *plan, const struct step *step, int line, int branch)
{
    struct walk *walk = plan->walk;
    struct walk_row *row = list_push(walk->arena, &walk->rows);
    *row = (struct walk_row){.phase = plan->phase,
                             .step = step,
                             .line = line,
                             .branch = branch,
                             .choice = plan->choice,
                             .option = plan->choice >= 0 ? plan->option : -1,
                             .change = -1,
                             .before = -1,
                             .back = -1,
                             .checks_for = -1};
    return row;
}

/* What follows stands under another heading: it may be another way to do what stands under the one before. */
static void option_begin(struct planning *plan, const char *heading)
{
    struct walk *walk = plan->walk;
    int next = (int)walk->rows.n;
    if (plan->heading && strcmp(plan->heading, heading) == 0)
        return;
    bool follows = plan->heading && plan->option < next && alternative_follows(plan->heading, heading);
    if (!follows)
        plan->choice = -1;
    if (follows && plan->choice < 0) {
        plan->choice = plan->option;
        for (int i = plan->option; i < next; i++)
            walk->rows.at[i].choice = walk->rows.at[i].option = plan->option;
    }
    plan->heading = heading;
    plan->option = next;
}

static const char *condition_of(const struct step *step, const struct command *command)
{
    return command->condition ? command->condition : step->condition;
}

/* Has the question above it asked that already? */
static bool is_condition_of(const struct step *step, const struct command *command)
{
    return !command->condition || strcasecmp(command->condition, step->condition) == 0;
}

/* branch: the question above it, or -1. */
static void plan_step(struct planning *plan, const struct step *step, int branch)
{
    const char *text = step->text ? step->text : "";
    bool question = step_asks(step);
    bool task = !question && !step->commands.n && !step->substeps.n && *text;
    if (question || task || step->commands.n)
        option_begin(plan, question ? text : alternative_heading(step));
    if (question || task) {
        struct walk_row *row = row_add(plan, step, step->line, branch);
        row->kind = question ? STEP_DECISION : step->kind == STEP_DECISION ? STEP_MANUAL : step->kind;
        row->text = text;
        row->condition = step->condition;
        if (question)
            branch = (int)plan->walk->rows.n - 1;
    }
    list_each (command, &step->commands) {
        if (command->comment && *command->comment)
            option_begin(plan, command->comment);
        struct walk_row *row = row_add(plan, step, command->line, branch);
        row->kind = STEP_COMMAND;
        row->command = command;
        row->text = command->text;
        row->condition = question && step->condition && is_condition_of(step, command)
                             ? NULL
                             : condition_of(step, command);
    }
    list_each (substep, &step->substeps)
        plan_step(plan, substep, branch);
}

static void option_mark(struct walk *walk, int from, int to, int choice)
{
    list_each (row, &walk->rows)
        if (row >= walk->rows.at + from && row < walk->rows.at + to) {
            row->choice = choice;
            row->option = from;
        }
}

static bool phase_follows(const struct phase *before, const struct phase *phase)
{
    return before->name && phase->name && alternative_follows(before->name, phase->name);
}

/* Whole phases may be alternatives, too. first: the row with which each begins, and the end. */
static void phases_choose(struct walk *walk, const int *first)
{
    const struct phase *before = NULL;
    int choice = -1;
    list_each (phase, &walk->procedure->phases) {
        bool follows = before && first[-1] < first[0] && first[0] < first[1] && phase_follows(before, phase);
        if (!follows)
            choice = -1;
        if (follows && choice < 0) {
            choice = first[-1];
            option_mark(walk, choice, first[0], choice);
        }
        if (follows)
            option_mark(walk, first[0], first[1], choice);
        before = phase;
        first++;
    }
}

/* ---- what is derived from changes ---- */

static int derived_add(struct walk *walk, int change, const struct command *command)
{
    struct walk_row *row = list_push(walk->arena, &walk->rows);
    const struct walk_row *from = &walk->rows.at[change];
    *row = (struct walk_row){.kind = STEP_COMMAND,
                             .phase = from->phase,
                             .step = from->step,
                             .command = command,
                             .line = command->line,
                             .text = command->text,
                             .branch = -1,
                             .choice = -1,
                             .option = -1,
                             .change = change,
                             .before = -1,
                             .back = -1,
                             .state = WALK_SPARE,
                             .checks_for = -1};
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
    int *first = arena_alloc(arena, (procedure->phases.n + 1) * sizeof *first), *begins = first;
    list_each (phase, &procedure->phases) {
        *begins++ = (int)walk->rows.n;
        struct planning plan = {.walk = walk, .phase = phase, .option = (int)walk->rows.n, .choice = -1};
        if (phase->stage != STAGE_REFERENCE)
            list_each (step, &phase->steps)
                plan_step(&plan, step, -1);
    }
    *begins = (int)walk->rows.n;
    phases_choose(walk, first);
    walk->n_listed = walk->rows.n;
    for (size_t i = 0; i < walk->n_listed; i++)
        way_back_add(walk, (int)i);
    return walk;
}
