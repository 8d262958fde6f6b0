/* The run of an incident's procedure: a row for each command, in the order of the document.
 *
 * Looking is free: read steps run by themselves, up to the phase in which the procedure begins to change
 * things; looking at what a repair did makes no sense before the repair, so later ones wait, as does
 * everything that must be asked. What cannot run as it stands is held, with the reason. */
#include <string.h>

#include "engine/engine_priv.h"

enum { STEPS_A_RUN = 500, TEXT_BYTES = 64 * 1024 };

struct planning {
    const struct phase *phase; /* of the command before */
    bool named;                /* the procedure has phases with names */
    bool repairing;            /* a phase that repairs has begun */
    bool diagnose;             /* the configuration wants steps to run by themselves */
    size_t n_unasked, n_waiting, n_held, n_left_out;
};

static bool repairs(enum stage stage)
{
    return stage == STAGE_RESOLUTION || stage == STAGE_MITIGATION;
}

/* The state a step begins in, and why when it does not run by itself. */
static enum step_state first_state(const struct planning *plan, const struct risk *risk, const char **ret_why)
{
    const char *cannot = step_cannot_run(risk);
    const char *ask = step_must_ask(risk);
    *ret_why = cannot ? cannot : ask;
    if (cannot)
        return STEP_HELD;
    if (ask)
        return STEP_WAITING;
    if (plan->named && plan->repairing)
        *ret_why = "It belongs to the repair or comes after it.";
    else if (!plan->diagnose)
        *ret_why = "Diagnosis by itself is switched off.";
    else
        return STEP_QUEUED;
    return STEP_WAITING;
}

/* Two commands on one line of the document cannot be told apart by it: the first one stands for the line. */
static bool has_line(const struct incident_record *record, int line)
{
    for (size_t i = record->n_steps; i-- > 0;)
        if (record->steps[i].line == line)
            return true;
    return false;
}

static void plan_step(struct turn *turn, struct incident_record *record, struct planning *plan,
                      const struct command_walk *walk)
{
    const struct command *command = walk->command;
    if (record->n_steps == STEPS_A_RUN || has_line(record, command->line)) {
        plan->n_left_out++;
        return;
    }
    const char *why, *refused = NULL;
    struct step_values values = {0};
    struct run_step with = {0};
    values_hear(turn, record, command, &values, &refused);
    struct filled filled = values_prepare(turn, command, &values, NULL, &with);
    enum step_state state = first_state(plan, filled.text ? &filled.risk : &command->risk, &why);
    if (state == STEP_QUEUED && filled.free_value) {
        state = STEP_WAITING;
        why = STEP_VALUES_UNSEEN;
    }
    if (!filled.text) {
        state = STEP_HELD;
        why = refused ? refused : filled.why_not;
    }
    plan->n_unasked += state == STEP_QUEUED;
    plan->n_waiting += state == STEP_WAITING;
    plan->n_held += state == STEP_HELD;

    const struct incident *incident = &record->incident;
    size_t n_bytes = strnlen(command->text, TEXT_BYTES);
    struct run_step *step = &record->steps[record->n_steps];
    *step = (struct run_step){
        .run = incident->number,
        .incident = incident->number,
        .line = command->line,
        .position = (int)record->n_steps++,
        .file = incident->runbook_file,
        .sha256 = incident->runbook_sha256,
        .phase = walk->phase ? walk->phase->name : NULL,
        .text = arena_strndup(turn->arena, command->text, n_bytes),
        .risk = command->risk.class,
        .risk_why = command->risk.why,
        .state = state,
        .why = why,
        .given = with.given,
        .prepared = with.prepared,
        .missing = with.missing,
        .exit_code = -1,
    };
    texts_to_heap(&step_texts, step);
    turn_save_step(turn, step, NULL);
    if (*step->given)
        values_say(turn, step, NULL);
}

static void say_planned(struct turn *turn, const struct incident_record *record, const struct planning *plan)
{
    const struct incident *incident = &record->incident;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", incident->number);
    jw_pair(body, "file", incident->runbook_file);
    jw_pair(body, "sha256", incident->runbook_sha256);
    jw_pair_int(body, "unasked", (int64_t)plan->n_unasked);
    jw_pair_int(body, "waiting", (int64_t)plan->n_waiting);
    jw_pair_int(body, "held", (int64_t)plan->n_held);
    jw_pair_int(body, "left_out", (int64_t)plan->n_left_out);
    const char *left_out =
        plan->n_left_out ? arena_printf(turn->arena, ", %zu left out (on the line of another, or beyond %d)",
                                        plan->n_left_out, STEPS_A_RUN)
                         : "";
    event_end(turn, incident->number, NULL, "run.planned",
              "%zu steps of \"%s\": %zu run by themselves, %zu wait for an approval, %zu cannot run as they "
              "stand%s",
              record->n_steps, incident->procedure_title, plan->n_unasked, plan->n_waiting, plan->n_held,
              left_out);
}

void diagnose(struct turn *turn, struct incident_record *record)
{
    const struct procedure *procedure;
    incident_runbook(turn->engine, record, &procedure);
    if (!procedure || record->steps)
        return;
    struct planning plan = {.diagnose = turn->engine->config->runner.diagnose};
    list_each (phase, &procedure->phases)
        plan.named |= phase->name != NULL;
    record->steps = heap_alloc(STEPS_A_RUN * sizeof *record->steps);

    struct command_walk walk = {0};
    while (procedure_next_command(procedure, &walk)) {
        if (walk.phase != plan.phase && walk.phase)
            plan.repairing |= repairs(walk.phase->stage);
        plan.phase = walk.phase;
        plan_step(turn, record, &plan, &walk);
    }
    record->steps = heap_resize(record->steps, (record->n_steps + 1) * sizeof *record->steps);
    record->diagnosed = plan.n_unasked == 0;
    if (record->n_steps + plan.n_left_out == 0)
        return;
    say_planned(turn, record, &plan);
    run_continue(turn, record);
}
