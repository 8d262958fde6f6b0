/* What core may show of the checks: each one that has looked, with what it found (board.h), a bounded number
 * at a time. Whose state has changed goes first. What is lost is lost: the next look shows it again. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "watch/watched.h"

enum { SHOWN_AT_ONCE = 500, SHOWN_BYTES = 1024 * 1024, SHOW_MS = 500 };

static bool speaks_against(const struct verdict *verdict)
{
    return verdict->since_us && verdict->towards;
}

static bool any_subject(const struct watched *watched, bool (*is)(const struct verdict *bad))
{
    const struct matter *matter = watched->subjects;
    while (matter && !is(&matter->judge.bad))
        matter = matter->next;
    return matter != NULL;
}

static bool is_true(const struct verdict *verdict)
{
    return verdict->state == VERDICT_TRUE;
}

static bool is_bad(const struct watched *watched)
{
    return is_true(&watched->own.judge.bad) || any_subject(watched, is_true);
}

static enum check_state state_of(const struct watched *watched)
{
    const struct judge *judge = &watched->own.judge;
    if (is_true(&judge->broken))
        return CHECK_ERROR;
    if (is_bad(watched))
        return CHECK_BAD;
    if (speaks_against(&judge->broken) || speaks_against(&judge->bad) || any_subject(watched, speaks_against))
        return CHECK_PENDING;
    return judge->bad.state == VERDICT_FALSE ? CHECK_WELL : CHECK_UNKNOWN;
}

static void write_row(struct json_writer *w, struct watched *watched)
{
    const struct board_row *row = &watched->row;
    jw_begin_object(w);
    jw_pair(w, "id", watched->id);
    jw_pair(w, "state", check_state_name(row->state));
    jw_pair_bool(w, "bad", row->bad);
    jw_pair_int(w, "since_us", row->since_us);
    jw_pair_int(w, "looked_us", row->looked_us);
    jw_name(w, "value");
    jw_double(w, row->value);
    jw_pair(w, "says", row->says);
    if (watched->measures.n_bytes) {
        jw_name(w, "measures");
        jw_raw(w, watched->measures.at, watched->measures.n_bytes);
        buf_clear(&watched->measures); /* said once: what core keeps, it keeps */
    }
    jw_end_object(w);
}

static void write_figures(struct json_writer *w, const struct watch *watch)
{
    jw_name(w, "figures");
    jw_begin_object(w);
    jw_pair_int(w, "running", (int64_t)watch->figures.n_running);
    jw_pair_int(w, "looks", (int64_t)watch->figures.n_looks);
    jw_pair_int(w, "errors", (int64_t)watch->figures.n_errors);
    jw_pair_int(w, "late", (int64_t)watch->figures.n_late);
    jw_pair_int(w, "looked_us", watch->figures.looked_us);
    jw_end_object(w);
}

static void on_showing(uv_timer_t *timer)
{
    struct watch *watch = timer->data;
    struct json_writer w = jw_start(&watch->page);
    jw_begin_object(&w);
    jw_pair_bool(&w, "anew", watch->shows_anew);
    write_figures(&w, watch);
    jw_name(&w, "checks");
    jw_begin_array(&w);
    for (size_t n = 0; watch->first_unshown && n < SHOWN_AT_ONCE && watch->page.n_bytes < SHOWN_BYTES; n++) {
        struct watched *watched = watch->first_unshown;
        watch->first_unshown = watched->next_unshown;
        watched->unshown = false;
        write_row(&w, watched);
    }
    if (!watch->first_unshown)
        watch->last_unshown = &watch->first_unshown;
    jw_end_array(&w);
    jw_end_object(&w);
    watch->shows_anew = false;
    watch->tells.seen(watch->tells.context, watch->page.at, watch->page.n_bytes);
    buf_clear(&watch->page);
    if (watch->first_unshown)
        uv_timer_start(timer, on_showing, SHOW_MS, 0);
}

static void note_unshown(struct watched *watched, bool first)
{
    struct watch *watch = watched->watch;
    if (watched->unshown)
        return; /* its turn comes, with what it is by then */
    watched->unshown = true;
    watched->next_unshown = first ? watch->first_unshown : NULL;
    if (first && watch->first_unshown) {
        watch->first_unshown = watched;
    } else {
        *watch->last_unshown = watched;
        watch->last_unshown = &watched->next_unshown;
    }
    if (!uv_is_active((uv_handle_t *)&watch->showing))
        uv_timer_start(&watch->showing, on_showing, SHOW_MS, 0);
}

void watched_show(struct watched *watched, const struct check_reading *reading)
{
    struct board_row *row = &watched->row;
    int64_t now_us = clock_wall_us(watched->watch->clock);
    const struct judge *judge = &watched->own.judge;
    enum check_state state = state_of(watched);
    bool changed = state != row->state;
    if (changed)
        row->since_us = state == CHECK_ERROR                         ? judge->broken_us
                        : state == CHECK_BAD && is_true(&judge->bad) ? judge->bad_us
                                                                     : now_us;
    row->state = state;
    row->bad = is_bad(watched);
    row->looked_us = watched->watch->figures.looked_us = now_us;
    row->value =
        reading->kind == READING_VALUE && check_measures(watched->probe.check) ? reading->value : NAN;
    snprintf(row->says, sizeof row->says, "%s", reading->text);
    note_unshown(watched, changed);
}

void watch_show_anew(struct watch *watch)
{
    watch->first_unshown = NULL;
    watch->last_unshown = &watch->first_unshown;
    watch->shows_anew = true;
    for (size_t i = 0; i < watch->n; i++) {
        watch->list[i]->unshown = false;
        if (watch->list[i]->row.looked_us)
            note_unshown(watch->list[i], false);
    }
    uv_timer_start(&watch->showing, on_showing, 0, 0);
}
