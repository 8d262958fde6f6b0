/* TIMER_LEASE: an acknowledgement is a lease. Whoever took the incident keeps it while somebody moves it on;
 * after silence as long as its level allows the holder is paged again, and after more silence the chain goes
 * on as if nobody had it, until somebody does something.
 *
 * The lease is as long as the level's escalation time when the runbook escalates "if no progress", else as
 * long as an unacknowledged incident would wait; at least 15 minutes, at most a day. A level that is paged
 * once and can wait has no lease, and nothing runs while all alerts are over. */
#include <string.h>

#include "engine/engine_priv.h"

enum {
    LEASE_LEAST_S = 900,
    LEASE_MOST_S = 86400,
    GRACE_LEAST_S = 300, /* for the holder to answer the second page */
    GRACE_MOST_S = 900,
};

static int64_t between(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

bool incident_is_quiet(const struct incident_record *record)
{
    return record->incident.state == INCIDENT_MONITORING && record->incident.n_firing == 0;
}

bool incident_has_owner(const struct incident_record *record)
{
    return record->incident.acknowledged_us != 0 && record->incident.lease_lapses < 2;
}

bool incident_wants_people(const struct incident_record *record)
{
    return incident_is_open(record) && !incident_is_quiet(record) && !incident_is_held(record) &&
           !incident_has_owner(record);
}

int64_t incident_since_us(const struct incident_record *record)
{
    const struct incident *incident = &record->incident;
    return incident->reopened_us ? incident->reopened_us : incident->opened_us;
}

int64_t lease_s(const struct engine *engine, const struct incident_record *record)
{
    int64_t patience = patience_s(engine, record);
    const struct severity *level = incident_level(engine, record);
    if (patience == 0)
        return 0;
    if (level && level->escalate_after_s > 0 && level->escalate_condition &&
        strcasestr(level->escalate_condition, "progress"))
        patience = level->escalate_after_s;
    return between(patience, LEASE_LEAST_S, LEASE_MOST_S);
}

static void set(struct turn *turn, struct incident_record *record, int64_t at_us)
{
    record->incident.lease_us = at_us;
    turn_touch(turn, record);
    turn_set_timer(turn, &record->lease, record->incident.number, at_us);
}

static void clear(struct turn *turn, struct incident_record *record)
{
    if (!record->incident.lease_us && !due_is_set(&record->lease))
        return;
    turn_touch(turn, record);
    record->incident.lease_us = 0;
    turn_clear_timer(turn, &record->lease, record->incident.number);
}

void lease_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    bool holds = incident_is_open(record) && !incident_is_quiet(record) && !incident_is_held(record) &&
                 incident_has_owner(record);
    int64_t length_s = holds ? lease_s(turn->engine, record) : 0;
    int64_t at_us = time_after_s(turn->now_us, length_s);
    if (length_s == 0)
        clear(turn, record);
    else if (what == CHANGE_OWNER || what == CHANGE_PROGRESS || !due_is_set(&record->lease))
        set(turn, record, at_us);
    else if (what == CHANGE_SEVERITY && at_us < record->incident.lease_us)
        set(turn, record, at_us);
}

void incident_progress(struct turn *turn, struct incident_record *record, const char *actor)
{
    struct incident *incident = &record->incident;
    if (incident_is_open(record))
        chat_join(turn, record, actor);
    if (!incident_is_open(record) || !incident->acknowledged_us)
        return;
    int lapses = incident->lease_lapses;
    incident->progress_us = turn->now_us;
    incident->lease_lapses = 0;
    if (lapses > 0) {
        jw_pair(event_begin(turn), "holder", incident->acknowledged_by);
        event_end(turn, incident->number, actor, "lease.renewed", "%s moves it on: nobody else is paged",
                  actor);
        turn_clear_timer(turn, &record->escalate, incident->number);
        if (!incident->pages_owed)
            pages_cancel(turn, record, arena_printf(turn->arena, "%s moves it on", actor));
    }
    incident_changed(turn, record, CHANGE_PROGRESS);
}

static const char *silence_text(struct turn *turn, const struct incident *incident)
{
    return duration_text(turn->arena, turn->now_us - incident->progress_us);
}

/* Pages whoever has it; when that is nobody who can be paged, whoever was paged last. */
static bool page_holder(struct turn *turn, struct incident_record *record, const char *why)
{
    static const char prefix[] = "person:";
    const struct incident *incident = &record->incident;
    if (strncmp(incident->acknowledged_by, prefix, strlen(prefix)) == 0 &&
        page_person(turn, record, incident->acknowledged_by + strlen(prefix), why))
        return true;
    size_t n_steps = chain_length(turn->engine, record);
    if (n_steps == 0 || incident->escalation_step == 0)
        return false;
    struct strings people;
    bool paged = false;
    chain_people(turn, record, (size_t)(incident->escalation_step - 1) % n_steps, &people);
    list_each (person, &people)
        paged |= page_person(turn, record, *person, why);
    return paged;
}

static void say_lapse(struct turn *turn, const struct incident *incident, const char *kind, const char *late,
                      const char *what)
{
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "holder", incident->acknowledged_by);
    jw_pair_int(body, "seconds", (turn->now_us - incident->progress_us) / US_PER_S);
    event_end(turn, incident->number, NULL, kind, "No resolution progress for %s%s: %s, %s",
              silence_text(turn, incident), late, incident->acknowledged_by, what);
}

static bool remind(struct turn *turn, struct incident_record *record, const char *late)
{
    struct incident *incident = &record->incident;
    say_lapse(turn, incident, "lease.lapsed", late, "who has it, is paged again");
    incident->lease_lapses = 1;
    if (!page_holder(turn, record,
                     arena_printf(turn->arena, "You have it, and there is no resolution progress for %s",
                                  silence_text(turn, incident))))
        return false;
    int64_t grace_s = between(lease_s(turn->engine, record) / 2, GRACE_LEAST_S, GRACE_MOST_S);
    set(turn, record, time_after_s(turn->now_us, grace_s));
    return true;
}

void due_lease(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, lease);
    struct incident *incident = &record->incident;
    const char *late = lateness(turn, due->at_us);
    clear(turn, record);
    turn_touch(turn, record);
    if (incident->lease_lapses == 0 && remind(turn, record, late))
        return;
    incident->lease_lapses = 2;
    say_lapse(turn, incident, "lease.escalated", late, "who has it, is silent, and others are paged");
    escalate(turn, record,
             arena_printf(turn->arena, "No resolution progress for %s; %s has it and is silent",
                          silence_text(turn, incident), incident->acknowledged_by));
}
