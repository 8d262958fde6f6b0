/* What must hold at every moment, whatever happens. */
#include <stdlib.h>
#include <string.h>

#include "simulation.h"

#define LONGEST_WAIT   (61 * MINUTE) /* the slowest level of the runbook that is paged again */
#define SHORTEST_LEASE (15 * MINUTE)
#define REACHED_BY     (4 * HOUR) /* by then Ben's turn has come in every chain */

static const char catch_all[] = "Nobody of the escalation chain can be reached";

/* ---- before the commit: decision by decision ---- */

/* The rules of who has an incident, told once more and apart from the engine. */

static bool is_quiet(const struct incident *incident)
{
    return incident->state == INCIDENT_MONITORING && incident->n_firing == 0;
}

static bool has_owner(const struct incident *incident)
{
    return incident->acknowledged_us && incident->lease_lapses < 2;
}

/* Somebody or something says that it pages nobody, for a while; the worst level is not hidden in a storm. */
static bool is_hidden(const struct incident *incident)
{
    bool worst = incident->severity_rank == 1 || incident->patient_safety;
    return incident->muted_until_us || (incident->storm && !worst);
}

static bool is_storm(const struct incident *incident)
{
    return strncmp(incident->trouble, "\nstorm\n", 7) == 0;
}

static bool wants_people(const struct incident *incident)
{
    return !is_hidden(incident) && incident->state < INCIDENT_RESOLVED && !is_quiet(incident) &&
           !has_owner(incident);
}

static bool may_be_paged(const struct incident *incident)
{
    return incident->state < INCIDENT_RESOLVED &&
           (!incident->acknowledged_us || incident->lease_lapses > 0 || incident->pages_owed);
}

static bool is_due(const struct sim *sim, enum timer_kind kind, int64_t subject)
{
    const struct timer *timer = model_timer(&sim->model, kind, subject);
    return timer && timer->due_us <= sim->now_us;
}

/* An acknowledgement lapses when its time is up, and never after less than the shortest lease of silence. */
static void check_lapse(struct sim *sim, const struct incident *before)
{
    sim->count.lapses++;
    sim_case(sim, CASE_LAPSED);
    sim_mark(sim, sim->silent, before->number);
    if (!is_due(sim, TIMER_LEASE, before->number))
        sim_fail(sim, "the lease of incident %lld lapses early", (long long)before->number);
    bool is_past = before->progress_us <= sim->now_us; /* the clock may have been set back */
    if (is_past && before->progress_us + SHORTEST_LEASE > sim->now_us)
        sim_fail(sim, "the lease of incident %lld lapses, although somebody has just moved it on",
                 (long long)before->number);
}

static void count_cases(struct sim *sim, const struct incident *before, const struct incident *after)
{
    bool over = before->state < INCIDENT_RESOLVED && after->state >= INCIDENT_RESOLVED;
    const bool came[N_CASES] = {
        [CASE_CHAIN_STOPPED] = !before->acknowledged_us && after->acknowledged_us &&
                               model_timer(&sim->model, TIMER_ESCALATE, after->number),
        [CASE_FORCED] = over && after->n_firing > 0,
        [CASE_REOPENED] = after->n_reopened > before->n_reopened,
        [CASE_HOLD_DOWN] = !is_quiet(before) && is_quiet(after),
        [CASE_SAFETY] = !before->patient_safety && after->patient_safety,
        [CASE_FLAPPING] = !before->flapping_us && after->flapping_us,
        [CASE_STEADY] = before->flapping_us && !after->flapping_us && !over,
        [CASE_STORM] = !before->storm && after->storm,
        [CASE_MUTED] = !before->muted_until_us && after->muted_until_us,
        [CASE_MUTE_OVER] = over && before->muted_until_us,
    };
    for (int i = 0; i < N_CASES; i++)
        if (came[i])
            sim_case(sim, (enum simulation_case)i);
}

