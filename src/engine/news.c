/* What alerts did to an incident in one turn: one event a kind, however many alerts, and then what follows
 * from the sum of it. A batch in which one alert ends and another fires is no moment without trouble.
 *
 * In a storm the news of many turns are gathered and told once a second: a timeline with thousands of lines a
 * second tells nobody anything, and writing them would be most of the cost of an alert. What moves the
 * incident is never put off. */
#include "engine/engine_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_ALERTS = 20, NAMES_IN_SUMMARY = 5, NAME_BYTES = 80 };

enum {
    TOLD_AT_ONCE = 8,     /* news of an incident that are told at once, in GATHER_US */
    GATHER_US = 1000000,  /* the others wait until so long after the first */
    TOGETHER_US = 100000, /* incidents that are told within this are told in one turn */
};

struct named {
    char name[NAME_BYTES + 1];
    const char *how, *source; /* constant, and the alert table's */
    uint64_t fingerprint;
    int64_t starts_us;
};

struct news {
    bool opened;
    struct {
        size_t n, n_named;
        struct named *named; /* NAMED_ALERTS of them, or NULL */
    } of[N_ALERT_CHANGES];
};

static const struct {
    const char *kind, *one, *many;
} words[N_ALERT_CHANGES] = {
    [ALERT_FIRED] = {"alert.fired", "fired", "alerts joined"},
    [ALERT_RESOLVED] = {"alert.resolved", "is over", "alerts are over"},
    [ALERT_STALE] = {"alert.stale", "was heard late and set aside", "late messages set aside"},
    [ALERT_HELD] = {"alert.held", "fires and pages nobody", "alerts fire and page nobody"},
};

static struct news *news_of(struct turn *turn, struct incident_record *incident)
{
    turn_note(turn, incident);
    if (!incident->news)
        incident->news = heap_alloc(sizeof *incident->news);
    return incident->news;
}

void news_free(struct incident_record *incident)
{
    for (enum alert_change change = 0; incident->news && change < N_ALERT_CHANGES; change++)
        free(incident->news->of[change].named);
    free(incident->news);
    incident->news = NULL;
}

void news_opened(struct turn *turn, struct incident_record *incident)
{
    news_of(turn, incident)->opened = true;
}

bool news_opens(const struct incident_record *incident)
{
    return incident->news && incident->news->opened;
}

size_t news_count(const struct incident_record *incident, enum alert_change change)
{
    return incident->news ? incident->news->of[change].n : 0;
}

void news_add(struct turn *turn, struct incident_record *incident, const struct alert_record *record,
              const struct alert *alert, enum alert_change change, const char *how)
{
    struct news *news = news_of(turn, incident);
    bool apart = record->held & HELD_APART; /* it is explained by the incident, and no alert of it */
    incident->fired |= change == ALERT_FIRED || (change == ALERT_HELD && !apart);
    incident->ended |= change == ALERT_RESOLVED;
    news->of[change].n++;
    if (news->of[change].n_named == NAMED_ALERTS)
        return;
    if (!news->of[change].named)
        news->of[change].named = heap_alloc(NAMED_ALERTS * sizeof(struct named));
    struct alert view;
    if (!alert) {
        alert_record_view(record, turn->arena, &view);
        alert = &view;
    }
    struct named *named = &news->of[change].named[news->of[change].n_named++];
    *named = (struct named){
        .how = how,
        .source = alert_source(&turn->engine->alerts, record),
        .fingerprint = alert_fingerprint(alert->labels, alert->n_labels),
        .starts_us = record->starts_us,
    };
    snprintf(named->name, sizeof named->name, "%s", text_head(turn->arena, alert_name(alert), NAME_BYTES));
}

