/* An override of a schedule that a person made while the server runs: somebody takes over for a time. It
 * stands beside those of the configuration and above them, until its time is over or somebody ends it. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"

struct engine;
struct schedule;

struct duty_override {
    int64_t number; /* microseconds: when it was made, or the next free one */
    const char *schedule, *person;
    const char *made_by, *why; /* why may be "" */
    int64_t from_us, until_us;
    int64_t ended_us; /* somebody ended it; 0: nobody has */
};

enum {
    DUTY_OVERRIDES_MOST = 1000, /* to come or under way, at once */
    DUTY_OVERRIDE_DAYS = 92,    /* the longest */
    DUTY_WHY_BYTES = 1000,
};

typedef LIST(struct duty_override *) duty_overrides;

/* As schedule_people_at(), with the overrides of the engine: of those that hold the one that was made last.
 * On the engine's thread. */
void engine_people_at(const struct engine *engine, struct arena *arena, const struct schedule *schedule,
                      int64_t at_us, struct strings *ret_people, int64_t *ret_until_us);
/* Those that are not over, in the order in which they were made; good until the next input. */
const duty_overrides *engine_overrides(const struct engine *engine);
