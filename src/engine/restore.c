/* After a restart: the ledger gives back what was decided, the inbox what was heard; then the two are brought
 * together.
 *
 * Which incident an alert belongs to is not stored: it is found again by its trouble. An alert that would
 * have ended while nobody listened gets one more timeout, for its sender had no chance to repeat it. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

enum { ATTEMPTS_AT_MOST = 3 };

void engine_restore_last(struct engine *engine, int64_t last_incident, int64_t last_delivery, int64_t last_us)
{
    if (last_incident > engine->last_incident)
        engine->last_incident = last_incident;
    if (last_delivery > engine->last_delivery)
        engine->last_delivery = last_delivery;
    engine->listened_us = last_us;
}

void engine_tell_work(struct engine *engine, int64_t *incident)
{
    engine->at_work = incident;
}

void engine_restore_brought_back(struct engine *engine)
{
    engine->brought_back = true;
}

void engine_leave_out(struct engine *engine, int64_t incident)
{
    *list_push(engine->arena, &engine->left_out) = incident;
}

static bool is_left_out(const struct engine *engine, int64_t incident)
{
    list_each (number, &engine->left_out)
        if (*number == incident)
            return true;
    return false;
}

void engine_restore_incident(struct engine *engine, const struct incident *incident)
{
    if (incident_find(engine, incident->number) || is_left_out(engine, incident->number))
        return;
    work_at(engine, incident->number);
    struct incident_record *record = incident_add(engine, incident);
    record->moved_to = (int)incident->state;
    record->round_reached = incident->escalation_step > 0; /* or may have been, before the restart */
    engine->n_on_hold += incident->hold_us != 0;
    if (!incident_is_open(record))
        incident_retire(engine, record);
}

void engine_recall_incident(struct engine *engine, const struct incident *incident)
{
    engine_restore_incident(engine, incident);
    struct incident_record *record = incident_find(engine, incident->number);
    work_at(engine, 0);
    if (!record) /* left out */
        return;
    record->incident.n_firing = 0; /* nobody has counted since it was forgotten */
    for (uint32_t place = 0; place < engine->alerts.n; place++) {
        const struct alert_record *alert = engine->alerts.records[place];
        if (!alert->firing || alert->incident != incident->number)
            continue;
        record->incident.n_firing++;
        record->n_held += alert->held != 0;
    }
}

void engine_restore_delivery(struct engine *engine, const struct delivery *delivery)
{
    struct incident_record *record = incident_find(engine, delivery->incident);
    if (delivery->id > engine->last_delivery)
        engine->last_delivery = delivery->id;
    if (record &&
        (delivery->state == DELIVERY_DUE || delivery->state == DELIVERY_RETRY ||
         delivery->state == DELIVERY_BUNDLED) &&
        !map_get(engine->deliveries, &delivery->id, sizeof delivery->id))
        delivery_add(engine, record, delivery);
}

void engine_restore_step(struct engine *engine, const struct run_step *step)
{
    struct incident_record *record = incident_find(engine, step->incident);
    if (!record)
        return;
    record->steps = heap_resize(record->steps, (record->n_steps + 1) * sizeof *record->steps);
    size_t at = record->n_steps++;
    for (; at > 0 && record->steps[at - 1].position > step->position; at--)
        record->steps[at] = record->steps[at - 1];
    record->steps[at] = *step;
    record->steps[at].output = NULL;
    texts_to_heap(&step_texts, &record->steps[at]);
}

void engine_restore_role(struct engine *engine, const struct role_holder *holder)
{
    struct incident_record *record = incident_find(engine, holder->incident);
    if (record)
        role_add(record, holder);
}

void engine_restore_check(struct engine *engine, const struct check_item *item)
{
    struct incident_record *record = incident_find(engine, item->incident);
    if (record && item->item == (int)record->n_checks + 1)
        check_add(record, item);
}

void engine_restore_clock(struct engine *engine, const struct runbook_clock *clock)
{
    struct incident_record *record = clock->incident ? incident_find(engine, clock->incident) : NULL;
    if (record)
        clocks_add(&record->clocks, clock);
    else if (!clock->incident)
        clocks_add(&engine->recurring, clock);
}

