/* tcp: somebody listens there. */
#include <stdlib.h>

#include "base/arena.h"
#include "watch/dial.h"
#include "watch/watch_priv.h"

struct tcp_look {
    struct dial *dial;
    int64_t began_us;
};

static void tcp_end(struct probe *probe)
{
    struct tcp_look *look = probe->memory;
    dial_end(look->dial);
    look->dial = NULL;
}

static void on_connected(void *context)
{
    struct probe *probe = context;
    struct tcp_look *look = probe->memory;
    double seconds = (double)(clock_monotonic_us(probe->clock) - look->began_us) / 1e6;
    tcp_end(probe);
    probe_say(probe, READING_VALUE, seconds, "the time in seconds to reach %s", probe->check->tcp.address);
}

static void on_failed(void *context, const char *why)
{
    struct probe *probe = context;
    tcp_end(probe);
    probe_say(probe, READING_BAD, 0, "%s: %s", probe->check->tcp.address, why);
}

static void tcp_open(struct probe *probe)
{
    probe->memory = heap_alloc(sizeof(struct tcp_look));
}

static void tcp_begin(struct probe *probe)
{
    struct tcp_look *look = probe->memory;
    struct dial_handlers handlers = {on_connected, NULL, on_failed, probe};
    struct err err;
    look->began_us = clock_monotonic_us(probe->clock);
    if (dial_begin(probe->loop, probe->check->tcp.address, &handlers, &look->dial, &err) < 0)
        probe_say(probe, READING_ERROR, 0, "%s", err.text);
}

static void tcp_close(struct probe *probe)
{
    free(probe->memory);
}

const struct check_kind tcp_kind = {
    .open = tcp_open, .begin = tcp_begin, .end = tcp_end, .close = tcp_close, .reaches = true};
