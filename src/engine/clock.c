#include "engine/clock.h"

#include "engine/names.h"

static const char *const kinds[N_CLOCK_KINDS] = {"response",   "resolution", "update",      "phase",
                                                 "escalation", "follow_up",  "maintenance", "drill"};
static const char *const states[N_CLOCK_STATES] = {"running", "overdue", "met", "stopped"};

const char *runbook_clock_kind_name(enum runbook_clock_kind kind)
{
    return kinds[kind];
}

int runbook_clock_kind_of(const char *name)
{
    return name_find(kinds, N_CLOCK_KINDS, name);
}

const char *runbook_clock_state_name(enum runbook_clock_state state)
{
    return states[state];
}

int runbook_clock_state_of(const char *name)
{
    return name_find(states, N_CLOCK_STATES, name);
}