/* Kept aside until engine_restored(): only the ends of alerts are due while the inbox is replayed. */
void engine_restore_timer(struct engine *engine, const struct timer *timer)
{
    if (!engine->restoring)
        engine->restoring = arena_new();
    *list_push(engine->restoring, &engine->restored_timers) = *timer;
}

static void restore_timer(struct engine *engine, const struct timer *timer)
{
    struct incident_record *incident = incident_find(engine, timer->subject);
    struct delivery_record *delivery = map_get(engine->deliveries, &timer->subject, sizeof timer->subject);
    struct due *const timers[N_TIMER_KINDS] = {
        [TIMER_ESCALATE] = incident ? &incident->escalate : NULL,
        [TIMER_HOLD_DOWN] = incident ? &incident->hold_down : NULL,
        [TIMER_LEASE] = incident ? &incident->lease : NULL,
        [TIMER_DELIVERY_RETRY] = delivery ? &delivery->retry : NULL,
    };
    if (timers[timer->kind])
        due_set(&engine->due, timers[timer->kind], timer->due_us);
}

/* Whoever kept them gives them in an order of its own; what is due at the same moment must come in one order.
 */
static int compare_timers(const void *a, const void *b)
{
    const struct timer *x = a, *y = b;
    if (x->due_us != y->due_us)
        return x->due_us < y->due_us ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->subject > y->subject) - (x->subject < y->subject);
}

static void restore_timers(struct engine *engine)
{
    if (engine->restored_timers.n)
        qsort(engine->restored_timers.at, engine->restored_timers.n, sizeof *engine->restored_timers.at,
              compare_timers);
    list_each (timer, &engine->restored_timers)
        restore_timer(engine, timer);
    arena_free(engine->restoring);
    engine->restoring = NULL;
    memset(&engine->restored_timers, 0, sizeof engine->restored_timers);
}

static void ignore_change(void *context, struct alert_record *record, const struct alert *alert,
                          enum alert_change change, const char *how)
{
    (void)context, (void)record, (void)alert, (void)change, (void)how;
}

static struct hearing replay(struct engine *engine, int64_t now_us)
{
    return (struct hearing){engine, now_us, ignore_change, NULL};
}

/* Alerts end as they did while somebody listened. */
static void end_until(struct engine *engine, int64_t until_us)
{
    for (struct due *due; (due = due_first(&engine->due)) && due->at_us <= until_us;) {
        struct hearing hearing = replay(engine, due->at_us);
        must(due->kind == TIMER_ALERT_ENDS);
        alert_due(&hearing, DUE_HOLDER(due, struct alert_record, ends));
    }
}

void engine_restore_alerts(struct engine *engine, const struct alert_batch *batch, int64_t received_us)
{
    struct hearing hearing = replay(engine, received_us);
    end_until(engine, received_us - 1);
    alerts_hear(&hearing, batch);
}

/* The last moment of those that are on record, none of them after most_us. */
static int64_t latest(const struct engine *engine, int64_t most_us)
{
    int64_t latest_us = engine->listened_us <= most_us ? engine->listened_us : 0;
    for (const struct incident_record *record = engine->first; record; record = record->next) {
        const struct incident *incident = &record->incident;
        const int64_t seen_us[] = {incident->opened_us, incident->monitoring_us, incident->progress_us};
        for (size_t i = 0; i < sizeof seen_us / sizeof *seen_us; i++)
            if (seen_us[i] > latest_us && seen_us[i] <= most_us)
                latest_us = seen_us[i];
        for (const struct delivery_record *d = record->deliveries; d; d = d->next)
            if (d->delivery.queued_us > latest_us && d->delivery.queued_us <= most_us)
                latest_us = d->delivery.queued_us;
    }
    return latest_us;
}

/* When the process before was last seen alive. What is dated in the future says nothing: the clock was set
 * back since. */
static void find_listened(struct engine *engine, int64_t now_us)
{
    if (engine->listened_us > now_us)
        engine->listened_us = now_us;
    int64_t latest_us = latest(engine, now_us);
    if (latest_us > engine->listened_us)
        engine->listened_us = latest_us;
}

/* ---- alerts and incidents, brought together ---- */

/* The incident of that trouble that the alert may still belong to: an open one, or one that was resolved by
 * force while alerts fired. */
