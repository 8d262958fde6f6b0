/* The run of an incident: a row for each command, task and decision of its procedure, in the order of the
 * document; and of further procedures of that document that a person starts.
 *
 * Looking is free: read steps run by themselves, up to the phase in which the procedure begins to change
 * things; looking at what a repair did makes no sense before the repair, so later ones wait, as does
 * everything that must be asked. What cannot run as it stands is held, with the reason. What runs by itself
 * waits for no decision and is no alternative: it changes nothing, and somebody may want to see it. */
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/evidence.h"
#include "runbook/procedure_rows.h"

enum { STEPS_A_RUN = 500, TEXT_BYTES = 64 * 1024, TASK_BYTES = 2000 };

struct planning {
    struct incident_record *record;
    const struct runbook *runbook;
    const struct procedure *procedure;
    const struct phase *phase; /* of the row at hand */
    size_t first;              /* row of this procedure */
    bool named;                /* the procedure has phases with names */
    bool repairing;            /* a phase that repairs has begun */
    bool evidence;             /* it is about a breach: what it looks at is evidence */
    bool diagnose;             /* the configuration wants steps to run by themselves */
    size_t n_left_out;
};

/* Up to that phase. */
static bool repair_has_begun(const struct procedure *procedure, const struct phase *phase)
{
    list_each (before, &procedure->phases)
        if (before <= phase && (before->stage == STAGE_RESOLUTION || before->stage == STAGE_MITIGATION))
            return true;
    return false;
}

/* The state a command begins in, and why when it does not run by itself. */
static enum step_state first_state(const struct planning *plan, const struct risk *risk, bool evidence,
                                   const char **ret_why)
{
    const char *cannot = step_cannot_run(risk);
    const char *ask = step_must_ask(risk);
    *ret_why = cannot ? cannot : ask;
    if (cannot)
        return STEP_HELD;
    if (ask)
        return STEP_WAITING;
    if (plan->named && plan->repairing && !evidence)
        *ret_why = "It belongs to the repair or comes after it.";
    else if (!plan->diagnose)
        *ret_why = "Diagnosis by itself is switched off.";
    else
        return STEP_QUEUED;
    return STEP_WAITING;
}

/* ---- rows ---- */

/* Only members that are set need to be given; texts are copied. */
static struct run_step *row_add(struct planning *plan, const struct run_step *value)
{
    struct incident_record *record = plan->record;
    /* What stands on one line of the document cannot be told apart by it: the first one stands for the line.
     */
    if (record->n_steps == STEPS_A_RUN || step_on_line(record, value->line)) {
        plan->n_left_out++;
        return NULL;
    }
    record->steps = heap_resize(record->steps, (record->n_steps + 1) * sizeof *record->steps);
    struct run_step *step = &record->steps[record->n_steps];
    *step = *value;
    step->run = step->incident = record->incident.number;
    step->position = (int)record->n_steps++;
    step->file = plan->runbook->file;
    step->sha256 = plan->runbook->sha256;
    step->phase = plan->phase ? plan->phase->name : NULL;
    step->exit_code = -1;
    texts_to_heap(&step_texts, step);
    return step;
}

/* Lines of the question and the alternative that it depends on: what runs by itself waits for none. */
static void path_set(const struct procedure_rows *rows, const struct procedure_row *row,
                     struct run_step *step)
{
    if (step->state == STEP_QUEUED)
        return;
    step->branch = row->branch >= 0 ? rows->at[row->branch].line : 0;
    step->choice = row->choice;
    step->option = row->option;
}

static void plan_command(struct turn *turn, struct planning *plan, const struct procedure_rows *rows,
                         const struct procedure_row *row)
{
    const struct command *command = row->command;
    const char *why, *refused = NULL;
    struct step_values values = {0};
    struct run_step with = {0};
    values_hear(turn, plan->record, command, &values, &refused);
    struct filled filled = values_prepare(turn, command, &values, NULL, &with);
    with.evidence = plan->evidence && step_captures_evidence(row->phase, row->step, command);
    enum step_state state =
        first_state(plan, filled.text ? &filled.risk : &command->risk, with.evidence, &why);
    if (state == STEP_QUEUED && filled.free_value) {
        state = STEP_WAITING;
        why = STEP_VALUES_UNSEEN;
    }
    if (!filled.text) {
        state = STEP_HELD;
        why = refused ? refused : filled.why_not;
    }
    with.kind = STEP_COMMAND;
    with.line = command->line;
    with.text = arena_strndup(turn->arena, command->text, strnlen(command->text, TEXT_BYTES));
    with.risk = command->risk.class;
    with.risk_why = command->risk.why;
    with.state = state;
    with.why = why;
    with.condition = row->condition;
    step_place_plan(turn, plan->record, &with);
    path_set(rows, row, &with);
    struct way_back_rows derived = {0};
    if (!step_on_line(plan->record, command->line))
        derived = way_back_plan(turn, plan->record, plan->runbook, command, &with);
    if (plan->evidence)
        with.changes = evidence_warning(turn, &with, text_or(with.changes, ""));
    if (derived.before.line)
        row_add(plan, &derived.before);
    row_add(plan, &with);
    if (derived.back.line)
        row_add(plan, &derived.back);
}

