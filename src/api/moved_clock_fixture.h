/* For tests: the server with a clock that the test moves on. */
#pragma once

#include "api/server_fixture.h"

static _Atomic int64_t moved_us;

static int64_t now_moved_us(void *context)
{
    (void)context;
    return clock_wall_us(clock_system()) + atomic_load(&moved_us);
}

static int start_moved(void **state)
{
    static const struct clock clock = {now_moved_us, now_moved_us, NULL};
    (void)state;
    atomic_store(&moved_us, 0);
    start_with((struct api_options){.clock = &clock, .idle_time_s = 5});
    return 0;
}