static void check_incident(struct sim *sim, const struct input *input, const struct incident *incident)
{
    const struct incident *before = model_incident(&sim->model, incident->number);
    long long number = incident->number;
    if (!before && incident->state >= INCIDENT_RESOLVED && incident->number <= sim->opened)
        return; /* over for more than a day: the model has dropped it, the engine not yet */
    if (!before) {
        if (incident->number != ++sim->opened)
            sim_fail(sim, "incident %lld opens after %lld", number, (long long)sim->opened - 1);
        sim->count.incidents++;
        return;
    }
    count_cases(sim, before, incident);
    check_flap(sim, input, before, incident);
    if (before->state != incident->state && !incident_may_move(before->state, incident->state) &&
        !(input && input->kind == INPUT_ALERTS))
        sim_fail(sim, "incident %lld went from %s to %s", number, incident_state_name(before->state),
                 incident_state_name(incident->state));
    if (incident->state == INCIDENT_RESOLVED && incident->n_firing > 0)
        map_put(sim->forced, &incident->number, sizeof incident->number, sim);
    if (before->state < INCIDENT_RESOLVED && incident->state == INCIDENT_RESOLVED && input &&
        input->kind == INPUT_RESOLVE && !input->force && model_open_checks(&sim->model, number) > 0)
        sim_fail(sim, "incident %lld is resolved, and not everything is verified", number);
    if (incident->state >= INCIDENT_RESOLVED && incident->muted_until_us)
        sim_fail(sim, "incident %lld is %s, and is still muted", number,
                 incident_state_name(incident->state));
    if (is_hidden(before) && !is_hidden(incident))
        sim_mark(sim, sim->shown, incident->number);
    bool reopened = incident->n_reopened > before->n_reopened;
    if (reopened) {
        sim->count.reopened++;
        map_remove(sim->forced, &incident->number, sizeof incident->number);
        if ((!input || input->kind != INPUT_STATE) && !sim->full) /* or it may never have been opened again */
            map_remove(sim->by_hand, &incident->number, sizeof incident->number);
    }
    if (before->state == INCIDENT_RESOLVED && incident->state < INCIDENT_RESOLVED && !reopened)
        sim_fail(sim, "incident %lld is open again and does not say so", number);
    if (!reopened && before->acknowledged_us && incident->acknowledged_us != before->acknowledged_us)
        sim_fail(sim, "incident %lld lost its acknowledgement", number);
    bool by_person = input && input->kind == INPUT_SEVERITY;
    if (!by_person && before->severity_rank && incident->severity_rank > before->severity_rank)
        sim_fail(sim, "incident %lld became less severe by itself", number);
    if (!by_person && before->severity_rank && incident->severity_rank < before->severity_rank)
        sim_case(sim, CASE_RAISED);
    if (incident->lease_lapses > before->lease_lapses)
        check_lapse(sim, before);
    if (incident->n_firing < 0 || incident->n_firing > incident->n_alerts)
        sim_fail(sim, "incident %lld counts %lld alerts firing of %lld", number,
                 (long long)incident->n_firing, (long long)incident->n_alerts);
}

static bool is_raised(const struct decisions *decisions, const struct incident *before)
{
    list_each (d, &decisions->list)
        if (d->kind == DECISION_INCIDENT && d->incident.number == before->number &&
            d->incident.severity_rank &&
            (!before->severity_rank || d->incident.severity_rank < before->severity_rank))
            return true;
    return false;
}

/* A page of it is given up in this turn, or was for somebody who has left: the next of the chain need not
 * wait. */
static bool is_given_up(const struct sim *sim, const struct decisions *decisions, int64_t incident)
{
    list_each (d, &decisions->list)
        if (d->kind == DECISION_DELIVERY && d->delivery.incident == incident &&
            (d->delivery.state == DELIVERY_DEAD ||
             (d->delivery.state == DELIVERY_CANCELLED && !config_person(sim->config, d->delivery.person))))
            return true;
    return false;
}