static struct incident_record *incident_of_firing(const struct engine *engine, const char *trouble)
{
    struct incident_record *record = incident_of_trouble(engine, trouble);
    if (!record || incident_is_open(record))
        return record;
    for (; record; record = record->previous)
        if (record->restored_firing > 0 && strcmp(record->incident.trouble, trouble) == 0)
            return record;
    return NULL;
}

static struct incident_record *incident_again(struct turn *turn, const struct alert *alert,
                                              const char *sender_key)
{
    struct incident_record *incident = kin_find_keyed(turn->engine, sender_key);
    if (incident && (incident_is_open(incident) || incident->restored_firing > 0))
        return incident;
    incident = kin_find(turn->engine, alert);
    if (incident)
        return incident;
    const struct finding *finding = trouble_find(turn->arena, turn->engine, alert);
    incident = incident_of_firing(turn->engine, finding->trouble);
    if (incident)
        return incident;
    /* The runbooks may have changed meanwhile, and the trouble its name: the same alert of the same service
     * still belongs to the incident that it opened. */
    const char *title = trouble_title(turn->arena, finding);
    for (incident = turn->engine->first; incident; incident = incident->next)
        if (incident_is_open(incident) && strcmp(incident->incident.title, title) == 0)
            return incident;
    return NULL;
}

static void restore_alert(struct turn *turn, struct alert_record *record)
{
    struct engine *engine = turn->engine;
    if (record->ends_us <= turn->now_us) {
        record->ends_us = time_after_s(turn->now_us, engine->config->resolve_timeout_s);
        due_set(&engine->due, &record->ends, record->ends_us);
    }
    clock_back_restored_alert(turn, record);
    if (record->role != ALERT_ORDINARY)
        return;
    struct alert alert;
    alert_record_view(record, turn->arena, &alert);
    const char *sender_key = trouble_key(turn->arena, record);
    struct incident_record *incident = incident_again(turn, &alert, sender_key);
    if (!incident) {
        alert_join(turn, record, &alert);
        return;
    }
    record->incident = incident->incident.number;
    int64_t dependency;
    unsigned held = hold_find(engine, record, incident, &dependency);
    if (held)
        hold_within(incident, record, held);
    if (++incident->incident.n_firing > incident->incident.n_alerts)
        incident->incident.n_alerts = incident->incident.n_firing;
    if (incident_is_open(incident)) {
        kin_add(engine, incident, &alert);
        kin_add_keyed(engine, incident, sender_key);
    }
}

/* Alerts that were answered, and whose news was still being gathered. */
static void restore_count(struct turn *turn, struct incident_record *record)
{
    int64_t n = record->incident.n_firing - record->restored_firing;
    turn_touch(turn, record);
    if (n <= 0 || news_count(record, ALERT_FIRED))
        return;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "n", n);
    jw_pair_int(body, "firing", record->incident.n_firing);
    event_end(turn, record->incident.number, NULL, "alert.fired",
              "%lld more %s joined before the server started again", (long long)n,
              n == 1 ? "alert" : "alerts");
}

static void restore_alerts(struct turn *turn)
{
    struct engine *engine = turn->engine;
    struct incident_record *newest = engine->last;
    for (struct incident_record *record = newest; record; record = record->previous) {
        record->restored_firing = record->incident.n_firing;
        record->incident.n_firing = 0;
    }
    for (uint32_t place = 0; place < engine->alerts.n; place++)
        if (engine->alerts.records[place]->firing)
            restore_alert(turn, engine->alerts.records[place]);
    storms_restored(engine);
    for (struct incident_record *record = newest; record; record = record->previous)
        if (record->incident.n_firing != record->restored_firing)
            restore_count(turn, record);
    for (struct incident_record *record = newest; record; record = record->previous) {
        if (!incident_is_held(record))
            continue;
        record->hushed = record->incident.escalation_step == 0; /* it was already when the process ended */
        turn_touch(turn, record);
    }
}

/* ---- what was under way ---- */

