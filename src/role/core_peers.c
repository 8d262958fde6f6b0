/* The courier and the runner, as core sees them. When one of them ends, core ends too, and all start again
 * from the ledger. Unless nothing can be written there: then what core pages from is its memory, and the
 * supervisor starts both of them anew and hands over their ends (role/supervisor.c). */
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/hand_over.h"
#include "role/core_priv.h"
#include "role/frames.h"

static void on_peer_closed(void *context, const char *why)
{
    struct core *core = context;
    bool stays = core->ledger_failed && core->options->peers_fd > 0;
    log_event(
        LOG_ERROR, "peer.gone", "why=%s effect=%s", log_quote(why),
        log_quote(stays ? "paging goes on from memory by the next one" : "starting again from the ledger"));
    if (!stays)
        core_stop(core, EXIT_RESTART);
}

static int courier_open(struct core *core, int fd, struct err *err)
{
    struct frame_handlers handlers = {core_from_courier, on_peer_closed, core};
    return frames_open(&core->loop, fd, frame_rules, "core", "courier", &handlers, &core->courier, err);
}

static int runner_open(struct core *core, int fd, struct err *err)
{
    struct frame_handlers handlers = {core_from_runner, on_peer_closed, core};
    return frames_open(&core->loop, fd, frame_rules, "core", "runner", &handlers, &core->runner, err);
}

/* Nobody knows whether it arrived: it is sent again with its key. */
static void retry_page(void *context, int64_t delivery)
{
    struct delivery_result lost = {.verdict = VERDICT_RETRY, .detail = "the process that sends has ended"};
    core_hear_from_memory(context, &(struct input){.kind = INPUT_DELIVERY_DONE,
                                                   .actor = "courier",
                                                   .delivery = delivery,
                                                   .delivery_result = &lost});
}

struct under_way {
    struct arena *arena;
    LIST(int64_t) ids;
};

static void note_under_way(void *context, int64_t delivery)
{
    struct under_way *list = context;
    *list_push(list->arena, &list->ids) = delivery;
}

static void begin_anew(struct core *core)
{
    scoped_arena struct arena *arena = arena_new();
    struct under_way list = {.arena = arena};
    engine_each_under_way(core->engine, note_under_way, &list);
    list_each (id, &list.ids)
        retry_page(core, *id);
    core_mirror_soon(core);
    core_plan_timer(core);
}

static void replace(struct core *core, char what, int fd)
{
    struct err err = {0};
    bool courier = what == PEER_COURIER;
    struct frames *old = courier ? core->courier : core->runner;
    if ((courier ? courier_open(core, fd, &err) : runner_open(core, fd, &err)) < 0) {
        log_event(LOG_ERROR, "peer.not_replaced", "error=%s", log_quote(err.text));
        core_stop(core, EXIT_RESTART);
        return;
    }
    frames_close(old);
    if (courier)
        begin_anew(core);
}

static void on_peers(uv_poll_t *poll, int status, int events)
{
    struct core *core = poll->data;
    char what;
    (void)status, (void)events;
    int fd = hand_over_take(core->options->peers_fd, &what);
    if (fd < 0)
        uv_poll_stop(poll); /* the supervisor is gone, and so shall we be */
    else if (core->engine && core->ledger_failed)
        replace(core, what, fd);
    else
        close(fd); /* we end, and all start again */
}

int core_open_peers(struct core *core, struct err *err)
{
    const struct role_options *options = core->options;
    if (options->peers_fd > 0) {
        uv_poll_init(&core->loop, &core->peers, options->peers_fd);
        core->peers.data = core;
        uv_poll_start(&core->peers, UV_READABLE, on_peers);
    }
    return courier_open(core, options->courier_fd, err) < 0 || runner_open(core, options->runner_fd, err) < 0
               ? -1
               : 0;
}

void core_close_peers(struct core *core)
{
    if (core->options->peers_fd > 0)
        shutdown(core->options->peers_fd, SHUT_RDWR); /* they are to end, and nobody is to take their place */
    frames_close(core->courier);
    frames_close(core->runner);
}

void core_keep_peers(struct core *core)
{
    const char word = PEERS_KEEP;
    if (core->options->peers_fd > 0)
        send(core->options->peers_fd, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}
