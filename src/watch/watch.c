/* The scheduler: when each check looks, for how long, and how many at once. Every check has a beat of its
 * own (beat.h). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "watch/beat.h"
#include "watch/watch_priv.h"
#include "watch/watched.h"

enum { LOOKS_AT_ONCE = 1000 };

static int64_t now_ms(const struct watch *watch)
{
    return (int64_t)uv_now(watch->loop);
}

/* ---- one look ---- */

static void on_timer(uv_timer_t *timer);

static void timer_set(struct watched *watched, int64_t at_ms)
{
    int64_t wait_ms = at_ms - now_ms(watched->watch);
    uv_timer_start(&watched->timer, on_timer, wait_ms > 0 ? (uint64_t)wait_ms : 0, 0);
}

static void look_plan(struct watched *watched)
{
    struct watch *watch = watched->watch;
    int64_t every_ms = watched->probe.check->every_s * 1000, now = now_ms(watch);
    watched->state = WATCHED_RESTS;
    watch->figures.n_late += beat_next(&watched->due_ms, every_ms, now);
    timer_set(watched, watched->due_ms);
}

static void look_begin(struct watched *watched)
{
    struct watch *watch = watched->watch;
    watched->state = WATCHED_LOOKS;
    watch->figures.n_running++;
    watch->figures.n_looks++;
    timer_set(watched, now_ms(watch) + watched->probe.check->timeout_s * 1000);
    watched->kind->begin(&watched->probe);
}

static void look_when_free(struct watched *watched)
{
    struct watch *watch = watched->watch;
    if (watch->figures.n_running < LOOKS_AT_ONCE) {
        look_begin(watched);
        return;
    }
    watched->state = WATCHED_QUEUES;
    watched->next_waiting = NULL;
    *watch->last_waiting = watched;
    watch->last_waiting = &watched->next_waiting;
}

static void look_next(struct watch *watch)
{
    struct watched *watched = watch->first_waiting;
    if (!watched || watch->figures.n_running >= LOOKS_AT_ONCE)
        return;
    watch->first_waiting = watched->next_waiting;
    if (!watch->first_waiting)
        watch->last_waiting = &watch->first_waiting;
    look_begin(watched);
}

void probe_done(struct probe *probe, const struct check_reading *reading)
{
    struct watched *watched = (struct watched *)probe; /* its first member */
    struct watch *watch = watched->watch;
    watch->figures.n_running--;
    watch->figures.n_errors += reading->kind == READING_ERROR;
    watched_hear(watched, reading);
    watched_show(watched, reading);
    look_plan(watched);
    if (watch->first_waiting)
        uv_timer_start(&watch->relay, watch->on_relay, 0, 0); /* not inside the callback of a library */
}

void probe_say(struct probe *probe, enum reading_kind kind, double value, const char *format, ...)
{
    struct check_reading reading = {.kind = kind, .value = value};
    va_list ap;
    va_start(ap, format);
    vsnprintf(reading.text, sizeof reading.text, format, ap);
    va_end(ap);
    probe_done(probe, &reading);
}

void probe_run(struct probe *probe)
{
    struct watched *watched = (struct watched *)probe;
    struct watch *watch = watched->watch;
    scoped_buf struct buf body = {0};
    struct json_writer w = jw_start(&body);
    watched->look = ++watch->n_wanted;
    jw_begin_object(&w);
    jw_pair(&w, "check", watched->id);
    jw_pair_int(&w, "look", watched->look);
    jw_end_object(&w);
    watch->tells.wanted(watch->tells.context, body.at, body.n_bytes);
}

