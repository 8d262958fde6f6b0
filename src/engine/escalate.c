/* TIMER_ESCALATE: the chain of people, walked until somebody has the incident.
 *
 * The first step is paged at once, each other one after its time. A step that notifies nobody at that hour
 * costs no waiting: the one behind it is paged at its time, and those that follow wait as long after that one
 * as they always do. What the runbook states as a time ("to the CTO after 1 hour") is not taken forward so,
 * for the CTO is not to be woken because the rota has a hole while somebody else knows; but it is when nobody
 * of the round could be reached.
 *
 *   planned   ana +0   rota +5 (nobody)   ben +20   eve +35   cto +60, stated
 *   paged     ana +0                      ben +5    eve +20   cto +60
 *
 * After the last step the chain starts again. When a whole round, or the last step of it, reaches nobody,
 * everybody in the configuration is paged; also when the pages of a round still wait for receivers that fail
 * for the moment, for nobody knows how long that is. */
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"
#include "runbook/idle_words.h"

enum { ROUND_SHORTEST_S = 60, CONDITION_BYTES = 120 };

static const char *level_text(struct turn *turn, const struct incident *incident)
{
    const char *place = place_text(turn->arena, incident->severity_line > 0 ? incident->runbook_file : "",
                                   incident->severity_line);
    return arena_printf(turn->arena, "%s%s%s%s", incident->patient_safety ? "PATIENT SAFETY, " : "",
                        incident->severity, *place ? ", " : "", place);
}

static const char *why_text(struct turn *turn, const struct incident *incident, const char *reason)
{
    const char *level = level_text(turn, incident);
    return reason ? arena_printf(turn->arena, "%s (%s)", reason, level)
                  : arena_printf(turn->arena, "It has just opened (%s)", level);
}

static void page_everyone(struct turn *turn, struct incident_record *record)
{
    bool paged = false;
    if (record->everyone_paged)
        return;
    record->everyone_paged = true;
    const char *why = why_text(turn, &record->incident, "Nobody of the escalation chain can be reached");
    list_each (person, &turn->engine->config->people)
        paged |= page_person(turn, record, person->id, why);
    if (paged || record->unreachable_said)
        return;
    record->unreachable_said = true;
    event_begin(turn);
    event_end(turn, record->incident.number, NULL, "page.unreachable",
              "There is nobody to page: the configuration names no person with a way to be reached");
}

/* Seconds until the moment that the runbook states for the step; 0: it states none, or that is past. */
static int64_t stated_wait_s(const struct incident_record *record, const struct chain_step *step,
                             int64_t now_us)
{
    int64_t since_us = incident_since_us(record);
    if (step->runbook_line == 0 || step->after_s == UNSTATED || since_us > now_us)
        return 0; /* or the clock was set back, and when it opened nobody can tell */
    int64_t at_us = time_after_s(since_us, step->at_s);
    return at_us > now_us ? (at_us - now_us + US_PER_S - 1) / US_PER_S : 0;
}

/* Seconds until the next step, or the next round, is paged; -1: never. */
static int64_t wait_s(const struct engine *engine, const struct incident_record *record, int64_t now_us,
                      bool paged)
{
    scoped_arena struct arena *arena = arena_new();
    struct chain chain;
    incident_chain(arena, engine, record, &chain);
    size_t next = chain.steps.n ? (size_t)record->incident.escalation_step % chain.steps.n : 0;
    int64_t patience = patience_s(engine, record);
    if (next != 0) {
        const struct chain_step *step = &chain.steps.at[next];
        int64_t stated_s = stated_wait_s(record, step, now_us);
        if (step->after_s != UNSTATED)
            return step->after_s > stated_s ? step->after_s : stated_s;
        return patience ? patience : -1;
    }
    if (patience == 0)
        return -1;
    int64_t response_s = record->incident.response_time_s;
    int64_t pause_s = response_s > 0 ? response_s : patience;
    return paged && pause_s > ROUND_SHORTEST_S ? pause_s : ROUND_SHORTEST_S;
}

int64_t escalate_wait_s(const struct engine *engine, const struct incident_record *record, int64_t now_us)
{
    return wait_s(engine, record, now_us, true);
}

static void wait(struct turn *turn, struct incident_record *record, bool paged)
{
    int64_t seconds = wait_s(turn->engine, record, turn->now_us, paged);
    if (seconds >= 0) {
        turn_set_timer(turn, &record->escalate, record->incident.number, time_after_s(turn->now_us, seconds));
        return;
    }
    turn_clear_timer(turn, &record->escalate, record->incident.number); /* of a step that came early */
    event_begin(turn);
    event_end(turn, record->incident.number, NULL, "escalation.ended",
              "%s has no response time: it is paged once and not escalated",
              level_text(turn, &record->incident));
}

