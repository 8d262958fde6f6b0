/* Who is paged next for an incident, and when, if nobody does anything meanwhile. Asked, never decided by:
 * the chain is walked by engine/escalate.c, and overrides and changed runbooks may lead elsewhere until then.
 * Pure. */
#pragma once

#include "engine/engine.h"

struct next_page {
    int64_t at_us;         /* 0: nobody is paged by itself any more */
    int64_t round;         /* of the chain, from 1 */
    size_t step, n_steps;  /* of the chain, from 1; 0: everybody in the configuration */
    bool holder;           /* who has it is reminded first, for want of progress */
    struct strings people; /* ids; in the arena */
};

/* False: the engine knows no such incident, or it is over. On the engine's thread. */
bool engine_next_page(struct arena *arena, const struct engine *engine, int64_t number,
                      struct next_page *ret_next);
