/* What core is told: what has changed, in one body at a time.
 *   [{"labels":{"alertname":"CheckFailing","check":"api"},"annotations":{"summary":"..."},
 *     "startsAt":"...","endsAt":"..."}]                        (endsAt: it is over) */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "engine/alert.h"
#include "watch/watched.h"

enum { TOLD_AT_ONCE = 1000, AGAIN_MS = 1000 };

static void on_telling(uv_timer_t *timer);

static void write_alert(struct json_writer *w, const struct watched *watched, bool is_error)
{
    const struct judge *judge = &watched->judge;
    bool is = (is_error ? &judge->broken : &judge->bad)->state == VERDICT_TRUE;
    const char *text = is_error ? watched->broken_text : watched->bad_text;
    scoped_arena struct arena *arena = arena_new();
    size_t n;
    const struct label *labels = check_labels(arena, watched->probe.check, is_error, &n);
    jw_begin_object(w);
    jw_name(w, "labels");
    jw_begin_object(w);
    for (size_t i = 0; i < n; i++)
        jw_pair(w, labels[i].name, labels[i].value);
    jw_end_object(w);
    if (is) {
        jw_name(w, "annotations");
        jw_begin_object(w);
        jw_pair(w, "summary", text);
        jw_end_object(w);
        jw_pair_time(w, "startsAt", is_error ? judge->broken_us : judge->bad_us);
    } else {
        jw_pair_time(w, "endsAt", clock_wall_us(watched->watch->clock));
    }
    jw_end_object(w);
    if (is || (is_error ? watched->told_broken : watched->told_bad) == VERDICT_TRUE)
        log_event(LOG_INFO, is ? "check.raised" : "check.ended", "check=%s alert=%s", watched->id,
                  is_error ? "error" : "bad");
}

static void write_news(struct json_writer *w, struct watched *watched)
{
    enum verdict_state bad = watched->judge.bad.state, broken = watched->judge.broken.state;
    if (bad != watched->told_bad) {
        watched->telling_bad = bad;
        write_alert(w, watched, false);
    }
    if (broken != watched->told_broken) {
        watched->telling_broken = broken;
        write_alert(w, watched, true);
    }
}

static void tell_soon(struct watch *watch, uint64_t wait_ms)
{
    uv_timer_start(&watch->telling, on_telling, wait_ms, 0);
}

/* A body stays until core has it. */
static void on_telling(uv_timer_t *timer)
{
    struct watch *watch = timer->data;
    if (!watch->body.n_bytes) {
        struct json_writer w = jw_start(&watch->body);
        jw_begin_array(&w);
        for (size_t n = 0; watch->first_untold && n < TOLD_AT_ONCE; n++) {
            struct watched *watched = watch->first_untold;
            watch->first_untold = watched->next_untold;
            watched->untold = false;
            write_news(&w, watched);
        }
        jw_end_array(&w);
        if (!w.comma_ || watch->body.n_bytes == 2) { /* it was taken back before it was told */
            buf_clear(&watch->body);
            return;
        }
    }
    watch->tells.found(watch->tells.context, watch->body.at, watch->body.n_bytes);
}

static void note_untold(struct watched *watched)
{
    struct watch *watch = watched->watch;
    if (watched->untold || (watched->judge.bad.state == watched->told_bad &&
                            watched->judge.broken.state == watched->told_broken))
        return;
    watched->untold = true;
    watched->next_untold = watch->first_untold;
    watch->first_untold = watched;
    if (!watch->body.n_bytes)
        tell_soon(watch, 0);
}

void watch_heard(struct watch *watch, bool kept)
{
    if (!watch->body.n_bytes)
        return;
    if (!kept) {
        tell_soon(watch, AGAIN_MS);
        return;
    }
    buf_clear(&watch->body);
    for (size_t i = 0; i < watch->n; i++) {
        struct watched *watched = watch->list[i];
        if (watched->telling_bad)
            watched->told_bad = watched->telling_bad;
        if (watched->telling_broken)
            watched->told_broken = watched->telling_broken;
        watched->telling_bad = watched->telling_broken = VERDICT_UNKNOWN;
        note_untold(watched);
    }
    if (watch->first_untold)
        tell_soon(watch, 0);
}

void watched_hear(struct watched *watched, const struct check_reading *reading)
{
    char text[READING_TEXT_BYTES] = "";
    judge_hear(&watched->judge, watched->probe.check, reading, clock_wall_us(watched->watch->clock), text);
    if (*text)
        memcpy(reading->kind == READING_ERROR ? watched->broken_text : watched->bad_text, text, sizeof text);
    note_untold(watched);
}

static uint64_t alert_of(const struct config_check *check)
{
    scoped_arena struct arena *arena = arena_new();
    size_t n_bad, n_broken;
    const struct label *bad = check_labels(arena, check, false, &n_bad);
    const struct label *broken = check_labels(arena, check, true, &n_broken);
    return alert_fingerprint(bad, n_bad) * 31 + alert_fingerprint(broken, n_broken);
}

void watched_name(struct watched *watched, const struct config_check *check)
{
    uint64_t alert = alert_of(check);
    watched->probe.check = check;
    if (watched->id && watched->alert == alert)
        return;
    free(watched->id);
    watched->id = heap_strdup(check->id);
    watched->alert = alert;
    watched->judge = (struct judge){0};
    watched->told_bad = watched->told_broken = VERDICT_UNKNOWN;
    watched->telling_bad = watched->telling_broken = VERDICT_UNKNOWN;
}

void watched_forget(struct watched *watched)
{
    struct watched **at = &watched->watch->first_untold;
    while (*at && *at != watched)
        at = &(*at)->next_untold;
    if (*at)
        *at = watched->next_untold;
    free(watched->id);
}
