#include "engine/silence.h"

#include "base/must.h"
#include "engine/names.h"

static const char *const names[] = {
    [SILENCE_PENDING] = "pending",
    [SILENCE_ACTIVE] = "active",
    [SILENCE_EXPIRED] = "expired",
};

const char *silence_state_name(enum silence_state state)
{
    must(state <= SILENCE_EXPIRED);
    return names[state];
}

int silence_state_of(const char *name)
{
    return name_find(names, sizeof names / sizeof *names, name);
}
