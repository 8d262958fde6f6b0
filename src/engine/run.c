#include "engine/run.h"

#include "engine/names.h"
#include "engine/texts.h"

static const char *const names[N_STEP_STATES] = {
    [STEP_WAITING] = "waiting",
    [STEP_HELD] = "held",
    [STEP_QUEUED] = "queued",
    [STEP_STARTING] = "starting",
    [STEP_RUNNING] = "running",
    [STEP_SUCCEEDED] = "succeeded",
    [STEP_FAILED] = "failed",
    [STEP_TIMED_OUT] = "timed out",
    [STEP_REFUSED] = "refused",
    [STEP_DENIED] = "denied",
    [STEP_EFFECT_UNKNOWN] = "effect unknown",
};

const char *step_state_name(enum step_state state)
{
    return names[state];
}

int step_state_of(const char *name)
{
    return name_find(names, N_STEP_STATES, name);
}

const char *step_cannot_run(const struct risk *risk)
{
    if (risk->unfilled)
        return "A placeholder in it is not filled.";
    if (!risk->parses)
        return "The shell does not accept it as it stands.";
    if (risk->wants_terminal)
        return "It wants a terminal.";
    return NULL;
}

const char *step_must_ask(const struct risk *risk)
{
    const char *cannot = step_cannot_run(risk);
    if (cannot)
        return cannot;
    if (risk->class != RISK_READ)
        return text_or(risk->why, "It is not known to be harmless.");
    if (risk->sensitive)
        return text_or(risk->sensitive_why, "It may print secrets or patient data.");
    return NULL;
}