static void check_delivery(struct sim *sim, const struct input *input, const struct decisions *decisions,
                           const struct delivery *delivery)
{
    const struct delivery *before = model_delivery(&sim->model, delivery->id);
    if (!before && delivery->id <= sim->model.last_delivery)
        sim_fail(sim, "delivery %lld was given away twice", (long long)delivery->id);
    if (before && strcmp(before->key, delivery->key) != 0)
        sim_fail(sim, "delivery %lld changed its key", (long long)delivery->id);
    if (before && before->state >= DELIVERY_SENT && before->state != DELIVERY_BUNDLED &&
        delivery->state != DELIVERY_SENT)
        sim_fail(sim, "delivery %lld was over, and is %s", (long long)delivery->id,
                 delivery_state_name(delivery->state));
    if (before && before->state == DELIVERY_RETRY && delivery->state == DELIVERY_CANCELLED)
        sim_case(sim, CASE_PAGE_DROPPED);
    if (!before && strncmp(delivery->why, catch_all, sizeof catch_all - 1) == 0)
        sim_case(sim, CASE_CATCH_ALL);
    if (delivery->state != DELIVERY_DUE || !input || input->kind != INPUT_TIMER)
        return;
    if (before)
        sim_case(sim, CASE_RETRIED);
    else if (is_due(sim, TIMER_ESCALATE, delivery->incident))
        sim_case(sim, CASE_ESCALATED);
    if (before && !is_due(sim, TIMER_DELIVERY_RETRY, delivery->id))
        sim_fail(sim, "delivery %lld is tried again early", (long long)delivery->id);
    const struct incident *was = model_incident(&sim->model, delivery->incident);
    /* Who starts from a ledger that lacks the last hours does again what was done in them. */
    int64_t since_us, again_us = sim->now_us == sim->process_us ? sim->unkept_us : 0;
    if (!before && was && !delivery->notice && sim->now_us != sim->learned_us &&
        !model_clock_fires(&sim->model, delivery->incident, sim->now_us) && !delivery->digest &&
        !is_hidden(was) && !was->storm && !is_raised(decisions, was) &&
        !is_given_up(sim, decisions, was->number) && !is_due(sim, TIMER_ESCALATE, delivery->incident) &&
        !is_due(sim, TIMER_LEASE, delivery->incident) &&
        held_incident(sim, delivery->incident, &since_us) == HOLD_NONE &&
        since_us + HOUR + again_us < sim->now_us)
        sim_fail(sim, "incident %lld is escalated early", (long long)delivery->incident);
}

/* A way that is dead gives over to the next one in the same turn. */
static void check_dead(struct sim *sim, const struct delivery *dead, const struct decisions *decisions)
{
    const struct person *person = config_person(sim->config, dead->person);
    const struct incident *incident = model_incident(&sim->model, dead->incident);
    int64_t since_us;
    if (dead->digest) /* its digest is asked the same */
        return;
    if (!person || (size_t)dead->way + 1 >= person->contacts.n || dead->attempts > 3)
        return; /* or she has left */
    if (!dead->notice &&
        (!may_be_paged(incident) || held_incident(sim, dead->incident, &since_us) != HOLD_NONE))
        return;
    list_each (d, &decisions->list)
        if (d->kind == DECISION_DELIVERY && d->delivery.way == dead->way + 1 &&
            strcmp(d->delivery.person, dead->person) == 0) {
            sim_case(sim, CASE_NEXT_WAY);
            return;
        }
    sim_fail(sim, "delivery %lld is dead, and the next way is not tried", (long long)dead->id);
}

/* A timer goes because it is due, because something else took its place, or because nobody needs it. */
static void check_timer(struct sim *sim, const struct decisions *decisions, const struct decision *decision)
{
    const struct timer *before = model_timer(&sim->model, decision->timer.kind, decision->timer.subject);
    for (const struct decision *d = decisions->list.at; d < decision; d++)
        if (d->kind == DECISION_TIMER_SET && d->timer.kind == decision->timer.kind &&
            d->timer.subject == decision->timer.subject)
            before = &d->timer;
    if (decision->kind == DECISION_TIMER_CLEAR && before && before->due_us != decision->timer.due_us)
        sim_fail(sim, "a timer of %lld is cleared that is not the one on record",
                 (long long)decision->timer.subject);
    if (decision->kind == DECISION_TIMER_SET && decision->timer.due_us < sim->now_us)
        sim_fail(sim, "a timer of %lld is set into the past", (long long)decision->timer.subject);
}