static const char *summary_of(struct arena *arena, const struct news *news, enum alert_change change)
{
    const struct named *first = news->of[change].named, *end = first + news->of[change].n_named;
    size_t n = news->of[change].n;
    if (n == 1)
        return arena_printf(arena, "%s %s%s%s", first->name, words[change].one, *first->how ? ": " : "",
                            first->how);
    const char *names = "";
    size_t n_names = 0, n_covered = 0;
    for (const struct named *named = first; named < end; named++) {
        bool said = false;
        for (const struct named *other = first; other < named && !said; other++)
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
    for (size_t i = 0; i < news->of[change].n_named; i++) {
        const struct named *named = &news->of[change].named[i];
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
    const char *source = news->of[change].named[0].source;
    event_end(turn, incident->incident.number, arena_printf(turn->arena, "source:%s", source),
              words[change].kind, "%s", summary_of(turn->arena, news, change));
}

static void watch(struct turn *turn, struct incident_record *record)
{
    record->incident.monitoring_us = turn->now_us;
    incident_move(turn, record, INCIDENT_MONITORING);
    event_begin(turn);
    event_end(turn, record->incident.number, NULL, "incident.monitoring",
              "All alerts are over; resolved if it stays so for %s",
              duration_text(turn->arena, hold_down_s(turn->engine, record) * US_PER_S));
    flapping_swing(turn, record, false);
    incident_changed(turn, record, CHANGE_STATE);
}

static void burn_again(struct turn *turn, struct incident_record *record)
{
    bool known = record->incident.acknowledged_us != 0;
    incident_move(turn, record, known ? INCIDENT_ACKNOWLEDGED : INCIDENT_TRIGGERED);
    event_begin(turn);
    event_end(turn, record->incident.number, NULL, "incident.refired", "It burns again after %s, and is %s",
              duration_text(turn->arena, turn->now_us - record->incident.monitoring_us),
              incident_state_name(record->incident.state));
    record->incident.monitoring_us = 0;
    bool begins = flapping_swing(turn, record, true);
    incident_changed(turn, record, CHANGE_STATE);
    if (incident_wants_people(record)) {
        if (begins)
            escalate(turn, record, flapping_text(turn, record));
        else
            escalate_resume(turn, record);
    }
    diagnose(turn, record);
}

/* Does what alerts did in this turn, or what is not yet settled, move it? */
static bool moves(const struct incident_record *record)
{
    bool firing = record->incident.n_firing > 0;
    if (!incident_is_open(record))
        return false;
    if (record->incident.state != INCIDENT_MONITORING)
        return !firing && record->ended;
    return firing ? record->fired : !due_is_set(&record->hold_down);
}

void incident_follow(struct turn *turn, struct incident_record *record)
{
    if (!moves(record))
        return;
    if (record->incident.state != INCIDENT_MONITORING)
        watch(turn, record);
    else if (record->incident.n_firing > 0)
        burn_again(turn, record);
    else
        incident_changed(turn, record, CHANGE_ALERTS);
}

void news_tell(struct turn *turn, struct incident_record *record)
{
    if (!record->news)
        return;
    for (enum alert_change change = 0; change < N_ALERT_CHANGES; change++)
        if (record->news->of[change].n)
            say(turn, record, change);
    due_clear(&turn->engine->due, &record->tell);
    news_free(record);
    turn_touch(turn, record);
}

static bool may_tell_at_once(const struct turn *turn, struct incident_record *record)
{
    if (turn->now_us - record->told_since_us >= GATHER_US) {
        record->told_since_us = turn->now_us;
        record->n_told = 0;
    }
    return record->n_told++ < TOLD_AT_ONCE;
}

void news_settle(struct turn *turn, struct incident_record *record)
{
    if (!record->news)
        return;
    bool opened = record->news->opened, moved = moves(record);
    if (!opened && !moved && !may_tell_at_once(turn, record)) {
        int64_t due_us = record->told_since_us + GATHER_US;
        if (!due_is_set(&record->tell))
            due_set(&turn->engine->due, &record->tell, due_us + TOGETHER_US - due_us % TOGETHER_US);
        record->fired = record->ended = false;
        return;
    }
    news_tell(turn, record);
    incident_follow(turn, record);
    record->fired = record->ended = false;
    if (opened && record->incident.state == INCIDENT_TRIGGERED) {
        escalate(turn, record, record->released_why);
        record->released_why = NULL;
        safety_opened(turn, record);
        chain_say_unfilled(turn, record);
        checklist_plan(turn, record);
        diagnose(turn, record);
        incident_changed(turn, record, CHANGE_OPENED);
    }
}

void due_news(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, tell);
    news_tell(turn, record);
    record->told_since_us = turn->now_us;
    record->n_told = TOLD_AT_ONCE; /* while the storm lasts, once in that time */
}
