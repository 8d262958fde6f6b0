/* What core is told: what has changed, in one body at a time.
 *   [{"labels":{"alertname":"CheckFailing","check":"api"},"annotations":{"summary":"..."},
 *     "startsAt":"...","endsAt":"..."}]                        (endsAt: it is over) */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/alert.h"
#include "watch/watched.h"

enum { TOLD_AT_ONCE = 1000, AGAIN_MS = 1000 };
/* An alert of a subject ends by itself after so many looks that did not tell it again, and not before. */
enum { STANDS_LOOKS = 4, STANDS_LEAST_S = 600 };

static void on_telling(uv_timer_t *timer);

static int64_t stands_us(const struct config_check *check)
{
    int64_t looks_s = STANDS_LOOKS * (check->every_s + check->timeout_s);
    return (looks_s > STANDS_LEAST_S ? looks_s : STANDS_LEAST_S) * US_PER_S;
}

static void write_labels(struct json_writer *w, const struct matter *matter, bool is_error)
{
    scoped_arena struct arena *arena = arena_new();
    size_t n;
    const struct label *labels = check_labels(arena, matter->watched->probe.check, is_error, &n);
    jw_name(w, "labels");
    jw_begin_object(w);
    for (size_t i = 0; i < n; i++)
        jw_pair(w, labels[i].name, labels[i].value);
    for (size_t i = 0; i < matter->n_labels; i++)
        if (!label_value(labels, n, matter->labels[i].name))
            jw_pair(w, matter->labels[i].name, matter->labels[i].value);
    jw_end_object(w);
}

static void write_alert(struct json_writer *w, struct matter *matter, bool is_error)
{
    const struct judge *judge = &matter->judge;
    const struct watched *watched = matter->watched;
    int64_t now_us = clock_wall_us(watched->watch->clock);
    bool is = (is_error ? &judge->broken : &judge->bad)->state == VERDICT_TRUE;
    bool was = (is_error ? matter->told_broken : matter->told_bad) == VERDICT_TRUE;
    jw_begin_object(w);
    write_labels(w, matter, is_error);
    if (is) {
        jw_name(w, "annotations");
        jw_begin_object(w);
        jw_pair(w, "summary", is_error ? matter->broken_text : matter->bad_text);
        jw_end_object(w);
        jw_pair_time(w, "startsAt", is_error ? judge->broken_us : judge->bad_us);
    }
    if (!is || matter->subject)
        jw_pair_time(w, "endsAt", is ? now_us + stands_us(watched->probe.check) : now_us);
    jw_end_object(w);
    if (is && matter->subject)
        matter->again_us = now_us + stands_us(watched->probe.check) / 2;
    if (is != was)
        log_event(LOG_INFO, is ? "check.raised" : "check.ended", "check=%s alert=%s", watched->id,
                  is_error ? "error" : "bad");
}

static bool has_news(const struct matter *matter, bool is_error)
{
    enum verdict_state is = is_error ? matter->judge.broken.state : matter->judge.bad.state;
    enum verdict_state told = is_error ? matter->told_broken : matter->told_bad;
    if (!matter->subject)
        return is != told;
    if (is_error) /* of the check itself */
        return false;
    if (is == VERDICT_TRUE && told == VERDICT_TRUE)
        return clock_wall_us(matter->watched->watch->clock) >= matter->again_us;
    return is == VERDICT_TRUE || (is != told && told == VERDICT_TRUE);
}

static void write_news(struct json_writer *w, struct matter *matter)
{
    if (has_news(matter, false)) {
        matter->telling_bad = matter->judge.bad.state;
        write_alert(w, matter, false);
    }
    if (has_news(matter, true)) {
        matter->telling_broken = matter->judge.broken.state;
        write_alert(w, matter, true);
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
            struct matter *matter = watch->first_untold;
            watch->first_untold = matter->next_untold;
            matter->untold = false;
            write_news(&w, matter);
        }
        jw_end_array(&w);
        if (!w.comma_ || watch->body.n_bytes == 2) { /* it was taken back before it was told */
            buf_clear(&watch->body);
            return;
        }
    }
    watch->tells.found(watch->tells.context, watch->body.at, watch->body.n_bytes);
}

static void note_untold(struct matter *matter)
{
    struct watch *watch = matter->watched->watch;
    if (matter->untold || (!has_news(matter, false) && !has_news(matter, true)))
        return;
    matter->untold = true;
    matter->next_untold = watch->first_untold;
    watch->first_untold = matter;
    if (!watch->body.n_bytes)
        tell_soon(watch, 0);
}

static void matter_told(struct matter *matter)
{
    if (matter->telling_bad)
        matter->told_bad = matter->telling_bad;
    if (matter->telling_broken)
        matter->told_broken = matter->telling_broken;
    matter->telling_bad = matter->telling_broken = VERDICT_UNKNOWN;
    note_untold(matter);
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
        matter_told(&watch->list[i]->own);
        for (struct matter *matter = watch->list[i]->subjects; matter; matter = matter->next)
            matter_told(matter);
    }
    if (watch->first_untold)
        tell_soon(watch, 0);
}

void matter_hear(struct matter *matter, const struct check_reading *reading)
{
    const struct watched *watched = matter->watched;
    char text[READING_TEXT_BYTES] = "";
    judge_hear(&matter->judge, watched->probe.check, reading, clock_wall_us(watched->watch->clock), text);
    if (*text)
        memcpy(reading->kind == READING_ERROR ? matter->broken_text : matter->bad_text, text, sizeof text);
    note_untold(matter);
}

void matter_forget(struct matter *matter)
{
    struct matter **at = &matter->watched->watch->first_untold;
    while (matter->untold && *at && *at != matter)
        at = &(*at)->next_untold;
    if (matter->untold && *at)
        *at = matter->next_untold;
    matter->untold = false;
}

void watched_hear(struct watched *watched, const struct check_reading *reading)
{
    struct check_reading own = subjects_hear(watched, reading);
    matter_hear(&watched->own, &own);
    subjects_thin(watched);
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
    watched_forget(watched);
    watched->id = heap_strdup(check->id);
    watched->alert = alert;
    watched->own = (struct matter){.watched = watched};
}

void watched_forget(struct watched *watched)
{
    subjects_free(watched);
    matter_forget(&watched->own);
    free(watched->id);
    buf_free(&watched->measures);
    watched->id = NULL;
}
