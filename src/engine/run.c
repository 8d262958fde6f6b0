#include "engine/run.h"

#include <string.h>

#include "engine/names.h"
#include "engine/texts.h"

static const char *const names[N_STEP_STATES] = {
    [STEP_WAITING] = "waiting",     [STEP_HELD] = "held",       [STEP_QUEUED] = "queued",
    [STEP_STARTING] = "starting",   [STEP_RUNNING] = "running", [STEP_STOPPING] = "stopping",
    [STEP_SUCCEEDED] = "succeeded", [STEP_FAILED] = "failed",   [STEP_TIMED_OUT] = "timed out",
    [STEP_REFUSED] = "refused",     [STEP_DENIED] = "denied",   [STEP_EFFECT_UNKNOWN] = "effect unknown",
    [STEP_OPEN] = "open",           [STEP_DONE] = "done",       [STEP_SKIPPED] = "skipped",
    [STEP_NOT_TAKEN] = "not taken",
};

int step_kind_of(const char *name)
{
    for (int kind = STEP_COMMAND; kind <= STEP_WAIT; kind++)
        if (strcmp(step_kind_name((enum step_kind)kind), name) == 0)
            return kind;
    return -1;
}

static const char *const verdicts[N_STEP_VERDICTS] = {
    [VERDICT_NONE] = "",         [VERDICT_CHECKING] = "checking",           [VERDICT_PASSED] = "passed",
    [VERDICT_FAILED] = "failed", [VERDICT_UNVERIFIABLE] = "not verifiable",
};

const char *step_verdict_name(enum step_verdict verdict)
{
    return verdicts[verdict];
}

int step_verdict_of(const char *name)
{
    return name_find(verdicts, N_STEP_VERDICTS, name);
}

const char *step_state_name(enum step_state state)
{
    return names[state];
}

int step_state_of(const char *name)
{
    return name_find(names, N_STEP_STATES, name);
}

#define IN(state) (1u << (state))

enum {
    NOT_BEGUN = IN(STEP_WAITING) | IN(STEP_HELD) | IN(STEP_OPEN),
    ENDED = IN(STEP_SUCCEEDED) | IN(STEP_FAILED) | IN(STEP_TIMED_OUT) | IN(STEP_REFUSED) | IN(STEP_DENIED) |
            IN(STEP_EFFECT_UNKNOWN) | IN(STEP_DONE) | IN(STEP_SKIPPED) | IN(STEP_NOT_TAKEN),
};

/* In which states what is possible. */
static const struct {
    const char *name;
    unsigned states;
} verbs[N_STEP_VERBS] = {
    [VERB_APPROVE] = {"approve", IN(STEP_WAITING)},
    [VERB_DENY] = {"deny", IN(STEP_WAITING)},
    [VERB_START] = {"start", IN(STEP_WAITING) | IN(STEP_HELD) | ENDED},
    [VERB_DONE] = {"done", NOT_BEGUN | IN(STEP_EFFECT_UNKNOWN)},
    [VERB_ANSWER] = {"answer", IN(STEP_OPEN) | IN(STEP_DONE)},
    [VERB_CHOOSE] = {"choose", NOT_BEGUN | IN(STEP_NOT_TAKEN)},
    [VERB_STOP] = {"stop", IN(STEP_RUNNING)},
    [VERB_SKIP] = {"skip", NOT_BEGUN | IN(STEP_QUEUED) | IN(STEP_EFFECT_UNKNOWN)},
};

const char *step_verb_name(enum step_verb verb)
{
    return verbs[verb].name;
}

bool step_verb_fits(enum step_verb verb, const struct run_step *step, bool is_open)
{
    bool is_command = step->kind == STEP_COMMAND, is_decision = step->kind == STEP_DECISION;
    if (!(verbs[verb].states & IN(step->state)) || (!is_open && is_command && verb != VERB_STOP))
        return false;
    switch (verb) {
    case VERB_APPROVE:
    case VERB_DENY:
        return is_command;
    case VERB_START:
        if (step->state == STEP_WAITING) /* only a look needs no approval */
            return step->risk == RISK_READ;
        return step->state != STEP_HELD || !*step->missing;
    case VERB_DONE:
        return !is_decision || strcmp(step->answer, "yes") == 0;
    case VERB_ANSWER:
        return is_decision;
    case VERB_CHOOSE:
        return step->choice != 0;
    default:
        return true;
    }
}

bool step_wants_person(const struct run_step *step)
{
    return (IN(step->state) & (NOT_BEGUN | IN(STEP_EFFECT_UNKNOWN))) != 0;
}

const char *step_cannot_run(const struct risk *risk)
{
    if (risk->unfilled)
        return "A placeholder in it is not filled.";
    if (!risk->parses)
        return "The shell does not accept it as it stands.";
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
    if (risk->wants_terminal)
        return "It wants a terminal. It gets one, but nobody types there: what waits for an answer is "
               "stopped.";
    return NULL;
}