static void plan_task(struct turn *turn, struct planning *plan, const struct procedure_rows *rows,
                      const struct procedure_row *row)
{
    struct run_step step = {
        .kind = row->kind,
        .line = row->line,
        .text = arena_strndup(turn->arena, row->text, utf8_cut(row->text, TASK_BYTES)),
        .condition = row->condition,
        .state = STEP_OPEN,
        .evidence = row->kind != STEP_DECISION && plan->evidence &&
                    step_captures_evidence(row->phase, row->step, NULL),
    };
    path_set(rows, row, &step);
    row_add(plan, &step);
}

static void plan_row(struct turn *turn, struct planning *plan, const struct procedure_rows *rows,
                     const struct procedure_row *row)
{
    plan->phase = row->phase;
    plan->repairing = repair_has_begun(plan->procedure, row->phase);
    if (row->command)
        plan_command(turn, plan, rows, row);
    else
        plan_task(turn, plan, rows, row);
}

/* ---- what was planned ---- */

static void row_drop(struct incident_record *record, size_t at)
{
    texts_free(&step_texts, &record->steps[at]);
    record->n_steps--;
    for (; at < record->n_steps; at++) {
        record->steps[at] = record->steps[at + 1];
        record->steps[at].position = (int)at;
    }
}

/* Nobody is asked about what runs anyway. Inner questions first: they are what outer ones open. */
static void drop_idle_questions(struct planning *plan, const struct procedure_rows *rows)
{
    struct incident_record *record = plan->record;
    for (size_t left = rows->n; left > 0; left--) {
        const struct procedure_row *row = &rows->at[left - 1];
        bool opens = row->kind == STEP_DECISION && (row->step->commands.n || row->step->substeps.n);
        size_t at = record->n_steps;
        for (size_t i = plan->first; opens && i < record->n_steps; i++) {
            opens = record->steps[i].branch != row->line;
            if (record->steps[i].line == row->line)
                at = i;
        }
        if (opens && at < record->n_steps)
            row_drop(record, at);
    }
}

static bool has_other_option(const struct incident_record *record, const struct run_step *step)
{
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].choice == step->choice && record->steps[i].option != step->option)
            return true;
    return false;
}

static void drop_single_options(struct planning *plan)
{
    struct incident_record *record = plan->record;
    for (size_t i = plan->first; i < record->n_steps; i++)
        if (record->steps[i].choice && !has_other_option(record, &record->steps[i]))
            record->steps[i].choice = record->steps[i].option = 0;
}

static size_t count_state(const struct planning *plan, enum step_state state)
{
    size_t n = 0;
    for (size_t i = plan->first; i < plan->record->n_steps; i++)
        n += plan->record->steps[i].state == state;
    return n;
}

static void say_planned(struct turn *turn, const struct planning *plan, const char *actor)
{
    const struct incident_record *record = plan->record;
    size_t n_tasks = count_state(plan, STEP_OPEN), n_unasked = count_state(plan, STEP_QUEUED);
    size_t n_waiting = count_state(plan, STEP_WAITING), n_held = count_state(plan, STEP_HELD);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", record->incident.number);
    jw_pair(body, "file", plan->runbook->file);
    jw_pair(body, "sha256", plan->runbook->sha256);
    jw_pair(body, "procedure", plan->procedure->title);
    jw_pair_int(body, "unasked", (int64_t)n_unasked);
    jw_pair_int(body, "waiting", (int64_t)n_waiting);
    jw_pair_int(body, "held", (int64_t)n_held);
    jw_pair_int(body, "for_people", (int64_t)n_tasks);
    jw_pair_int(body, "left_out", (int64_t)plan->n_left_out);
    const char *left_out =
        plan->n_left_out ? arena_printf(turn->arena, ", %zu left out (on the line of another, or beyond %d)",
                                        plan->n_left_out, STEPS_A_RUN)
                         : "";
    const char *tasks = n_tasks == 1 ? ", 1 is for people"
                        : n_tasks    ? arena_printf(turn->arena, ", %zu are for people", n_tasks)
                                     : "";
    size_t n_steps = record->n_steps - plan->first - count_state(plan, STEP_NOT_TAKEN);
    event_end(turn, record->incident.number, actor, "run.planned",
              "%zu %s of \"%s\": %zu %s, %zu %s for an approval, %zu cannot run as %s%s%s", n_steps,
              n_steps == 1 ? "step" : "steps", plan->procedure->title, n_unasked,
              n_unasked == 1 ? "runs by itself" : "run by themselves", n_waiting,
              n_waiting == 1 ? "waits" : "wait", n_held, n_held == 1 ? "it stands" : "they stand", tasks,
              left_out);
}

