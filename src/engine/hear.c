/* The state of alerts as batches come in, without a thought of incidents, so that live input and the replay
 * of the inbox after a restart walk the same way.
 *
 * Messages may be repeated, reordered and late. A firing message that started before the end we were told of
 * is old news: it is set aside, unless it is repeated after a minute, when it is no straggler but somebody
 * who means it. Who sends once only is not set aside for a clock of his that is slow. In doubt an alert
 * fires. An end of what we do not know is forgotten: a start that comes after it pages somebody, for what is
 * over perhaps, where the other choice is to page nobody for what is not. What we were told at a time that is
 * yet to come, for the clock was set back since, makes nothing late. */
#include <string.h>

#include "engine/engine_priv.h"

enum {
    REMEMBERED_S = 3600, /* an alert that has ended is recognised this long */
    BELIEVED_S = 60,     /* a late message that comes again after this is believed */
    MISTAKEN_S = 300,    /* clocks of senders are not more wrong than this */
};

void alert_end(struct engine *engine, struct alert_record *record, int64_t ends_us, int64_t now_us)
{
    record->firing = false;
    record->ends_us = ends_us;
    record->updated_us = now_us;
    record->stale_us = 0;
    engine->alerts.n_firing--;
    due_set(&engine->due, &record->ends, time_after_s(now_us, REMEMBERED_S));
}

/* Both starts are by the clock of its sender, the end may be by ours. */
static bool is_another(const struct alert_record *record, const struct alert *alert)
{
    return alert->starts_us > record->starts_us &&
           time_after_s(alert->starts_us, MISTAKEN_S) >= record->ends_us;
}

static bool is_late(struct alert_record *record, const struct alert_batch *batch, const struct alert *alert,
                    int64_t now_us)
{
    if (!record->ended_by_word || alert->starts_us == 0 || alert->starts_us >= record->ends_us ||
        record->ends_us > now_us || (batch->lasting && is_another(record, alert)))
        return false;
    if (record->stale_us == 0 || record->stale_us > now_us)
        record->stale_us = now_us;
    return now_us < time_after_s(record->stale_us, BELIEVED_S);
}

/* True when it says something else than before; is_new: it was not there before. */
static bool alert_fire(struct engine *engine, struct alert_record *record, const struct alert_batch *batch,
                       const struct alert *alert, bool is_new, int64_t now_us)
{
    int64_t starts_us = alert->starts_us && alert->starts_us < now_us ? alert->starts_us : now_us;
    if (!record->firing) {
        record->firing = true;
        record->starts_us = starts_us;
        engine->alerts.n_firing++;
    } else if (alert->starts_us && starts_us < record->starts_us) {
        record->starts_us = starts_us;
    }
    record->lasting = batch->lasting && !alert->ends_us;
    record->ended_by_word = false;
    record->stale_us = 0;
    record->updated_us = now_us;
    if (record->lasting)
        record->ends_us = INT64_MAX;
    else
        record->ends_us =
            alert->ends_us ? alert->ends_us : time_after_s(now_us, engine->config->resolve_timeout_s);
    if (record->lasting)
        due_clear(&engine->due, &record->ends);
    else if (!due_is_set(&record->ends) || record->ends.at_us > record->ends_us)
        due_set(&engine->due, &record->ends, record->ends_us); /* else it moves when it rings */
    bool says_more = !is_new && alert_table_update(&engine->alerts, record, alert);
    alert_table_join(&engine->alerts, record, batch->source, alert->key ? alert->key : batch->group_key,
                     alert->key != NULL);
    return says_more;
}

/* An end that is older than what we know: the alert started again since, or, when its sender repeats it, was
 * heard long after. The latter is a firing message that was on its way so long that the end it promised has
 * passed. */
static bool is_late_end(const struct alert_record *record, const struct alert *alert, int64_t now_us)
{
    if (record->updated_us > now_us)
        return false;
    if (!record->lasting && time_after_s(alert->ends_us, MISTAKEN_S) < record->updated_us)
        return true;
    return alert->starts_us && alert->starts_us < record->starts_us && alert->ends_us < record->starts_us;
}

static void tell(const struct hearing *hearing, struct alert_record *record, const struct alert *alert,
                 enum alert_change change, const char *how)
{
    if (record->role == ALERT_ORDINARY)
        hearing->changed(hearing->context, record, alert, change, how);
    else
        watchdog_changed(hearing, record, change, how);
}

