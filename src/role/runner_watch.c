/* A frame holds the number of the run, a line feed, and bytes: "4\nwaiting for rollout to finish". */
#include "role/runner_watch.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "role/frames.h"

enum { FLUSH_MS = 100, HELD_BYTES = 32 * 1024 };

struct held {
    struct held *next;
    int64_t run;
    size_t n_dropped;
    struct buf text;
};

struct runner_watch {
    struct frames *core;
    uv_timer_t timer;
    struct held *first;
};

static void piece_send(struct runner_watch *watch, const struct held *held)
{
    scoped_buf struct buf frame = {0};
    buf_printf(&frame, "%lld\n", (long long)held->run);
    if (held->n_dropped)
        buf_printf(&frame, "\n[%zu bytes came too fast to be shown]\n", held->n_dropped);
    buf_add(&frame, held->text.at, held->text.n_bytes);
    frames_send(watch->core, FRAME_STEP_OUTPUT, frame.at, frame.n_bytes);
}

static void drop(struct held **at)
{
    struct held *held = *at;
    *at = held->next;
    buf_free(&held->text);
    free(held);
}

static void on_timer(uv_timer_t *timer)
{
    struct runner_watch *watch = timer->data;
    while (watch->first) {
        piece_send(watch, watch->first);
        drop(&watch->first);
    }
}

struct runner_watch *runner_watch_new(uv_loop_t *loop, struct frames *core)
{
    struct runner_watch *watch = heap_alloc(sizeof *watch);
    watch->core = core;
    uv_timer_init(loop, &watch->timer);
    watch->timer.data = watch;
    return watch;
}

static struct held *held_of(struct runner_watch *watch, int64_t run)
{
    struct held **at = &watch->first;
    while (*at && (*at)->run != run)
        at = &(*at)->next;
    if (!*at) {
        *at = heap_alloc(sizeof **at);
        (*at)->run = run;
    }
    return *at;
}

void runner_watch_add(void *context, int64_t run, const char *bytes, size_t n_bytes)
{
    struct runner_watch *watch = context;
    struct held *held = held_of(watch, run);
    buf_add(&held->text, bytes, n_bytes);
    if (held->text.n_bytes > 2 * (size_t)HELD_BYTES) {
        size_t n_over = held->text.n_bytes - HELD_BYTES;
        held->n_dropped += n_over;
        buf_consume(&held->text, n_over);
    }
    if (!uv_is_active((uv_handle_t *)&watch->timer))
        uv_timer_start(&watch->timer, on_timer, FLUSH_MS, 0);
}

void runner_watch_flush(struct runner_watch *watch, int64_t run)
{
    for (struct held **at = &watch->first; *at; at = &(*at)->next)
        if ((*at)->run == run) {
            piece_send(watch, *at);
            drop(at);
            return;
        }
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void runner_watch_free(struct runner_watch *watch)
{
    while (watch->first)
        drop(&watch->first);
    uv_close((uv_handle_t *)&watch->timer, on_closed);
}
