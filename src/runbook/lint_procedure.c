/* Procedures that stop half-way. */
#include <string.h>

#include "runbook/lint_priv.h"
#include "runbook/text.h"

/* Actions that a machine carries out: whoever does them needs the command. */
static const char *const technical_verbs[] = {
    "restart",   "redeploy", "rollback",  "roll back", "revert",
    "scale up",  "scale",    "fail over", "failover",  "rotate",
    "divert",    "re-route", "reroute",   "restore",   "requeue",
    "re-submit", "flush",    "drain",     "list",      "identify",
    "increase",  "decrease", "disable",   "enable",    "fix configuration",
};

static bool is_diagnosis(enum stage stage)
{
    return stage == STAGE_DIAGNOSIS || stage == STAGE_IMMEDIATE;
}

static bool is_change(enum stage stage)
{
    return stage == STAGE_RESOLUTION || stage == STAGE_MITIGATION;
}

static bool changes_something(const struct procedure *procedure)
{
    struct command_walk walk = {0};
    while (procedure_next_command(procedure, &walk))
        if (walk.command->risk.class != RISK_READ)
            return true;
    list_each (phase, &procedure->phases)
        list_each (step, &phase->steps)
            if (step->branches.n > 0)
                return true;
    return false;
}

static bool is_kind(const struct procedure *procedure, const char *kind)
{
    return procedure->kind && strcmp(procedure->kind, kind) == 0;
}

static void resolution_check(struct lint *lint, const struct procedure *procedure)
{
    bool diagnosis = false, change = false;
    list_each (phase, &procedure->phases) {
        diagnosis = diagnosis || is_diagnosis(phase->stage);
        change = change || is_change(phase->stage);
    }
    if (diagnosis && !change && (is_kind(procedure, "alert") || is_kind(procedure, "symptom")) &&
        !changes_something(procedure))
        lint_add(lint, "missing-resolution", procedure->line, 1, procedure->title);
}

static void trigger_check(struct lint *lint, const struct procedure *procedure)
{
    if (is_kind(procedure, "emergency") && procedure->triggers.n == 0 && procedure->symptoms.n == 0)
        lint_add(lint, "trigger-missing", procedure->line, 1, procedure->title);
}

static bool begins_with_action(const char *text)
{
    for (size_t i = 0; i < sizeof technical_verbs / sizeof *technical_verbs; i++) {
        size_t n = strlen(technical_verbs[i]);
        if (text_starts_with(text, technical_verbs[i]) && (text[n] == ' ' || text[n] == '\0'))
            return true;
    }
    return false;
}

static void step_check(struct lint *lint, const struct step *step)
{
    const char *text = step->title ? step->title : step->text;
    if (step->kind == STEP_MANUAL && step->commands.n == 0 && text && begins_with_action(text) &&
        !strchr(step->text ? step->text : "", '`'))
        lint_add(lint, "command-missing", step->line, 1, text);
}

static void steps_check(struct lint *lint, const struct procedure *procedure)
{
    list_each (phase, &procedure->phases) {
        if (phase->stage == STAGE_COMMUNICATION || phase->stage == STAGE_POST_INCIDENT)
            continue;
        list_each (step, &phase->steps) {
            step_check(lint, step);
            list_each (substep, &step->substeps)
                step_check(lint, substep);
        }
    }
}

void lint_procedure(struct lint *lint)
{
    list_each (procedure, &lint->runbook->procedures) {
        resolution_check(lint, procedure);
        trigger_check(lint, procedure);
        steps_check(lint, procedure);
    }
}
