/* Alarms that are silence. A watchdog is an alert that is meant to fire for ever: while it does, nothing
 * happens; when it is not heard any more, an alert of its own making fires, which is like any other from
 * there on. What a job says of itself (a heartbeat of the configuration) is kept as such an alert, so that it
 * is durable, seen by everybody and timed out by the one mechanism there is.
 *
 *   Heartbeat{heartbeat="nightly"} until the next is overdue  -> HeartbeatMissing{heartbeat="nightly"}
 *   Watchdog{cluster="eu"} until its sender is silent          -> WatchdogMissing{cluster="eu"}
 *
 * A heartbeat that was never heard counts from the moment at which the server began to listen for it. */
#include <string.h>

#include "engine/engine_priv.h"

enum { LABELS_AT_MOST = 64 };

/* As the rule sets of Prometheus call it. */
static const char *const watchdog_names[] = {"Watchdog", "DeadMansSwitch", "DeadMansSnitch", "Heartbeat"};

static const char HEARTBEAT[] = HEARTBEAT_LABEL; /* and the source */
static const char WATCHDOG[] = "watchdog";

static const char MADE[] = "made here"; /* the group, of both sources: no message brings them again */

static const struct heartbeat *heartbeat_of(const struct config *config, const struct alert *alert)
{
    list_each (heartbeat, &config->heartbeats) {
        if (heartbeat->match.n &&
            labels_have(alert->labels, alert->n_labels, heartbeat->match.at, heartbeat->match.n))
            return heartbeat;
    }
    return NULL;
}

enum alert_role alert_role_of(const struct config *config, const struct alert *alert)
{
    if (heartbeat_of(config, alert))
        return ALERT_SIGN_OF_LIFE;
    for (size_t i = 0; i < sizeof watchdog_names / sizeof *watchdog_names; i++)
        if (strcmp(alert_name(alert), watchdog_names[i]) == 0)
            return ALERT_WATCHDOG;
    return ALERT_ORDINARY;
}

/* ---- alerts that we make ---- */

struct made {
    struct label labels[LABELS_AT_MOST + 4], annotation;
    struct alert alert;
};

static void add_label(struct made *made, const char *name, const char *value)
{
    struct alert *alert = &made->alert;
    size_t at = alert->n_labels;
    if (!value || !*value || at == sizeof made->labels / sizeof *made->labels)
        return;
    for (; at > 0 && strcmp(made->labels[at - 1].name, name) > 0; at--)
        made->labels[at] = made->labels[at - 1];
    made->labels[at] = (struct label){name, value};
    alert->labels = made->labels;
    alert->n_labels++;
}

static void add_summary(struct made *made, const char *summary)
{
    made->annotation = (struct label){"summary", summary};
    made->alert.annotations = &made->annotation;
    made->alert.n_annotations = summary && *summary ? 1 : 0;
}

static void make(struct made *made, const struct heartbeat *heartbeat, const char *name, int64_t ends_us)
{
    made->alert = (struct alert){.ends_us = ends_us};
    add_label(made, "alertname", name);
    add_label(made, HEARTBEAT, heartbeat->id);
    add_label(made, "service", heartbeat->service);
    if (strcmp(name, "Heartbeat") != 0)
        add_label(made, "severity", heartbeat->severity);
}

static void hear_made(const struct hearing *hearing, const char *source, const struct made *made,
                      bool lasting)
{
    struct alert_batch batch = {.source = source, .group_key = MADE, .lasting = lasting};
    alert_hear(hearing, &batch, &made->alert);
}

/* ---- the silence of a watchdog ---- */

static const char *silence_summary(struct arena *arena, const struct alert_record *watchdog, const char *how)
{
    return arena_printf(arena, "Nothing was heard of it since %s: %s", time_text(arena, watchdog->updated_us),
                        how);
}

void watchdog_changed(const struct hearing *hearing, struct alert_record *record, enum alert_change change,
                      const char *how)
{
    if (record->role != ALERT_WATCHDOG || change == ALERT_STALE)
        return;
    scoped_arena struct arena *arena = arena_new();
    struct alert watchdog;
    alert_record_view(record, arena, &watchdog);
    const char *id = label_value(watchdog.labels, watchdog.n_labels, HEARTBEAT);
    const struct heartbeat *heartbeat = id ? config_heartbeat(hearing->engine->config, id) : NULL;
    struct made missing = {0};
    missing.alert.ends_us = change == ALERT_FIRED ? hearing->now_us : 0;
    for (size_t i = 0; i < watchdog.n_labels && i < LABELS_AT_MOST; i++) {
        const char *name = watchdog.labels[i].name;
        if (strcmp(name, "alertname") != 0 && strcmp(name, "severity") != 0) /* it says "none" */
            add_label(&missing, name, watchdog.labels[i].value);
    }
    add_label(&missing, "alertname", arena_printf(arena, "%sMissing", alert_name(&watchdog)));
    add_label(&missing, "severity", heartbeat ? heartbeat->severity : NULL);
    add_summary(&missing, silence_summary(arena, record, how));
    hear_made(hearing, WATCHDOG, &missing, true);
}