static void count_action(struct sim *sim, const struct action_item *after)
{
    size_t position = 0;
    for (const struct action_item *item; (item = map_next(sim->model.actions, &position));)
        if (item->incident == after->incident && item->item == after->item && item->fires_us &&
            item->fires_us <= sim->now_us && item->fires_us != after->fires_us)
            sim_case(sim, CASE_ACTION_DUE);
}

void check_decisions(struct sim *sim, const struct input *input, const struct decisions *decisions)
{
    held_review(sim);
    sim->opened = sim->model.last_incident;
    list_each (d, &decisions->list) {
        if (d->kind == DECISION_EVENT)
            sim_say(sim, "   %s: %s", d->event.kind, d->event.summary);
        else if (d->kind == DECISION_INCIDENT)
            check_incident(sim, input, &d->incident);
        else if (d->kind == DECISION_DELIVERY)
            check_delivery(sim, input, decisions, &d->delivery);
        else if (d->kind == DECISION_CLOCK)
            check_clock(sim, &d->clock);
        else if (d->kind == DECISION_ACTION)
            count_action(sim, &d->action);
        else if (d->kind == DECISION_TIMER_SET || d->kind == DECISION_TIMER_CLEAR)
            check_timer(sim, decisions, d);
        else if (d->kind == DECISION_SILENCE || d->kind == DECISION_SILENCE_FORGET)
            check_silence(sim, d);
        if (d->kind == DECISION_DELIVERY && d->delivery.state == DELIVERY_DEAD)
            check_dead(sim, &d->delivery, decisions);
    }
}

/* ---- after the commit: the whole ---- */

struct counting {
    struct sim *sim;
    struct map *firing; /* incident -> how many alerts, + 1 */
};

static void count_alert(void *context, const struct alert_view *view)
{
    struct counting *counting = context;
    struct sim *sim = counting->sim;
    const char *alertname = label_value(view->alert.labels, view->alert.n_labels, "alertname");
    jobs_see(sim, alertname);
    if (strcmp(alertname, "Watchdog") == 0 || strcmp(alertname, "Heartbeat") == 0)
        return;
    if (view->apart) {
        const char *wrong = held_wrongly_apart(sim, view);
        sim_case(sim, CASE_APART);
        if (wrong)
            sim_fail(sim, "an alert (%s) stands apart, and %s", alertname, wrong);
        return;
    }
    if (map_get(sim->forced, &view->incident, sizeof view->incident))
        return;
    const struct incident *incident = model_incident(&sim->model, view->incident);
    if (!incident)
        sim_fail(sim, "an alert fires and has no incident (%lld)", (long long)view->incident);
    bool watched = incident->state == INCIDENT_MONITORING &&
                   map_get(sim->by_hand, &incident->number, sizeof incident->number);
    if (incident->state >= INCIDENT_MONITORING && !watched)
        sim_fail(sim, "an alert fires although incident %lld is %s", (long long)incident->number,
                 incident_state_name(incident->state));
    uintptr_t n = (uintptr_t)map_get(counting->firing, &view->incident, sizeof view->incident);
    map_put(counting->firing, &view->incident, sizeof view->incident, (void *)(n + 1));
}

/* Nobody is forgotten: an incident that nobody has is paged, will be paged again, and has reached somebody.
 */