void watch_ran(struct watch *watch, struct json result)
{
    int64_t look = json_int(json_get(result, "look"), 0);
    for (size_t i = 0; look > 0 && i < watch->n; i++) {
        struct watched *watched = watch->list[i];
        if (watched->look != look)
            continue;
        watched->look = 0;
        if (watched->state == WATCHED_LOOKS && watched->kind->ran)
            watched->kind->ran(&watched->probe, result);
        return;
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct watched *watched = timer->data;
    if (watched->state == WATCHED_RESTS) {
        look_when_free(watched);
        return;
    }
    watched->look = 0;
    watched->kind->end(&watched->probe);
    probe_say(&watched->probe, watched->kind->reaches ? READING_BAD : READING_ERROR, 0,
              "%s: no answer within %lld s", watched->probe.check->id,
              (long long)watched->probe.check->timeout_s);
}

static void on_relay(uv_timer_t *relay)
{
    struct watch *watch = relay->data;
    while (watch->first_waiting && watch->figures.n_running < LOOKS_AT_ONCE)
        look_next(watch);
}

/* ---- which checks there are ---- */

static void memory_free(struct watched *watched)
{
    if (watched->kind)
        watched->kind->close(&watched->probe);
    free(watched->remembered);
    watched->remembered = NULL;
    watched->kind = NULL;
}

/* Its memory, when it is of the same kind and reads the same as before, is kept. */
static void memory_make(struct watched *watched)
{
    const struct config_check *check = watched->probe.check;
    const struct check_kind *kind = check_kinds[check_kind_of(check)];
    scoped_buf struct buf what = {0};
    if (kind->remembers)
        kind->remembers(check, &what);
    if (watched->kind == kind && watched->remembered && strcmp(watched->remembered, buf_text(&what)) == 0) {
        kind->learn(&watched->probe);
        return;
    }
    memory_free(watched);
    watched->kind = kind;
    watched->remembered = kind->remembers ? heap_strdup(buf_text(&what)) : NULL;
    kind->open(&watched->probe);
}

static void watched_start(struct watched *watched)
{
    const struct config_check *check = watched->probe.check;
    memory_make(watched);
    watched->due_ms = now_ms(watched->watch) + beat_first_ms(check->id, check->every_s);
    watched->state = WATCHED_RESTS;
    timer_set(watched, watched->due_ms);
}

static void watched_stop(struct watched *watched)
{
    if (watched->state == WATCHED_LOOKS) {
        watched->kind->end(&watched->probe);
        watched->watch->figures.n_running--;
    }
    watched->state = WATCHED_RESTS;
    watched->look = 0;
    uv_timer_stop(&watched->timer);
}

static struct watched *watched_new(struct watch *watch)
{
    struct watched *watched = heap_alloc(sizeof *watched);
    watched->watch = watch;
    watched->own.watched = watched;
    watched->probe.loop = watch->loop;
    watched->probe.fetcher = watch->fetcher;
    watched->probe.clock = watch->clock;
    uv_timer_init(watch->loop, &watched->timer);
    watched->timer.data = watched;
    return watched;
}

static void on_closed(uv_handle_t *timer)
{
    free(timer->data);
}

static void watched_free(struct watched *watched)
{
    watched_forget(watched);
    memory_free(watched);
    uv_close((uv_handle_t *)&watched->timer, on_closed);
}

/* Those of a name that was there before keep their judge, when they are the same alert, and what they
 * remember, when they read the same. */
void watch_learn(struct watch *watch, const struct config *config)
{
    struct map *before = map_new();
    size_t n = config->checks.n, position = 0;
    struct watched **list = heap_alloc((n + 1) * sizeof(struct watched *));
    for (size_t i = 0; i < watch->n; i++) {
        watched_stop(watch->list[i]);
        map_put(before, watch->list[i]->id, strlen(watch->list[i]->id), watch->list[i]);
    }
    watch->first_waiting = NULL;
    watch->last_waiting = &watch->first_waiting;
    for (size_t i = 0; i < n; i++) {
        const struct config_check *check = &config->checks.at[i];
        struct watched *watched = map_remove(before, check->id, strlen(check->id));
        list[i] = watched ? watched : watched_new(watch);
        watched_name(list[i], check);
        watched_start(list[i]);
    }
    for (struct watched *gone; (gone = map_next(before, &position));)
        watched_free(gone);
    map_free(before);
    free(watch->list);
    watch->list = list;
    watch->n = n;
    watch_show_anew(watch);
}

struct watch *watch_new(uv_loop_t *loop, const struct clock *clock, const struct config *config,
                        const struct watch_tells *tells)
{
    struct watch *watch = heap_alloc(sizeof *watch);
    *watch = (struct watch){.loop = loop, .clock = clock, .tells = *tells, .on_relay = on_relay};
    watch->fetcher = fetcher_new(loop);
    uv_timer_init(loop, &watch->relay);
    uv_timer_init(loop, &watch->telling);
    uv_timer_init(loop, &watch->showing);
    watch->relay.data = watch->telling.data = watch->showing.data = watch;
    watch_learn(watch, config);
    return watch;
}

static void on_own_closed(uv_handle_t *own)
{
    struct watch *watch = own->data;
    if (--watch->n_handles == 0)
        free(watch);
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    for (size_t i = 0; i < watch->n; i++) {
        watched_stop(watch->list[i]);
        watched_free(watch->list[i]);
    }
    free(watch->list);
    fetcher_free(watch->fetcher);
    buf_free(&watch->body);
    buf_free(&watch->page);
    watch->n_handles = 3;
    uv_close((uv_handle_t *)&watch->showing, on_own_closed);
    uv_close((uv_handle_t *)&watch->relay, on_own_closed);
    uv_close((uv_handle_t *)&watch->telling, on_own_closed);
}