/* ---- what a job says ---- */

/* Is the alarm for its silence on? Then only the end of a run is a sign of life. */
static bool is_missed(struct engine *engine, const struct heartbeat *heartbeat)
{
    struct made missing = {0};
    make(&missing, heartbeat, HEARTBEAT_MISSING, 0);
    const struct alert_record *record = alert_table_find(&engine->alerts, &missing.alert);
    return record && record->firing;
}

static int64_t overdue_us(const struct heartbeat *heartbeat, bool started, int64_t now_us)
{
    return time_after_s(time_after_s(now_us, started ? 0 : heartbeat->every_s), heartbeat->grace_s);
}

void heartbeat_hear(const struct hearing *hearing, const struct alert_batch *batch)
{
    const struct heartbeat *heartbeat = config_heartbeat(hearing->engine->config, batch->heartbeat);
    bool started = batch->signal == HEARTBEAT_START;
    if (!heartbeat || batch->signal == HEARTBEAT_LOG || (started && is_missed(hearing->engine, heartbeat)))
        return;
    struct made alive = {0}, failed = {0};
    make(&alive, heartbeat, "Heartbeat", overdue_us(heartbeat, started, hearing->now_us));
    hear_made(hearing, HEARTBEAT, &alive, false);
    if (started)
        return;
    make(&failed, heartbeat, HEARTBEAT_FAILED, batch->signal == HEARTBEAT_FAIL ? 0 : hearing->now_us);
    add_summary(&failed, batch->signal_text);
    hear_made(hearing, HEARTBEAT, &failed, true);
}

void sign_of_life_heard(const struct hearing *hearing, const struct alert *alert)
{
    const struct heartbeat *heartbeat = heartbeat_of(hearing->engine->config, alert);
    struct alert_batch batch = {.heartbeat = heartbeat ? heartbeat->id : "", .signal = HEARTBEAT_SUCCESS};
    heartbeat_hear(hearing, &batch);
}

/* ---- what the configuration expects ---- */

static void expect(const struct hearing *hearing, const struct heartbeat *heartbeat)
{
    struct made alive = {0};
    make(&alive, heartbeat, "Heartbeat", overdue_us(heartbeat, false, hearing->now_us));
    const struct alert_record *record = alert_table_find(&hearing->engine->alerts, &alive.alert);
    if (!(record && record->firing) && !is_missed(hearing->engine, heartbeat))
        hear_made(hearing, HEARTBEAT, &alive, false);
}

/* Nobody waits for it any more, and nobody misses it. */
static void forget(const struct hearing *hearing, struct alert_record *record)
{
    scoped_arena struct arena *arena = arena_new();
    struct alert alert;
    alert_record_view(record, arena, &alert);
    const char *id = label_value(alert.labels, alert.n_labels, HEARTBEAT);
    if (!id || config_heartbeat(hearing->engine->config, id))
        return;
    alert_end(hearing->engine, record, hearing->now_us, hearing->now_us);
    if (record->role == ALERT_ORDINARY)
        hearing->changed(hearing->context, record, NULL, ALERT_RESOLVED,
                         "its heartbeat is not configured any more");
}

static bool is_made(const struct engine *engine, const struct alert_record *record)
{
    const char *source = alert_source(&engine->alerts, record);
    return strcmp(source, HEARTBEAT) == 0 || strcmp(source, WATCHDOG) == 0;
}

static const struct alert_record *made_first(const struct engine *engine, const char *source)
{
    const struct alert_group *group = alert_table_group(&engine->alerts, source, MADE);
    return group ? group->first : NULL;
}

const struct alert_record *made_next(const struct engine *engine, const struct alert_record *record)
{
    if (!record) {
        const struct alert_record *first = made_first(engine, HEARTBEAT);
        return first ? first : made_first(engine, WATCHDOG);
    }
    const struct alert_record *next = alert_group_next(record);
    bool more = !next && strcmp(alert_source(&engine->alerts, record), HEARTBEAT) == 0;
    return more ? made_first(engine, WATCHDOG) : next;
}

void heartbeats_expect(const struct hearing *hearing)
{
    struct engine *engine = hearing->engine;
    for (uint32_t place = 0; place < engine->alerts.n; place++) {
        struct alert_record *record = engine->alerts.records[place];
        if (record->firing && is_made(engine, record))
            forget(hearing, record);
    }
    list_each (heartbeat, &engine->config->heartbeats)
        expect(hearing, heartbeat);
    engine->expect_heartbeats = false;
}