static void check_unacknowledged(struct sim *sim, const struct incident *incident)
{
    long long number = incident->number;
    int64_t loud_us;
    if (held_incident(sim, incident->number, &loud_us) != HOLD_NONE)
        return;
    if (incident->next_delivery < 2 && !incident->storm)
        sim_fail(sim, "incident %lld is open and nobody was paged", number);
    const struct timer *timer = model_timer(&sim->model, TIMER_ESCALATE, incident->number);
    bool paged_once = incident->severity_rank == 3;
    if (!timer && (!paged_once || !waves_are_over(sim, incident)))
        sim_fail(sim, "incident %lld has nobody, and nobody will be paged again", number);
    if (timer && timer->due_us > sim->now_us + LONGEST_WAIT)
        sim_fail(sim, "incident %lld waits too long for the next page", number);
    const int64_t *at = map_get(sim->reach, &incident->number, sizeof incident->number);
    int64_t since_us = incident->reopened_us ? incident->reopened_us : incident->opened_us;
    const int64_t *silent = map_get(sim->silent, &incident->number, sizeof incident->number);
    if (incident->acknowledged_us && silent)
        since_us = *silent;
    const int64_t *shown = map_get(sim->shown, &incident->number, sizeof incident->number);
    if (shown && *shown > since_us)
        since_us = *shown;
    if (loud_us > since_us)
        since_us = loud_us; /* it was held until then */
    bool reached = incident->storm || (at && *at >= since_us);
    if (!reached && !paged_once && since_us + REACHED_BY < sim->now_us &&
        sim->process_us + REACHED_BY < sim->now_us)
        sim_fail(sim, "incident %lld has reached nobody in %lld min", number,
                 (long long)((sim->now_us - since_us) / MINUTE));
}

/* Nobody has an incident for ever without a sign of life. Level 3 can wait, and is nobody's clock. */
static void check_lease(struct sim *sim, const struct incident *incident)
{
    const struct timer *timer = model_timer(&sim->model, TIMER_LEASE, incident->number);
    int64_t since_us;
    enum hold hold = held_incident(sim, incident->number, &since_us);
    if (hold == HOLD_MAYBE)
        return;
    bool holds = has_owner(incident) && !is_hidden(incident) && !is_quiet(incident) &&
                 incident->severity_rank != 3 && hold == HOLD_NONE;
    if (holds != (timer != NULL))
        sim_fail(sim, "incident %lld (%s, rank %d, storm %lld, %lld fire, %s) is %s by %s, and %s a lease",
                 (long long)incident->number, incident_state_name(incident->state), incident->severity_rank,
                 (long long)incident->storm, (long long)incident->n_firing,
                 hold == HOLD_HELD ? "all held back" : "loud", holds ? "held" : "not held",
                 incident->acknowledged_by, timer ? "has" : "has not");
    if (timer && (timer->due_us != incident->lease_us || timer->due_us > sim->now_us + LONGEST_WAIT))
        sim_fail(sim, "the lease of incident %lld is due at another time", (long long)incident->number);
}

/* What a storm holds, each open and an incident of its own. */
static int64_t count_members(struct sim *sim, int64_t number)
{
    int64_t n = 0;
    size_t position = 0;
    for (const struct incident *incident; (incident = map_next(sim->model.incidents, &position));)
        n += incident->state < INCIDENT_RESOLVED && incident->storm == number;
    return n;
}

/* A digest that is neither sent nor given up is on its way. */
static bool digest_is_coming(const struct sim *sim, int64_t digest)
{
    size_t position = 0;
    for (const struct delivery *delivery; (delivery = map_next(sim->model.deliveries, &position));)
        if (delivery->digest == digest &&
            (delivery->state == DELIVERY_DUE || delivery->state == DELIVERY_RETRY))
            return true;
    return false;
}

/* A page waits for a digest no longer than the configuration says, and never for one that is not coming. */
static void check_bundled(struct sim *sim)
{
    size_t position = 0;
    for (const struct delivery *delivery; (delivery = map_next(sim->model.deliveries, &position));) {
        if (delivery->state != DELIVERY_BUNDLED)
            continue;
        if (delivery->digest && !digest_is_coming(sim, delivery->digest))
            sim_fail(sim, "page %s is in digest %lld, which is not on its way", delivery->key,
                     (long long)delivery->digest);
        if (delivery->digest)
            continue;
        if (delivery->due_us > delivery->queued_us + sim->config->budget.within_s * SECOND)
            sim_fail(sim, "page %s waits too long for a digest", delivery->key);
        if (delivery->due_us <= sim->now_us && sim->now_us > sim->process_us)
            sim_fail(sim, "page %s has waited, and no digest tells it", delivery->key);
    }
}