void alert_hear(const struct hearing *hearing, const struct alert_batch *batch, const struct alert *alert)
{
    struct engine *engine = hearing->engine;
    int64_t now_us = hearing->now_us;
    struct alert_record *record = alert_table_find(&engine->alerts, alert);
    bool over = alert->ends_us && alert->ends_us <= now_us;
    bool is_new = !record;
    if (is_new && over)
        return;
    if (is_new) {
        record = alert_table_add(&engine->alerts, alert);
        record->role = (uint8_t)alert_role_of(engine->config, alert);
    }
    record->batch = (uint32_t)engine->n_batches;

    if (over && record->firing && is_late_end(record, alert, now_us)) {
        tell(hearing, record, alert, ALERT_STALE, "it was heard firing after that end");
    } else if (over && record->firing) {
        alert_end(engine, record, alert->ends_us, now_us);
        record->ended_by_word = true;
        tell(hearing, record, alert, ALERT_RESOLVED, "its sender says so");
    } else if (!over && !record->firing && is_late(record, batch, alert, now_us)) {
        tell(hearing, record, alert, ALERT_STALE, "it ended after that start");
    } else if (!over) {
        bool fired = !record->firing;
        bool says_more = alert_fire(engine, record, batch, alert, is_new, now_us);
        if (fired)
            tell(hearing, record, alert, ALERT_FIRED, "");
        else if (says_more && record->role == ALERT_ORDINARY)
            tell(hearing, record, alert, ALERT_SAYS_MORE, "");
        if (record->role == ALERT_SIGN_OF_LIFE)
            sign_of_life_heard(hearing, alert);
    }
}

/* The trouble of that name is over, whatever its alerts were called: but for those that fire by this very
 * batch. */
static void hear_key(const struct hearing *hearing, const struct alert_batch *batch, const char *key)
{
    struct engine *engine = hearing->engine;
    struct alert_group *group = alert_table_group(&engine->alerts, batch->source, key);
    for (struct alert_record *record = group ? group->first : NULL; record;
         record = alert_group_next(record)) {
        if (!record->firing || record->batch == (uint32_t)engine->n_batches)
            continue;
        alert_end(engine, record, hearing->now_us, hearing->now_us);
        record->ended_by_word = true;
        tell(hearing, record, NULL, ALERT_RESOLVED, "its sender says so");
    }
}

/* Alerts of the group that the batch does not name. */
static void hear_group(const struct hearing *hearing, const struct alert_batch *batch)
{
    struct engine *engine = hearing->engine;
    struct alert_group *group = alert_table_group(&engine->alerts, batch->source, batch->group_key);
    for (struct alert_record *record = group ? group->first : NULL; record;
         record = alert_group_next(record)) {
        bool absent = record->batch != (uint32_t)engine->n_batches;
        if (!record->firing || (!batch->group_resolved && !absent))
            continue;
        alert_end(engine, record, hearing->now_us, hearing->now_us);
        record->ended_by_word = batch->group_resolved;
        tell(hearing, record, NULL, ALERT_RESOLVED,
             batch->group_resolved ? "its whole group is over" : "its group was sent without it");
    }
}

void alerts_hear(const struct hearing *hearing, const struct alert_batch *batch)
{
    hearing->engine->n_batches++;
    if (batch->heartbeat)
        heartbeat_hear(hearing, batch);
    for (size_t i = 0; i < batch->n_alerts; i++) {
        alert_table_call(&hearing->engine->alerts, batch->alerts, batch->n_alerts, i);
        alert_hear(hearing, batch, &batch->alerts[i]);
    }
    if (batch->group_key && (batch->group_resolved || batch->group_whole))
        hear_group(hearing, batch);
    for (size_t i = 0; !batch->group_key && i < batch->n_alerts; i++) {
        const struct alert *alert = &batch->alerts[i];
        if (alert->key && alert->ends_us && alert->ends_us <= hearing->now_us)
            hear_key(hearing, batch, alert->key);
    }
}

void alert_due(const struct hearing *hearing, struct alert_record *record)
{
    if (!record->firing) {
        alert_table_remove(&hearing->engine->alerts, record);
        return;
    }
    if (record->ends_us > hearing->now_us) { /* it was sent again */
        due_set(&hearing->engine->due, &record->ends, record->ends_us);
        return;
    }
    alert_end(hearing->engine, record, record->ends_us, hearing->now_us);
    tell(hearing, record, NULL, ALERT_RESOLVED, "it was not sent again");
}
