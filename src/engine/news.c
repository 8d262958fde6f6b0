/* What alerts did to an incident in one turn: one event a kind, however many alerts, and then what follows
 * from the sum of it. A batch in which one alert ends and another fires is no moment without trouble. */
#include "engine/engine_priv.h"

#include <stdio.h>
#include <string.h>

enum { NAMED_ALERTS = 20, NAMES_IN_SUMMARY = 5, NAME_BYTES = 80 };

struct named {
    const char *name, *how, *source;
    uint64_t fingerprint;
    int64_t starts_us;
};

struct news {
    bool opened;
    struct {
        size_t n;
        LIST(struct named) named;
    } of[N_ALERT_CHANGES];
};

static const struct {
    const char *kind, *one, *many;
} words[N_ALERT_CHANGES] = {
    [ALERT_FIRED] = {"alert.fired", "fired", "alerts joined"},
    [ALERT_RESOLVED] = {"alert.resolved", "is over", "alerts are over"},
    [ALERT_STALE] = {"alert.stale", "was heard late and set aside", "late messages set aside"},
};

static struct news *news_of(struct turn *turn, struct incident_record *incident)
{
    turn_touch(turn, incident);
    if (!incident->news)
        incident->news = arena_alloc(turn->arena, sizeof *incident->news);
    return incident->news;
}

void news_opened(struct turn *turn, struct incident_record *incident)
{
    news_of(turn, incident)->opened = true;
}

size_t news_count(const struct incident_record *incident, enum alert_change change)
{
    return incident->news ? incident->news->of[change].n : 0;
}

void news_add(struct turn *turn, struct incident_record *incident, const struct alert_record *record,
              enum alert_change change, const char *how)
{
    struct news *news = news_of(turn, incident);
    if (news->of[change].n++ >= NAMED_ALERTS)
        return;
    struct alert alert;
    alert_record_view(record, turn->arena, &alert);
    *list_push(turn->arena, &news->of[change].named) = (struct named){
        .name = text_head(turn->arena, alert_name(&alert), NAME_BYTES),
        .how = how,
        .source = record->source,
        .fingerprint = alert_fingerprint(alert.labels, alert.n_labels),
        .starts_us = record->starts_us,
    };
}

static const char *summary_of(struct arena *arena, const struct news *news, enum alert_change change)
{
    const struct named *first = &news->of[change].named.at[0];
    size_t n = news->of[change].n;
    if (n == 1)
        return arena_printf(arena, "%s %s%s%s", first->name, words[change].one, *first->how ? ": " : "",
                            first->how);
    const char *names = "";
    size_t n_names = 0, n_covered = 0;
    list_each (named, &news->of[change].named) {
        bool said = false;
        for (const struct named *other = news->of[change].named.at; other < named && !said; other++)
            said = strcmp(other->name, named->name) == 0;
        if (!said && n_names == NAMES_IN_SUMMARY)
            break;
        n_covered++;
        if (said)
            continue;
        names = arena_printf(arena, "%s%s%s", names, n_names ? ", " : "", named->name);
        n_names++;
    }
    return arena_printf(arena, "%zu %s: %s%s", n, words[change].many, names, n_covered < n ? ", ..." : "");
}

static void say(struct turn *turn, const struct incident_record *incident, enum alert_change change)
{
    const struct news *news = incident->news;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "n", (int64_t)news->of[change].n);
    jw_pair_int(body, "firing", incident->incident.n_firing);
    jw_name(body, "alerts");
    jw_begin_array(body);
    list_each (named, &news->of[change].named) {
        char fingerprint[17];
        snprintf(fingerprint, sizeof fingerprint, "%016llx", (unsigned long long)named->fingerprint);
        jw_begin_object(body);
        jw_pair(body, "name", named->name);
        jw_pair(body, "fingerprint", fingerprint);
        jw_pair_time(body, "started_at", named->starts_us);
        if (*named->how)
            jw_pair(body, "how", named->how);
        jw_end_object(body);
    }
    jw_end_array(body);
    const char *source = news->of[change].named.at[0].source;
    event_end(turn, incident->incident.number, arena_printf(turn->arena, "source:%s", source),
              words[change].kind, "%s", summary_of(turn->arena, news, change));
}

static void watch(struct turn *turn, struct incident_record *record)
{
    int64_t hold_down_s = turn->engine->config->hold_down_s;
    record->incident.monitoring_us = turn->now_us;
    incident_move(turn, record, INCIDENT_MONITORING);
    event_begin(turn);
    event_end(turn, record->incident.number, NULL, "incident.monitoring",
              "All alerts are over; resolved if it stays so for %s",
              duration_text(turn->arena, hold_down_s * US_PER_S));
    turn_set_timer(turn, &record->hold_down, record->incident.number,
                   time_after_s(turn->now_us, hold_down_s));
}

static void burn_again(struct turn *turn, struct incident_record *record)
{
    bool had_owner = record->incident.acknowledged_us != 0;
    incident_move(turn, record, had_owner ? INCIDENT_ACKNOWLEDGED : INCIDENT_TRIGGERED);
    turn_clear_timer(turn, &record->hold_down, record->incident.number);
    event_begin(turn);
    event_end(turn, record->incident.number, NULL, "incident.refired", "It burns again after %s, and is %s",
              duration_text(turn->arena, turn->now_us - record->incident.monitoring_us),
              incident_state_name(record->incident.state));
    record->incident.monitoring_us = 0;
    if (!had_owner)
        escalate_resume(turn, record);
    diagnose(turn, record);
}

void incident_follow(struct turn *turn, struct incident_record *record)
{
    bool firing = record->incident.n_firing > 0;
    if (!incident_is_open(record))
        return;
    if (record->incident.state == INCIDENT_MONITORING && firing)
        burn_again(turn, record);
    else if (record->incident.state != INCIDENT_MONITORING && !firing)
        watch(turn, record);
}

void news_settle(struct turn *turn, struct incident_record *record)
{
    struct news *news = record->news;
    if (!news)
        return;
    for (enum alert_change change = 0; change < N_ALERT_CHANGES; change++)
        if (news->of[change].n)
            say(turn, record, change);
    record->news = NULL;
    incident_follow(turn, record);
    if (news->opened && record->incident.state == INCIDENT_TRIGGERED) {
        escalate(turn, record, NULL);
        diagnose(turn, record);
    }
}
