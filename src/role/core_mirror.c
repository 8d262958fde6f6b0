/* Silences and mutes for an Alertmanager beside us: the whole list goes to the courier (courier/mirror.h)
 * soon after something in it may have changed, and at the start. */
#include "courier/mirror.h"
#include "engine/mirror.h"
#include "role/core_priv.h"
#include "role/frames.h"

enum { SOON_MS = 200 /* alerts that join a muted incident come in crowds */ };

static void visit(void *context, const struct silence *silence, const struct matchers *matchers)
{
    mirror_list_add(context, silence, matchers);
}

static void on_timer(uv_timer_t *timer)
{
    struct core *core = timer->data;
    scoped_buf struct buf text = {0};
    struct mirror_list list;
    int64_t now_us = clock_wall_us(core->clock);
    if (!core->engine || !core->site->config->channels.alertmanager.server)
        return;
    mirror_list_begin(&list, &text, ledger_instance(core->ledger), now_us);
    core->n_mirrored_mutes = engine_mirrored(core->engine, now_us, visit, &list);
    mirror_list_end(&list);
    frames_send(core->courier, FRAME_SILENCES, text.at, text.n_bytes);
}

void core_mirror_open(struct core *core)
{
    uv_timer_init(&core->loop, &core->mirror_timer);
    core->mirror_timer.data = core;
}

void core_mirror_soon(struct core *core)
{
    if (core->site->config->channels.alertmanager.server && !uv_is_active((uv_handle_t *)&core->mirror_timer))
        uv_timer_start(&core->mirror_timer, on_timer, SOON_MS, 0);
}

void core_mirror_follow(struct core *core, const struct decisions *decisions)
{
    bool changed = false;
    list_each (decision, &decisions->list)
        changed |= decision->kind == DECISION_SILENCE || decision->kind == DECISION_SILENCE_FORGET ||
                   (decision->kind == DECISION_INCIDENT &&
                    (core->n_mirrored_mutes || decision->incident.muted_until_us));
    if (changed)
        core_mirror_soon(core);
}
