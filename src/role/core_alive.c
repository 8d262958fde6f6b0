/* A sign of life to the outside, every so often, as long as alerts can be taken and kept: the courier sends
 * it. */
#include "role/core_priv.h"
#include "role/frames.h"

static void on_timer(uv_timer_t *timer)
{
    struct core *core = timer->data;
    static const char nothing[] = "{}";
    if (core->begun && !core->ledger_failed)
        frames_send(core->courier, FRAME_ALIVE, nothing, sizeof nothing - 1);
}

void core_alive_open(struct core *core)
{
    uv_timer_init(&core->loop, &core->alive_timer);
    core->alive_timer.data = core;
}

void core_alive_plan(struct core *core)
{
    const struct config_alive *alive = &core->site->config->alive;
    uint64_t every_ms = (uint64_t)alive->every_s * 1000;
    if (alive->url)
        uv_timer_start(&core->alive_timer, on_timer, 0, every_ms);
    else
        uv_timer_stop(&core->alive_timer);
}