/* Why people are paged again: "Nobody has acknowledged it for 5 min". */
static const char *silence_text(struct turn *turn, const struct incident_record *record)
{
    const struct incident *incident = &record->incident;
    bool known = incident->acknowledged_us != 0;
    int64_t since_us = known ? incident->progress_us : incident_since_us(record);
    const char *what = known ? "No resolution progress" : "Nobody has acknowledged it";
    if (since_us > turn->now_us)
        return what; /* the clock was set back, and for how long it is so nobody can tell */
    return arena_printf(turn->arena, "%s for %s", what, duration_text(turn->arena, turn->now_us - since_us));
}

static void say_new_round(struct turn *turn, const struct incident_record *record, size_t n_steps)
{
    int64_t round = record->incident.escalation_step / (int64_t)n_steps + 1;
    jw_pair_int(event_begin(turn), "round", round);
    event_end(turn, record->incident.number, NULL, "incident.unacknowledged",
              "%s: the chain starts again (round %lld)", silence_text(turn, record), (long long)round);
}

/* A rule that asks whether the trouble is over is said as it stands: that nobody has acknowledged it is not
 * why it calls. */
static const char *step_why(struct turn *turn, const struct incident_record *record,
                            const struct chain_step *step, const char *why)
{
    if (!idle_outlasts_answer(step->condition))
        return why;
    const char *condition = text_head(turn->arena, step->condition, CONDITION_BYTES);
    return arena_printf(turn->arena, "\"%s\" (%s): %s", condition,
                        place_text(turn->arena, record->incident.runbook_file, step->runbook_line), why);
}

/* Pages one step; false when it notifies nobody. */
static bool page_step(struct turn *turn, struct incident_record *record, size_t index, const char *why)
{
    struct strings people = {0};
    struct chain chain;
    bool paged = false;
    incident_chain(turn->arena, turn->engine, record, &chain);
    must(index < chain.steps.n);
    why = step_why(turn, record, &chain.steps.at[index], why);
    chain_notified(turn, &chain.steps.at[index].notify, &people);
    list_each (person, &people)
        paged |= page_person(turn, record, *person, why);
    if (paged)
        return true;
    jw_pair_int(event_begin(turn), "step", (int64_t)index + 1);
    event_end(turn, record->incident.number, NULL, "page.nobody",
              "Step %zu of the chain notifies nobody now: it costs no waiting", index + 1);
    return false;
}

void escalate_missed(struct turn *turn, struct incident_record *record, size_t index)
{
    page_step(
        turn, record, index,
        why_text(turn, &record->incident,
                 arena_printf(turn->arena, "%s, and you are on its chain now", silence_text(turn, record))));
}

/* Pages of the round that ends are tried again and again, and none has arrived. One that has just left may,
 * and what a digest or a storm tells is told. */
static bool was_in_vain(const struct incident_record *record)
{
    bool fails = false;
    for (const struct delivery_record *d = record->deliveries; d; d = d->next) {
        const struct delivery *delivery = &d->delivery;
        if (delivery->notice || delivery->state == DELIVERY_CANCELLED)
            continue;
        if (delivery->attempts == 0)
            return false;
        fails = true;
    }
    return fails && !record->round_reached;
}

static bool is_still_to_come(struct turn *turn, const struct incident_record *record, size_t index)
{
    struct chain chain;
    incident_chain(turn->arena, turn->engine, record, &chain);
    return stated_wait_s(record, &chain.steps.at[index], turn->now_us) > 0;
}

/* Pages the next step that reaches somebody. known: somebody of this round is paged already. */
static void go_on(struct turn *turn, struct incident_record *record, const char *reason, bool known)
{
    struct incident *incident = &record->incident;
    if (incident_is_held(record))
        return;
    size_t n_steps = chain_length(turn->engine, record);
    size_t first = n_steps ? (size_t)incident->escalation_step % n_steps : 0, index = first;
    bool whole_round = first == 0, paged = false;
    bool in_vain = whole_round && incident->escalation_step > 0 && was_in_vain(record);
    const char *why = why_text(turn, incident, reason);

    turn_touch(turn, record);
    record->n_reached = 0;
    if (whole_round) {
        record->everyone_paged = record->round_reached = false;
        if (n_steps && incident->escalation_step > 0)
            say_new_round(turn, record, n_steps);
    }
    for (; index < n_steps && !paged; index++) {
        if (index > first && known && !whole_round && is_still_to_come(turn, record, index))
            break;
        paged = page_step(turn, record, index, why);
        incident->escalation_step++;
    }
    chain_keep(turn, record);
    if (in_vain || (whole_round && !paged))
        page_everyone(turn, record);
    wait(turn, record, paged || whole_round);
}

void escalate(struct turn *turn, struct incident_record *record, const char *reason)
{
    go_on(turn, record, reason, true);
}