static void check_open(struct sim *sim, const struct incident *incident, struct map *firing)
{
    int64_t n = is_storm(incident)
                    ? count_members(sim, incident->number)
                    : (int64_t)(uintptr_t)map_get(firing, &incident->number, sizeof incident->number);
    if (n != incident->n_firing)
        sim_fail(sim, "incident %lld says %lld alerts fire, and %lld do", (long long)incident->number,
                 (long long)incident->n_firing, (long long)n);
    if (wants_people(incident))
        check_unacknowledged(sim, incident);
    bool by_hand = map_get(sim->by_hand, &incident->number, sizeof incident->number);
    if (incident->state != INCIDENT_MONITORING && n == 0 && !by_hand && !is_storm(incident))
        sim_fail(sim, "incident %lld is %s although nothing fires", (long long)incident->number,
                 incident_state_name(incident->state));
    int64_t since_us;
    if (held_incident(sim, incident->number, &since_us) == HOLD_HELD &&
        model_timer(&sim->model, TIMER_ESCALATE, incident->number))
        sim_fail(sim, "all alerts of incident %lld are held back, and it would still be escalated",
                 (long long)incident->number);
    if (has_owner(incident) && !is_quiet(incident) &&
        model_timer(&sim->model, TIMER_ESCALATE, incident->number))
        sim_fail(sim, "somebody has incident %lld, and it would still be escalated",
                 (long long)incident->number);
    const struct timer *timer = model_timer(&sim->model, TIMER_HOLD_DOWN, incident->number);
    if (is_quiet(incident) != (timer != NULL))
        sim_fail(sim, "incident %lld is %s and %s a hold-down", (long long)incident->number,
                 incident_state_name(incident->state), timer ? "has" : "has not");
    check_lease(sim, incident);
    check_flaps(sim, incident);
}

/* What is to be done afterwards is spoken of in its time, and what is under legal hold is known to be. */
static void check_afterwards(struct sim *sim)
{
    bool any = false;
    size_t position = 0;
    for (const struct action_item *item; (item = map_next(sim->model.actions, &position));)
        if (item->state == ACTION_OPEN && item->fires_us && item->fires_us <= sim->now_us)
            sim_fail(sim, "action item %d of incident %lld was due, and nobody was told", item->item,
                     (long long)item->incident);
    position = 0;
    for (const struct incident *incident; (incident = map_next(sim->model.incidents, &position));)
        any |= incident->hold_us != 0;
    if (any != engine_is_on_hold(sim->engine))
        sim_fail(sim, "something %s under legal hold, and the engine does not know", any ? "is" : "is not");
}

static void check_incidents(struct sim *sim, const struct input *input)
{
    struct counting counting = {sim, map_new()};
    held_review(sim);
    engine_each_alert(sim->engine, sim->now_us, count_alert, &counting);
    jobs_check(sim);
    size_t position = 0;
    for (const struct incident *incident; (incident = map_next(sim->model.incidents, &position));) {
        if (!input) /* else those that were changed are looked at */
            check_clocks(sim, incident);
        if (incident->state < INCIDENT_RESOLVED)
            check_open(sim, incident, counting.firing);
    }
    map_free(counting.firing);
}

