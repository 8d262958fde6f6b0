/* Which alerts are held back, and what follows for the incidents that they belong to. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

enum { REVIEW_AT_MOST_EVERY_S = 1, NAMED_ALERTS = 20, NAME_BYTES = 80, HIDING_ASKED = 1 };

static unsigned hidden_by(const struct engine *engine, const struct alert_record *record, unsigned kinds)
{
    const struct silence_record *silence;
    unsigned held = 0;
    if (silences_of(engine, SILENCES_PLAIN | kinds, record, &silence, HIDING_ASKED))
        held |= HELD_SILENCED;
    if (silences_of(engine, SILENCES_MAINTENANCE | kinds, record, &silence, HIDING_ASKED))
        held |= HELD_MAINTENANCE;
    return held;
}

/* Asked once, when it fires: from then on its incident is of the worst level. */
unsigned hold_spare_worst(struct turn *turn, const struct alert_record *record, const struct alert *alert,
                          const struct incident_record *own, unsigned held)
{
    const unsigned by_silences = HELD_SILENCED | HELD_MAINTENANCE;
    if (!(held & by_silences) || (own && incident_is_worst(own)))
        return held;
    unsigned narrow = hidden_by(turn->engine, record, SILENCES_NOT_WIDE);
    if (narrow == (held & by_silences))
        return held;
    const struct finding *finding = trouble_find(turn->arena, turn->engine, alert);
    bool worst = finding->severity.rank == 1 || safety_is_named(turn, finding->best.procedure, alert);
    return worst ? (held & ~by_silences) | narrow : held;
}

unsigned hold_find(struct engine *engine, const struct alert_record *record,
                   const struct incident_record *own, int64_t *ret_dependency)
{
    uint64_t inhibitor;
    unsigned held = hidden_by(engine, record, own && incident_is_worst(own) ? SILENCES_NOT_WIDE : 0);
    if (inhibitors_of(engine, record, &inhibitor, HIDING_ASKED))
        held |= HELD_INHIBITED;
    *ret_dependency = dependency_of(engine, record, own);
    return held | (*ret_dependency ? HELD_DEPENDS : 0);
}

static bool alerts_are_held(const struct incident_record *record)
{
    return record->n_held > 0 && record->n_held >= record->incident.n_firing;
}

bool incident_is_held(const struct incident_record *record)
{
    return incident_is_open(record) &&
           (alerts_are_held(record) || record->incident.muted_until_us > 0 || storm_pages_for(record));
}

/* ---- alerts that no incident counts ---- */

struct held_news {
    size_t n;
    LIST(const char *) names;
    unsigned reasons;
};

static const char *reason_text(unsigned held)
{
    return held & HELD_SILENCED    ? "a silence hides it"
           : held & HELD_INHIBITED ? "another alert that fires inhibits it"
                                   : "what its service depends on has an incident";
}

void hold_apart(struct turn *turn, struct alert_record *record, unsigned held, int64_t dependency)
{
    record->held = (uint8_t)(held | HELD_APART);
    record->incident = dependency;
    struct incident_record *incident = dependency ? incident_find(turn->engine, dependency) : NULL;
    if (incident) {
        news_add(turn, incident, record, NULL, ALERT_HELD, reason_text(held));
        return;
    }
    if (!turn->held_news)
        turn->held_news = arena_alloc(turn->arena, sizeof *turn->held_news);
    turn->held_news->n++;
    turn->held_news->reasons |= held;
    if (turn->held_news->names.n < NAMED_ALERTS)
        *list_push(turn->arena, &turn->held_news->names) =
            text_head(turn->arena, alert_table_label(&turn->engine->alerts, record, "alertname"), NAME_BYTES);
}

void hold_within(struct incident_record *incident, struct alert_record *record, unsigned held)
{
    record->held = (uint8_t)held;
    incident->n_held++;
    incident->in_maintenance |= held == HELD_MAINTENANCE;
}

void hold_settle(struct turn *turn)
{
    const struct held_news *news = turn->held_news;
    if (!news)
        return;
    turn->held_news = NULL;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "n", (int64_t)news->n);
    jw_name(body, "alerts");
    jw_begin_array(body);
    list_each (name, &news->names)
        jw_string(body, *name);
    jw_end_array(body);
    event_end(turn, 0, NULL, "alert.held", "%zu %s recorded without paging (%s%s): %s", news->n,
              news->n == 1 ? "alert" : "alerts", reason_text(news->reasons),
              news->reasons & (news->reasons - 1) ? ", or another reason" : "", news->names.at[0]);
}

bool hold_ended(struct turn *turn, struct alert_record *record)
{
    unsigned held = record->held;
    record->held = 0;
    if (held & HELD_APART) {
        record->incident = 0; /* of what it depends on: not its own, should it fire again */
        return true;
    }
    struct incident_record *incident = held ? incident_find(turn->engine, record->incident) : NULL;
    if (incident) {
        incident->n_held--;
        turn_touch(turn, incident);
    }
    return false;
}

/* ---- the review ---- */

void hold_say_why(struct engine *engine, const char *why)
{
    bool first = !engine->released_why;
    free(engine->released_why);
    engine->released_why = heap_strdup(first ? why : "The silences that hid it have ended");
}

