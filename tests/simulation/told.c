/* Who must be told: an update that is due reminds whoever speaks for the incident, and one that is overdue
 * whoever leads it; a page that waits for a digest is told, or is not needed any more. */
#include <string.h>

#include "simulation.h"

static const struct incident *after_of(const struct sim *sim, const struct decisions *decisions,
                                       int64_t incident)
{
    const struct incident *after = model_incident(&sim->model, incident);
    list_each (d, &decisions->list)
        if (d->kind == DECISION_INCIDENT && d->incident.number == incident)
            after = &d->incident;
    return after;
}

static bool is_hushed(struct sim *sim, const struct incident *incident)
{
    int64_t since_us;
    return incident->state >= INCIDENT_RESOLVED || incident->muted_until_us || incident->storm ||
           held_incident(sim, incident->number, &since_us) != HOLD_NONE;
}

static bool is_waiting(const struct delivery *delivery, int64_t incident, const char *person)
{
    return delivery->incident == incident && strcmp(delivery->person, person) == 0 &&
           (delivery->state == DELIVERY_DUE || delivery->state == DELIVERY_BUNDLED);
}

/* By a page of now, or by one that is on its way. */
static bool is_told(const struct sim *sim, const struct decisions *decisions, int64_t incident,
                    const char *person)
{
    size_t position = 0;
    list_each (d, &decisions->list)
        if (d->kind == DECISION_DELIVERY && is_waiting(&d->delivery, incident, person))
            return true;
    for (const struct delivery *delivery; (delivery = map_next(sim->model.deliveries, &position));)
        if (is_waiting(delivery, incident, person))
            return true;
    return false;
}

static void holders(struct arena *arena, const struct sim *sim, int64_t incident, const char *role,
                    struct strings *people)
{
    size_t position = 0;
    for (const struct role_holder *holder; (holder = map_next(sim->model.roles, &position));)
        if (holder->incident == incident && !holder->until_us && strcmp(holder->role, role) == 0 &&
            config_person(sim->config, holder->person)) /* who has left is nobody */
            strings_add(arena, people, holder->person);
}

static void leaders(struct arena *arena, const struct sim *sim, const struct incident *incident,
                    struct strings *people)
{
    holders(arena, sim, incident->number, "commander", people);
    const char *by = incident->acknowledged_us ? incident->acknowledged_by : "";
    if (people->n == 0 && strncmp(by, "person:", 7) == 0 && config_person(sim->config, by + 7))
        strings_add(arena, people, by + 7);
}

/* The first time it speaks it is due, the second time it is overdue, and so on. */
static void check_reminder(struct sim *sim, const struct decisions *decisions,
                           const struct runbook_clock *clock)
{
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_clock *before = model_clock(&sim->model, clock->incident, clock->number);
    const struct incident *was = model_incident(&sim->model, clock->incident);
    const struct incident *incident = after_of(sim, decisions, clock->incident);
    struct strings people = {0};
    if (!before || before->since_us != clock->since_us || clock->said != before->said + 1 || !was ||
        is_hushed(sim, was) || is_hushed(sim, incident))
        return;
    if (clock->said % 2 == 1)
        holders(arena, sim, clock->incident, "communications-lead", &people);
    if (people.n == 0)
        leaders(arena, sim, incident, &people);
    sim->count.reminders += people.n > 0;
    if (people.n > 0)
        sim_case(sim, CASE_REMINDED);
    list_each (person, &people)
        if (!is_told(sim, decisions, clock->incident, *person))
            sim_fail(sim, "an update of incident %lld is %s, and %s is not reminded",
                     (long long)clock->incident, clock->said % 2 == 1 ? "due" : "overdue", *person);
}

/* Whoever has an incident hears that it got worse, but for who said so. */
static void check_raise(struct sim *sim, const struct input *input, const struct decisions *decisions,
                        const struct incident *after)
{
    const struct incident *before = model_incident(&sim->model, after->number);
    const char *by = after->acknowledged_us ? after->acknowledged_by : "";
    bool worse = before && before->severity_rank && after->severity_rank < before->severity_rank;
    const struct person *holder =
        worse && strncmp(by, "person:", 7) == 0 ? config_person(sim->config, by + 7) : NULL;
    if (!holder || after->lease_lapses > 0 || is_hushed(sim, before) || is_hushed(sim, after) ||
        (after->state == INCIDENT_MONITORING && after->n_firing == 0) ||
        (input && input->actor && strcmp(input->actor, by) == 0))
        return;
    sim_case(sim, CASE_RAISE_TOLD);
    if (!is_told(sim, decisions, after->number, holder->id))
        sim_fail(sim, "incident %lld is %s instead of %s, and %s, who has it, does not hear of it",
                 (long long)after->number, after->severity, before->severity, by);
}

