/* For tests of a restart: what a ledger would keep, and an engine that is built from it. */
#pragma once

#include "engine/testing_priv.h"

#define DAYS (1440 * MINUTES)

static const struct alert_words down = {.name = "ServiceDown", .severity = "SEV-1", .ends_us = INT64_MAX / 2};

/* What a ledger keeps: the last value of everything. */
struct kept {
    LIST(struct incident) incidents;
    LIST(struct delivery) deliveries;
    LIST(struct run_step) steps;
    LIST(struct role_holder) roles;
    LIST(struct check_item) checks;
    LIST(struct runbook_clock) clocks;
    LIST(struct timer) timers;
    LIST(struct silence) silences;
};

#define KEEP(w, list, value, same)                                                                           \
    do {                                                                                                     \
        typeof((list)->at + 0) known_ = NULL;                                                                \
        list_each (item, (list))                                                                             \
            if (same)                                                                                        \
                known_ = item;                                                                               \
        *(known_ ? known_ : list_push((w)->arena, (list))) = (value);                                        \
    } while (0)

static inline void keep_timer(struct world *w, struct kept *kept, const struct timer *timer, bool set)
{
    for (size_t i = 0; i < kept->timers.n; i++)
        if (kept->timers.at[i].kind == timer->kind && kept->timers.at[i].subject == timer->subject)
            kept->timers.at[i--] = kept->timers.at[--kept->timers.n];
    if (set)
        *list_push(w->arena, &kept->timers) = *timer;
}

static inline void keep(struct world *w, struct kept *kept)
{
    list_each (d, &w->decisions.list) {
        struct incident incident = d->incident;
        struct delivery delivery = d->delivery;
        struct run_step step = d->step;
        struct silence silence = d->silence;
        struct role_holder role = d->role;
        struct check_item check = d->check;
        struct runbook_clock clock = d->clock;
        switch (d->kind) {
        case DECISION_EVENT:
            break;
        case DECISION_INCIDENT:
            texts_to_arena(&incident_texts, &incident, w->arena);
            KEEP(w, &kept->incidents, incident, item->number == incident.number);
            break;
        case DECISION_DELIVERY:
            texts_to_arena(&delivery_texts, &delivery, w->arena);
            KEEP(w, &kept->deliveries, delivery, item->id == delivery.id);
            break;
        case DECISION_STEP:
            texts_to_arena(&step_texts, &step, w->arena);
            KEEP(w, &kept->steps, step, item->run == step.run && item->line == step.line);
            break;
        case DECISION_ROLE:
            texts_to_arena(&role_texts, &role, w->arena);
            KEEP(w, &kept->roles, role,
                 strcmp(item->role, role.role) == 0 && strcmp(item->person, role.person) == 0);
            break;
        case DECISION_CHECK:
            texts_to_arena(&check_texts, &check, w->arena);
            KEEP(w, &kept->checks, check, item->item == check.item);
            break;
        case DECISION_CLOCK:
            texts_to_arena(&clock_texts, &clock, w->arena);
            KEEP(w, &kept->clocks, clock, item->incident == clock.incident && item->number == clock.number);
            break;
        case DECISION_TIMER_SET:
        case DECISION_TIMER_CLEAR:
            keep_timer(w, kept, &d->timer, d->kind == DECISION_TIMER_SET);
            break;
        case DECISION_SILENCE:
            texts_to_arena(&silence_texts, &silence, w->arena);
            KEEP(w, &kept->silences, silence, strcmp(item->id, silence.id) == 0);
            break;
        case DECISION_SILENCE_FORGET: /* five days later */
        case DECISION_ACCOUNT:
        case DECISION_ACCESS_KEY:
        case DECISION_MOVE:
        case DECISION_REPLY:
        case DECISION_PROOF:
        case DECISION_ACTION:
        case DECISION_UPDATE:
        case DECISION_SESSION_SEEN:
        case DECISION_SUBSCRIPTION:
        case DECISION_OVERRIDE:
            break;
        }
    }
}

static bool from_backup; /* the next start is by one */

/* The program ends, and starts again after a while. heard NULL: the inbox is empty. */
static inline void restart_with(struct world *w, const struct kept *kept, const struct alert_batch *heard,
                                int64_t after_us)
{
    engine_free(w->engine);
    w->engine = engine_new(&w->config, w->library);
    engine_name(w->engine, "7f3a");
    if (from_backup)
        engine_restore_brought_back(w->engine);
    from_backup = false;
    list_each (incident, &kept->incidents)
        engine_restore_incident(w->engine, incident);
    list_each (delivery, &kept->deliveries)
        engine_restore_delivery(w->engine, delivery);
    list_each (step, &kept->steps)
        engine_restore_step(w->engine, step);
    list_each (silence, &kept->silences)
        engine_restore_silence(w->engine, silence);
    list_each (role, &kept->roles)
        engine_restore_role(w->engine, role);
    list_each (check, &kept->checks)
        engine_restore_check(w->engine, check);
    list_each (clock, &kept->clocks)
        engine_restore_clock(w->engine, clock);
    list_each (timer, &kept->timers)
        engine_restore_timer(w->engine, timer);
    if (heard) {
        engine_restore_last(w->engine, 0, 0, w->now_us);
        engine_restore_alerts(w->engine, heard, w->now_us);
    }
    w->now_us += after_us;
    arena_reset(w->decisions.arena);
    memset(&w->decisions.list, 0, sizeof w->decisions.list);
    engine_restored(w->engine, w->now_us, &w->decisions);
}

static inline void restart(struct world *w, const struct kept *kept, const struct alert_words *heard,
                           int64_t after_us)
{
    struct alert_batch batch = {0};
    if (heard)
        batch = world_batch(w, 1, heard);
    restart_with(w, kept, heard ? &batch : NULL, after_us);
}