/* Adds the rows of the procedure and starts what runs by itself; the number of rows. */
static size_t run_plan(struct turn *turn, struct incident_record *record, const struct runbook *runbook,
                       const struct procedure *procedure, const char *actor)
{
    struct planning plan = {.record = record,
                            .runbook = runbook,
                            .procedure = procedure,
                            .first = record->n_steps,
                            .evidence = procedure_keeps_evidence(procedure),
                            .diagnose = turn->engine->config->runner.diagnose};
    list_each (phase, &procedure->phases)
        plan.named |= phase->name != NULL;
    struct procedure_rows rows;
    procedure_rows(turn->arena, procedure, &rows);
    list_each (row, &rows)
        plan_row(turn, &plan, &rows, row);
    drop_idle_questions(&plan, &rows);
    drop_single_options(&plan);
    if (record->n_steps + plan.n_left_out == plan.first)
        return 0;
    for (size_t i = plan.first; i < record->n_steps; i++) {
        turn_save_step(turn, &record->steps[i], NULL);
        if (*record->steps[i].given)
            values_say(turn, &record->steps[i], NULL);
    }
    record->diagnosed = count_state(&plan, STEP_QUEUED) == 0;
    say_planned(turn, &plan, actor);
    evidence_say(turn, record, plan.first);
    run_continue(turn, record);
    return record->n_steps - plan.first;
}

void diagnose(struct turn *turn, struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    if (procedure && !record->steps)
        run_plan(turn, record, runbook, procedure, NULL);
}

/* ---- INPUT_PROCEDURE: a person starts another procedure ---- */

/* By title or id; case does not matter. */
static const struct procedure *procedure_named(const struct runbook *runbook, const char *name)
{
    list_each (procedure, &runbook->procedures)
        if (strcasecmp(procedure->title, name) == 0 ||
            (procedure->id && strcasecmp(procedure->id, name) == 0))
            return procedure;
    return NULL;
}

/* Has all of it been planned already? */
static bool is_planned(const struct incident_record *record, const struct procedure *procedure)
{
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].line >= procedure->line && record->steps[i].line <= procedure->line_end)
            return true;
    return false;
}

void decide_procedure(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    const struct incident *incident = &record->incident;
    const char *file = record->n_steps ? record->steps[0].file : incident->runbook_file;
    const struct runbook *runbook = *file ? library_find(turn->engine->library, file) : NULL;
    const char *name = text_or(input->word, "");
    const struct procedure *procedure = runbook ? procedure_named(runbook, name) : NULL;
    if (!incident_is_open(record)) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number, "Incident %lld is %s: nothing runs for it.",
                    (long long)incident->number, incident_state_name(incident->state));
    } else if (!runbook) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number, "%s",
                    *file ? arena_printf(turn->arena, "The runbook %s is not there any more.", file)
                          : "The service of this incident has no runbook: name one in the configuration.");
    } else if (record->n_steps && strcmp(runbook->sha256, record->steps[0].sha256) != 0) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number,
                    "%s has changed since its first procedure was planned: its lines are others now.", file);
    } else if (!procedure) {
        turn_answer(turn, OUTCOME_INVALID, incident->number, "%s has no procedure \"%s\".", file,
                    text_head(turn->arena, name, 80));
    } else if (is_planned(record, procedure)) {
        turn_answer(turn, OUTCOME_DONE, incident->number, "\"%s\" is part of the run already.",
                    procedure->title);
    } else if (run_plan(turn, record, runbook, procedure, text_or(input->actor, "somebody")) == 0) {
        turn_answer(turn, OUTCOME_CONFLICT, incident->number, "\"%s\" has no steps.", procedure->title);
    } else {
        incident_progress(turn, record, input->actor);
        turn_answer(turn, OUTCOME_DONE, incident->number, "\"%s\" is part of the run now.", procedure->title);
    }
}
