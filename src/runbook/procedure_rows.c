/* A condition becomes a question when something depends on the answer that does not stand on its own line:
 * "If it is a leak: restart it" with the command below. There the answer no leaves the rows below it; a
 * condition of a single command is shown with it, and running it is the answer.
 *
 * What follows an alternative ("Option 1", "Or ...") under another heading may be another way to the same
 * end: a command of a fence, an item, a whole phase. What is inside of alternative phases is no choice of its
 * own. */
#include "runbook/procedure_rows.h"

#include <string.h>

#include "runbook/alternatives.h"

struct reading {
    struct arena *arena;
    struct procedure_rows *rows;
    const struct phase *phase;
    const char *heading; /* of what stands at hand; NULL at the beginning of a phase */
    size_t option_first; /* the first row under it */
    int option, choice;  /* lines of that, and of the first alternative to it, or 0 */
};

static const char *text_of(const struct step *step)
{
    return step->text ? step->text : "";
}

static struct procedure_row *row_add(struct reading *reading, const struct step *step, int line, int branch)
{
    struct procedure_row *row = list_push(reading->arena, reading->rows);
    *row = (struct procedure_row){.phase = reading->phase,
                                  .step = step,
                                  .line = line,
                                  .branch = branch,
                                  .choice = reading->choice,
                                  .option = reading->choice ? reading->option : 0};
    return row;
}

static void option_mark(struct procedure_rows *rows, size_t from, size_t to, int choice, int option)
{
    for (size_t i = from; i < to; i++) {
        rows->at[i].choice = choice;
        rows->at[i].option = option;
    }
}

static void option_begin(struct reading *reading, const char *heading, int line)
{
    size_t next = reading->rows->n;
    if (reading->heading && strcmp(reading->heading, heading) == 0)
        return;
    bool follows = reading->heading && alternative_follows(reading->heading, heading);
    if (!follows)
        reading->choice = 0;
    if (follows && !reading->choice) {
        reading->choice = reading->option;
        option_mark(reading->rows, reading->option_first, next, reading->option, reading->option);
    }
    reading->heading = heading;
    reading->option = line;
    reading->option_first = next;
}

static const char *condition_of(const struct reading *reading, const struct step *step,
                                const struct command *command)
{
    if (command && command->condition)
        return command->condition;
    return step->condition ? step->condition : reading->phase->condition;
}

/* Does the comment begin something else? Within an alternative that the item names only another one does. */
static bool heads(const struct command *command, const struct step *step)
{
    const char *comment = command->comment;
    return comment && *comment && (alternative_of(comment) || !alternative_of(text_of(step)));
}

/* branch: the question above it, or -1. */
static void step_read(struct reading *reading, const struct step *step, int branch)
{
    bool question = step_asks(step);
    bool task = !question && !step->commands.n && !step->substeps.n && *text_of(step) &&
                reading->phase->stage != STAGE_REFERENCE;
    if (question || task || step->commands.n)
        option_begin(reading, alternative_heading(step), step->line);
    if (question || task) {
        struct procedure_row *row = row_add(reading, step, step->line, branch);
        row->kind = question ? STEP_DECISION : step->kind;
        row->text = text_of(step);
        row->condition = condition_of(reading, step, NULL);
        if (question)
            branch = (int)reading->rows->n - 1;
    }
    list_each (command, &step->commands) {
        if (heads(command, step))
            option_begin(reading, command->comment, command->line);
        struct procedure_row *row = row_add(reading, step, command->line, branch);
        row->kind = STEP_COMMAND;
        row->command = command;
        row->text = command->text;
        row->condition = condition_of(reading, step, command);
    }
    list_each (substep, &step->substeps)
        step_read(reading, substep, branch);
}

static void phase_read(struct reading *reading, const struct phase *phase)
{
    reading->phase = phase;
    reading->heading = NULL;
    reading->choice = 0;
    list_each (step, &phase->steps)
        step_read(reading, step, -1);
}

void procedure_rows(struct arena *arena, const struct procedure *procedure, struct procedure_rows *ret_rows)
{
    struct reading reading = {.arena = arena, .rows = ret_rows};
    const struct phase *before = NULL;
    size_t before_first = 0;
    int choice = 0; /* line of the first of alternative phases */
    *ret_rows = (struct procedure_rows){0};
    list_each (phase, &procedure->phases) {
        size_t first = ret_rows->n;
        phase_read(&reading, phase);
        bool follows = before && before_first < first && first < ret_rows->n && before->name && phase->name &&
                       alternative_follows(before->name, phase->name);
        if (!follows)
            choice = 0;
        if (follows && !choice) {
            choice = before->line;
            option_mark(ret_rows, before_first, first, choice, choice);
        }
        if (follows)
            option_mark(ret_rows, first, ret_rows->n, choice, phase->line);
        before = phase;
        before_first = first;
    }
}