static void restore_deliveries(struct turn *turn, struct incident_record *record)
{
    work_at(turn->engine, record->incident.number);
    if (!page_matters(record))
        pages_cancel(turn, record, "nobody needs to be told any more");
    for (struct delivery_record *d = record->deliveries; d; d = d->next) {
        if (d->delivery.state == DELIVERY_BUNDLED) {
            digest_restore(turn, d);
            continue;
        }
        if (d->delivery.state == DELIVERY_CANCELLED || d->delivery.queued_us == turn->now_us)
            continue; /* queued just now, for what was heard and not decided */
        turn_clear_timer(turn, &d->retry, d->delivery.id);
        d->delivery.state = DELIVERY_DUE;
        d->delivery.due_us = turn->now_us;
        turn_save_delivery(turn, &d->delivery);
    }
}

/* All that waited is due at once: the worst goes first, and what is not known is as bad. */
static void restore_all_deliveries(struct turn *turn)
{
    enum { RANKS = 8 };
    for (int rank = 1; rank <= RANKS; rank++)
        for (struct incident_record *record = turn->engine->first; record; record = record->next) {
            int own = record->incident.severity_rank < 1 ? 1 : record->incident.severity_rank;
            if ((own > RANKS ? RANKS : own) == rank)
                restore_deliveries(turn, record);
        }
}

static void restore_step(struct turn *turn, struct run_step *step)
{
    bool wanted = step->state != STEP_STOPPING;
    if (step->risk == RISK_READ && wanted && step->attempt < ATTEMPTS_AT_MOST) {
        step->state = STEP_QUEUED;
        turn_save_step(turn, step, NULL);
        return;
    }
    step->state = STEP_EFFECT_UNKNOWN;
    text_keep(&step->why, "The server ended while it ran: look before you run it again.");
    turn_save_step(turn, step, NULL);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "command", step->text);
    event_end(turn, step->incident, NULL, "step.effect_unknown",
              "The server ended while `%s` ran (%s): its effect is unknown, and it is not run again",
              text_head(turn->arena, step->text, 200), place_text(turn->arena, step->file, step->line));
}

static void restore_run(struct turn *turn, struct incident_record *record)
{
    record->diagnosed = true;
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *step = &record->steps[i];
        if (step->state == STEP_QUEUED && !*step->approved_by)
            record->diagnosed = false;
        if (step->state != STEP_STARTING && step->state != STEP_RUNNING && step->state != STEP_STOPPING)
            continue;
        record->diagnosed &= *step->approved_by != '\0';
        restore_step(turn, step);
    }
    if (incident_is_open(record)) {
        verify_restored(turn, record);
        run_continue(turn, record);
    } else {
        run_stop(turn, record);
    }
}

/* What must be in force for the state, whatever was lost. */
static void restore_clocks(struct turn *turn, struct incident_record *record)
{
    incident_changed(turn, record, CHANGE_RESTORED);
    if (!incident_wants_people(record))
        return;
    if (record->incident.escalation_step == 0)
        escalate(turn, record, NULL);
    else if (!due_is_set(&record->escalate))
        escalate_review(turn, record);
}

void engine_restored(struct engine *engine, int64_t now_us, struct decisions *decisions)
{
    struct turn turn;
    work_at(engine, 0);
    turn_begin(&turn, engine, now_us, decisions);
    engine->restored_us = turn.now_us;
    int64_t last_us = latest(engine, INT64_MAX);
    find_listened(engine, turn.now_us);
    clock_doubt(&turn, last_us);
    end_until(engine, engine->listened_us);
    restore_timers(engine);
    inhibition_rebuild(engine);
    engine->dependencies.stale = true;
    maintenance_review(&turn);
    away_settle(&turn, engine->listened_us);
    restore_alerts(&turn);
    engine->checks_changed = engine->alerts.n > 0;
    silences_restored(&turn);
    restore_all_deliveries(&turn);
    for (struct incident_record *record = engine->first; record; record = record->next) {
        work_at(engine, record->incident.number);
        if (record->actions.n)
            actions_arm(engine, record);
        restore_run(&turn, record);
        if (news_opens(record))
            continue; /* it begins when the turn ends */
        record->fired = record->incident.n_firing > record->restored_firing;
        record->ended = record->incident.n_firing < record->restored_firing;
        incident_follow(&turn, record);
        record->fired = record->ended = false;
        restore_clocks(&turn, record);
        clock_back_restored(&turn, record);
    }
    work_at(engine, 0);
    recurring_review(&turn);
    proofs_learn(&turn);
    engine->learned = false; /* the clocks are in line with the runbooks */
    turn_end(&turn);
}