static const char *release_text(struct turn *turn, unsigned held, int64_t since_us)
{
    const char *what = held & (HELD_SILENCED | HELD_MAINTENANCE)
                           ? text_or(turn->engine->released_why, "The silence that hid it has ended")
                       : held & HELD_INHIBITED ? "The alert that inhibited it is over"
                                               : "The incident of what its service depends on is over";
    return arena_printf(turn->arena, "%s, and it still fires, since %s", what,
                        time_text(turn->arena, since_us));
}

static void release(struct turn *turn, struct alert_record *record, struct incident_record *own)
{
    unsigned held = record->held;
    record->held = 0;
    turn->released_why = release_text(turn, held, record->starts_us);
    if (held & HELD_APART) {
        record->incident = 0;
        alert_join(turn, record, NULL);
    } else if (own) {
        struct alert alert;
        alert_record_view(record, turn->arena, &alert);
        own->n_held--;
        own->released_why = turn->released_why;
        turn_touch(turn, own);
        if (incident_is_open(own))
            alert_weigh(turn, own, record, &alert);
    }
    turn->released_why = NULL;
}

static void review_one(struct turn *turn, struct alert_record *record)
{
    bool apart = record->held & HELD_APART;
    int64_t dependency;
    struct incident_record *own = apart ? NULL : incident_find(turn->engine, record->incident);
    unsigned held = hold_find(turn->engine, record, own, &dependency);
    if (held == (record->held & HELD_REASONS))
        return;
    if (!held || (apart && held == HELD_MAINTENANCE)) {
        release(turn, record, own);
    } else if (apart) {
        record->held = (uint8_t)(held | HELD_APART);
    } else {
        if (own && !record->held) {
            own->n_held++;
            own->in_maintenance |= held == HELD_MAINTENANCE;
            turn_touch(turn, own);
        }
        record->held = own ? (uint8_t)held : 0;
    }
}

static bool nothing_holds(const struct engine *engine)
{
    return !engine->silences.n_active && !engine->inhibition.n_rules && !engine->dependencies.any;
}

static void review(struct turn *turn)
{
    struct engine *engine = turn->engine;
    due_clear(&engine->due, &engine->review);
    engine->reviewed_us = turn->now_us;
    if (engine->inhibition.nameless)
        inhibition_rebuild(engine);
    bool only_held = nothing_holds(engine);
    for (uint32_t i = 0; i < engine->alerts.n; i++) {
        struct alert_record *record = engine->alerts.records[i];
        if (record->firing && record->role == ALERT_ORDINARY && (!only_held || record->held))
            review_one(turn, record);
    }
    free(engine->released_why);
    engine->released_why = NULL;
}

void hold_review_soon(struct engine *engine)
{
    int64_t at_us = time_after_s(engine->reviewed_us, REVIEW_AT_MOST_EVERY_S);
    if (!due_is_set(&engine->review))
        due_set(&engine->due, &engine->review, at_us > engine->now_us ? at_us : engine->now_us);
}

void hold_review_wanted(struct turn *turn)
{
    if (!turn->review_wanted)
        return;
    turn->review_wanted = false;
    if (turn->now_us >= time_after_s(turn->engine->reviewed_us, REVIEW_AT_MOST_EVERY_S))
        review(turn);
    else
        hold_review_soon(turn->engine);
}

void due_review(struct turn *turn, struct due *due)
{
    (void)due;
    review(turn);
}

/* ---- quiet incidents ---- */

static void fall_silent(struct turn *turn, struct incident_record *record)
{
    const char *why = record->incident.muted_until_us ? "it is muted"
                      : storm_pages_for(record)       ? "its storm is paged for"
                                                      : NULL;
    if (!why) { /* the others have an event of their own */
        event_begin(turn);
        event_end(turn, record->incident.number, NULL, "incident.silenced",
                  "%s: nobody is paged while that lasts",
                  record->in_maintenance ? "It is in a maintenance window" : "All its alerts are held back");
    }
    escalate_stop(turn, record, text_or(why, "all its alerts are held back"));
    if (!incident_has_owner(record))
        record->incident.escalation_step = 0; /* when it is loud again it is a new trouble */
    turn_touch(turn, record);
}

void incident_hush(struct turn *turn, struct incident_record *record)
{
    bool held = incident_is_held(record), let_go = record->released_why != NULL;
    const char *why = text_or(record->released_why, "An alert that nothing holds back fires");
    record->released_why = NULL;
    if (held == record->hushed)
        return;
    record->hushed = held;
    dependency_changed(turn->engine, record->incident.service);
    incident_changed(turn, record, CHANGE_ALERTS);
    if (held) {
        fall_silent(turn, record);
        return;
    }
    record->in_maintenance = false;
    /* Somebody may have opened it again although no alert fires. */
    bool burns = record->incident.n_firing > 0 || (let_go && incident_wants_people(record));
    if (!burns || !incident_is_open(record))
        return;
    event_begin(turn);
    event_end(turn, record->incident.number, NULL, "incident.unsilenced", "%s", why);
    if (incident_wants_people(record) && record->incident.escalation_step == 0)
        escalate(turn, record, why);
}
