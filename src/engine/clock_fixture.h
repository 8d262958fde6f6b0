/* The world of testing_priv.h with a runbook that promises more, for the tests of clocks. */
#pragma once

#include "engine/testing_priv.h"

static const char clock_runbook[] = "# Checkout Runbook\n" /* 1 */
                                    "\n"
                                    "## Severity Levels\n"
                                    "\n"
                                    "### P1 (High)\n" /* 5 */
                                    "\n"
                                    "**Response Time**: 15 minutes\n"
                                    "**Resolution Time**: 4 hours\n"
                                    "**Escalation**: to the CTO after 2 hours if unresolved\n"
                                    "\n"
                                    "### P2 (Medium)\n" /* 11 */
                                    "\n"
                                    "**Response Time**: 1 hour\n"
                                    "**Resolution Time**: 8 hours\n"
                                    "\n"
                                    "## Communication\n"
                                    "\n"
                                    "- P1: send an update to stakeholders every 30 minutes\n" /* 18 */
                                    "- P2: send an update to stakeholders every 2 hours\n"
                                    "\n"
                                    "## Post-incident\n"
                                    "\n"
                                    "- Hold a review within 48 hours of resolution\n" /* 23 */
                                    "\n"
                                    "## Maintenance\n"
                                    "\n"
                                    "- Rotate the service keys weekly\n" /* 27 */
                                    "\n"
                                    "## Alerts\n"
                                    "\n"
                                    "### Service Down\n"
                                    "\n"
                                    "Look at it.\n";

static const struct alert_words clock_alert = {
    .name = "ServiceDown", .severity = "P1", .ends_us = INT64_MAX / 2};

static inline void clock_learn(struct world *w, const char *markdown)
{
    struct library *library = world_library(markdown);
    engine_learn(w->engine, &w->config, library);
    library_free(w->library);
    w->library = library;
    world_decide(w, (struct input){.kind = INPUT_TIMER});
}

/* Incident 1 opens at WORLD_US, P1; eve is the CTO. */
static inline int clock_world_start(void **state)
{
    world_start(state);
    struct world *w = *state;
    struct config_role *cto = list_push(w->arena, &w->config.roles);
    *cto = (struct config_role){.name = "CTO"};
    strings_add(w->arena, &cto->notify, "person:eve");
    clock_learn(w, clock_runbook);
    world_hear(w, clock_alert);
    return 0;
}

static inline const struct runbook_clock *clock_of(const struct world *w, int64_t incident,
                                                   enum runbook_clock_kind kind)
{
    const struct incident_record *record = incident_find(w->engine, incident);
    const struct clocks *clocks = incident ? &record->clocks : &w->engine->recurring;
    for (size_t i = 0; i < clocks->n; i++)
        if (clocks->at[i].kind == kind)
            return &clocks->at[i];
    return NULL;
}

/* Lets time pass to the event, at most us; its time since the world began, or -1. */
static inline int64_t clock_await(struct world *w, const char *kind, int64_t us)
{
    int64_t until = w->now_us + us;
    for (int64_t due; (due = engine_next_due_us(w->engine)) <= until;) {
        w->now_us = due > w->now_us ? due : w->now_us;
        world_decide(w, (struct input){.kind = INPUT_TIMER});
        if (event_of(w, kind))
            return w->now_us - WORLD_US;
    }
    w->now_us = until;
    return -1;
}

/* Was the person paged by the last input? */
static inline bool clock_paged(const struct world *w, const char *person)
{
    for (size_t n = 0; delivery_of(w, DELIVERY_DUE, n); n++)
        if (strcmp(delivery_of(w, DELIVERY_DUE, n)->person, person) == 0)
            return true;
    return false;
}

/* All pages that are under way arrive. */
static inline void clock_all_arrive(struct world *w)
{
    for (int64_t id = 1; id <= w->engine->last_delivery; id++) {
        const struct delivery_record *delivery = map_get(w->engine->deliveries, &id, sizeof id);
        if (delivery && delivery->delivery.state == DELIVERY_DUE)
            world_delivered(w, id, VERDICT_SENT);
    }
}

/* Somebody does something, so that nobody is paged for silence; then time passes, with all pages arriving. */
static inline int64_t clock_await_working(struct world *w, const char *kind, int64_t us)
{
    int64_t until = w->now_us + us;
    while (w->now_us < until) {
        clock_all_arrive(w);
        world_person_says(w, INPUT_NOTE, 1, "person:ana", "still at it");
        int64_t left = until - w->now_us, part = left < 5 * MINUTES ? left : 5 * MINUTES;
        int64_t at = clock_await(w, kind, part);
        if (at >= 0)
            return at;
    }
    return -1;
}