/* What a silence of this very turn holds back is not known to be held yet. */
static bool makes_silence(const struct decisions *decisions)
{
    list_each (d, &decisions->list)
        if (d->kind == DECISION_SILENCE)
            return true;
    return false;
}

/* Something that opens in this very turn holds it back: an incident of what its service depends on. That it
 * does so rightly is held.c's to see. */
static bool is_silenced_now(const struct decisions *decisions, int64_t incident)
{
    list_each (d, &decisions->list)
        if (d->kind == DECISION_EVENT && d->event.incident == incident &&
            strcmp(d->event.kind, "incident.silenced") == 0)
            return true;
    return false;
}

/* It waited for a digest, and does not any more without having been told. */
static void check_dropped(struct sim *sim, const struct decisions *decisions, const struct delivery *dropped)
{
    const struct delivery *before = model_delivery(&sim->model, dropped->id);
    const struct incident *incident = after_of(sim, decisions, dropped->incident);
    if (!before || before->state != DELIVERY_BUNDLED || !incident || is_hushed(sim, incident) ||
        (incident->acknowledged_us && incident->lease_lapses == 0) ||
        (incident->state == INCIDENT_MONITORING && incident->n_firing == 0) || makes_silence(decisions) ||
        is_silenced_now(decisions, dropped->incident))
        return;
    list_each (d, &decisions->list)
        if (d->kind == DECISION_DELIVERY && d->delivery.id != dropped->id &&
            is_waiting(&d->delivery, dropped->incident, dropped->person))
            return;
    sim_fail(sim, "page %s waited for a digest, and is dropped although incident %lld wants people",
             dropped->key, (long long)dropped->incident);
}

/* What a digest told is said to be told when the digest is, and not before. */
static void check_bundle(struct sim *sim, const struct decisions *decisions, const struct delivery *told)
{
    const struct delivery *before = model_delivery(&sim->model, told->id);
    if (!before || before->state != DELIVERY_BUNDLED)
        return;
    sim->count.bundled++;
    sim_case(sim, CASE_BUNDLED);
    list_each (d, &decisions->list)
        if (d->kind == DECISION_DELIVERY && d->delivery.id != told->id &&
            d->delivery.digest == before->digest && d->delivery.state == DELIVERY_SENT)
            return;
    sim_fail(sim, "page %s is told, and no digest of it arrived", told->key);
}

static bool has_other_way(const struct sim *sim, const struct channel_proof *failed)
{
    const struct person *person = config_person(sim->config, failed->person);
    if (person)
        list_each (way, &person->contacts) {
            const struct channel_proof *other = model_proof(
                &sim->model, &(struct channel_proof){
                                 .person = person->id, .channel = way->channel, .address = way->address});
            bool itself =
                strcmp(way->channel, failed->channel) == 0 && strcmp(way->address, failed->address) == 0;
            if (!itself && (!other || other->state == PROOF_HOLDS))
                return true;
        }
    return false;
}

/* A way that fails its test is told by another one, and one that held once is not forgotten. */
static void check_proof(struct sim *sim, const struct input *input, const struct decisions *decisions,
                        const struct channel_proof *proof)
{
    const struct channel_proof *before = model_proof(&sim->model, proof);
    if (before && before->held_us > proof->held_us && before->held_us <= sim->now_us)
        sim_fail(sim, "%s of %s held, and that is forgotten", proof->channel, proof->person);
    if (!input || input->kind != INPUT_PROOF_DONE || proof->state != PROOF_FAILED || *proof->notice ||
        !has_other_way(sim, proof))
        return;
    sim_case(sim, CASE_PROOF_FAILED);
    list_each (d, &decisions->list)
        if (d->kind == DECISION_PROOF && d->proof.number && *d->proof.notice)
            return;
    sim_fail(sim, "%s does not reach %s, and no other way tells it", proof->channel, proof->person);
}

void check_told(struct sim *sim, const struct input *input, const struct decisions *decisions)
{
    list_each (d, &decisions->list) {
        if (d->kind == DECISION_PROOF)
            check_proof(sim, input, decisions, &d->proof);
        if (d->kind == DECISION_INCIDENT)
            check_raise(sim, input, decisions, &d->incident);
        if (d->kind == DECISION_CLOCK && d->clock.kind == CLOCK_UPDATE && d->clock.state == CLOCK_OVERDUE)
            check_reminder(sim, decisions, &d->clock);
        if (d->kind == DECISION_DELIVERY && d->delivery.state == DELIVERY_CANCELLED)
            check_dropped(sim, decisions, &d->delivery);
        if (d->kind == DECISION_DELIVERY && d->delivery.state == DELIVERY_SENT)
            check_bundle(sim, decisions, &d->delivery);
    }
}