void due_escalate(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, escalate);
    int64_t due_us = due->at_us;
    turn_clear_timer(turn, due, record->incident.number);
    if (!incident_wants_people(record))
        return;
    bool at_once = !record->incident.acknowledged_us && turn->now_us == incident_since_us(record);
    escalate(turn, record,
             at_once ? NULL
                     : arena_printf(turn->arena, "%s%s", silence_text(turn, record), lateness(turn, due_us)));
}

void escalate_past(struct turn *turn, struct incident_record *record)
{
    if (!incident_wants_people(record) || record->n_reached)
        return;
    for (const struct delivery_record *d = record->deliveries; d; d = d->next)
        if (d->delivery.state != DELIVERY_CANCELLED && !d->delivery.notice)
            return;
    size_t n_steps = chain_length(turn->engine, record);
    if (n_steps && (size_t)record->incident.escalation_step % n_steps != 0)
        go_on(turn, record, "Nobody before in the chain could be reached", false);
    else
        page_everyone(turn, record);
}

void escalate_review(struct turn *turn, struct incident_record *record)
{
    int64_t patience = patience_s(turn->engine, record);
    int64_t at_us = time_after_s(turn->now_us, patience);
    if (!incident_wants_people(record) || record->incident.escalation_step == 0 || !patience)
        return;
    if (!due_is_set(&record->escalate) || record->escalate.at_us > at_us)
        turn_set_timer(turn, &record->escalate, record->incident.number, at_us);
}

static int at_most(int a, size_t b)
{
    return b < (size_t)a ? (int)b : a;
}

static void add_once(struct turn *turn, const char *person, struct strings *people)
{
    list_each (known, people)
        if (strcmp(*known, person) == 0)
            return;
    strings_add(turn->arena, people, person);
}

/* Those of the first steps, and whoever has it; but for who made the change, who knows. */
static bool page_worse(struct turn *turn, struct incident_record *record, size_t n_steps, const char *actor,
                       const char *why)
{
    static const char prefix[] = "person:";
    const size_t n = sizeof prefix - 1;
    const char *holder = incident_has_owner(record) ? record->incident.acknowledged_by : "";
    struct strings people = {0}, of_step;
    bool paged = false;
    for (size_t i = 0; i < n_steps; i++) {
        chain_people(turn, record, i, &of_step);
        list_each (person, &of_step)
            add_once(turn, *person, &people);
    }
    if (strncmp(holder, prefix, n) == 0)
        add_once(turn, arena_strdup(turn->arena, holder + n), &people);
    list_each (person, &people)
        if (strncmp(actor, prefix, n) != 0 || strcmp(actor + n, *person) != 0)
            paged |= page_person_anew(turn, record, *person, why);
    return paged;
}

void escalate_level_changed(struct turn *turn, struct incident_record *record,
                            const struct escalate_change *change)
{
    struct incident *incident = &record->incident;
    size_t n_steps = chain_length(turn->engine, record);
    if (!incident_is_open(record) || (incident->escalation_step == 0 && !incident->acknowledged_us))
        return; /* its first page is still to come */
    incident->escalation_step = at_most(at_most(incident->escalation_step, change->n_steps), n_steps);
    bool wanted = incident_wants_people(record), paged = false;
    if (change->worse && !incident_is_held(record)) {
        const char *why = why_text(
            turn, incident,
            arena_printf(turn->arena, "Severity raised from %s to %s", change->from, incident->severity));
        size_t n_told = incident->escalation_step > 0 ? (size_t)incident->escalation_step : 1;
        while (n_told < n_steps && chain_after_s(turn->engine, record, n_told) == 0)
            n_told++;
        n_told = n_told < n_steps ? n_told : n_steps;
        paged = page_worse(turn, record, n_told, change->actor, why);
        incident->escalation_step = (int)n_told;
        incident->pages_owed |= paged && !wanted;
    }
    chain_keep(turn, record);
    if (!wanted)
        return;
    int64_t seconds = wait_s(turn->engine, record, turn->now_us, true);
    int64_t at_us = time_after_s(turn->now_us, seconds > 0 ? seconds : 0);
    if (seconds < 0 && !change->worse)
        turn_clear_timer(turn, &record->escalate, incident->number);
    else if (seconds >= 0 &&
             (!change->worse || !due_is_set(&record->escalate) || record->escalate.at_us > at_us))
        turn_set_timer(turn, &record->escalate, incident->number, at_us);
}

void escalate_resume(struct turn *turn, struct incident_record *record)
{
    if (due_is_set(&record->escalate))
        return;
    if (record->incident.escalation_step == 0)
        escalate(turn, record, NULL);
    else if (escalate_wait_s(turn->engine, record, turn->now_us) >= 0)
        escalate(turn, record, "It burns again, and nobody has acknowledged it");
}

void escalate_stop(struct turn *turn, struct incident_record *record, const char *why)
{
    turn_clear_timer(turn, &record->escalate, record->incident.number);
    pages_cancel(turn, record, why);
}