void check_state(struct sim *sim, const struct input *input)
{
    if (!input || input->kind != INPUT_TIMER) {
        /* An alert whose time is up is not over before its timer has fired. */
        if (engine_next_due_us(sim->engine) > sim->now_us)
            check_incidents(sim, input);
        else
            held_review(sim); /* for the pages that leave now */
        return;
    }
    /* What fired may have called for a review of what is held back, at once. */
    sim->n_timers_now = sim->timers_us == sim->now_us ? sim->n_timers_now + 1 : 1;
    sim->timers_us = sim->now_us;
    if (engine_next_due_us(sim->engine) <= sim->now_us) {
        if (sim->n_timers_now > 3)
            sim_fail(sim, "something is due although the timers have just fired");
        return;
    }
    size_t position = 0;
    for (const struct timer *timer; (timer = map_next(sim->model.timers, &position));)
        if (timer->due_us <= sim->now_us)
            sim_fail(sim, "a timer of %lld was due and did not fire", (long long)timer->subject);
    check_bundled(sim);
    check_clocks_spoke(sim);
    check_afterwards(sim);
    check_incidents(sim, input);
}

void check_under_way(struct sim *sim)
{
    size_t position = 0;
    for (const struct delivery *delivery; (delivery = map_next(sim->model.deliveries, &position));) {
        if (delivery->state == DELIVERY_DUE) {
            const struct page *page = map_get(sim->pages, delivery->key, strlen(delivery->key));
            if (!page || page->process != sim->process)
                sim_fail(sim, "page %s is due, and has not left", delivery->key);
        }
        if (delivery->state == DELIVERY_RETRY &&
            !model_timer(&sim->model, TIMER_DELIVERY_RETRY, delivery->id))
            sim_fail(sim, "page %s is to be tried again, and nothing will", delivery->key);
    }
}

/* ---- what was accepted ---- */

struct looking {
    const struct alert_batch *batch;
    size_t n_found;
};

static void look(void *context, const struct alert_view *view)
{
    struct looking *looking = context;
    for (size_t i = 0; i < looking->batch->n_alerts; i++) {
        const struct alert *alert = &looking->batch->alerts[i];
        if (alert_fingerprint(alert->labels, alert->n_labels) == view->fingerprint)
            looking->n_found++;
    }
}

void check_heard(struct sim *sim, struct trouble *trouble, const struct alert_batch *batch)
{
    struct looking looking = {batch, 0};
    size_t n_stand = 0; /* the program may have been down until after the end that some of them had */
    for (size_t i = 0; i < batch->n_alerts; i++)
        n_stand += !batch->alerts[i].ends_us || batch->alerts[i].ends_us > sim->now_us;
    engine_each_alert(sim->engine, sim->now_us, look, &looking);
    bool all = looking.n_found >= n_stand;
    if (!all && trouble->doubted)
        sim_fail(sim, "%zu alerts were accepted, and %zu stand", n_stand, looking.n_found);
    trouble->doubted = !all;
    if (!all)
        sim_case(sim, CASE_LATE);
}

void check_over(struct sim *sim, const struct alert_batch *batch)
{
    struct looking looking = {batch, 0};
    engine_each_alert(sim->engine, sim->now_us, look, &looking);
    if (looking.n_found)
        sim_fail(sim, "%zu alerts that are over still stand", looking.n_found);
}

/* ---- effects ---- */

void check_page(struct sim *sim, const struct delivery *delivery)
{
    const struct incident *incident = model_incident(&sim->model, delivery->incident);
    const struct page *page = map_get(sim->pages, delivery->key, strlen(delivery->key));
    if (!delivery->digest && !delivery->notice && (!incident || !may_be_paged(incident)))
        sim_fail(sim, "%s is paged for incident %lld, which somebody has", delivery->person,
                 (long long)delivery->incident);
    int64_t since_us;
    bool by_person = strncmp(delivery->why, "Patients may be harmed", 22) == 0; /* no alert says so */
    if (held_incident(sim, delivery->incident, &since_us) == HOLD_HELD && !by_person && !delivery->digest &&
        !delivery->notice)
        sim_fail(sim, "%s is paged for incident %lld, all alerts of which are held back", delivery->person,
                 (long long)delivery->incident);
    if (page && page->told_sent)
        sim_fail(sim, "page %s was sent, and is sent again", delivery->key);
    if (page && !page->failed && page->process == sim->process)
        sim_fail(sim, "page %s is sent twice without a reason", delivery->key);
}
