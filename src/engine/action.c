#include "engine/action.h"

#include "engine/names.h"

static const char *const kinds[N_ACTION_KINDS] = {
    [ACTION_TASK] = "task", [ACTION_RUNBOOK] = "runbook", [ACTION_REVIEW] = "review"};
static const char *const states[N_ACTION_STATES] = {
    [ACTION_OPEN] = "open", [ACTION_DONE] = "done", [ACTION_DROPPED] = "dropped"};
static const char *const priorities[N_ACTION_PRIORITIES] = {
    [ACTION_HIGH] = "high", [ACTION_MEDIUM] = "medium", [ACTION_LOW] = "low"};

const char *action_kind_name(enum action_kind kind)
{
    return kinds[kind];
}

int action_kind_of(const char *name)
{
    return name_find(kinds, N_ACTION_KINDS, name);
}

const char *action_state_name(enum action_state state)
{
    return states[state];
}

int action_state_of(const char *name)
{
    return name_find(states, N_ACTION_STATES, name);
}

const char *action_priority_name(enum action_priority priority)
{
    return priorities[priority];
}

int action_priority_of(const char *name)
{
    return name_find(priorities, N_ACTION_PRIORITIES, name);
}
