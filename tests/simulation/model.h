/* The ledger, as far as the engine needs one: the last value of everything, and the inbox of alerts. */
#pragma once

#include "base/map.h"
#include "engine/engine.h"
#include "wire.h"

enum { MOST_CLOCKS = 20 }; /* of an incident */

struct model {
    struct map *incidents;  /* number -> struct incident */
    struct map *deliveries; /* id -> struct delivery */
    struct map *steps;      /* run, line -> struct run_step */
    struct map *roles;      /* incident, number in order -> struct role_holder */
    struct map *checks;     /* incident, item -> struct check_item */
    struct map *actions;    /* incident, item -> struct action_item */
    struct map *clocks;     /* incident, number -> struct runbook_clock */
    struct map *timers;     /* kind, subject -> struct timer */
    struct map *overrides;  /* number -> struct duty_override */
    struct map *silences;   /* id -> struct silence */
    struct map *proofs;     /* person, channel, address -> struct channel_proof */
    struct json_document *document;
    struct row *inbox;
    size_t n_inbox, inbox_capacity;
    int64_t last_incident, last_delivery, last_us;
};

void model_start(struct model *model);
void model_end(struct model *model);
/* What one transaction writes. row may be NULL. */
void model_commit(struct model *model, const struct decisions *decisions, const struct row *row);
/* One decision of it, which is no event. */
void model_save(struct model *model, const struct decision *decision);
/* The row is the model's from now on. */
void model_keep_row(struct model *model, struct row row);
/* Gives the engine what the ledger holds. */
void model_restore(struct model *model, struct engine *engine, int64_t now_us);
/* Something in the inbox is dated later: the clock was set back. */
bool model_is_ahead(const struct model *model, int64_t now_us);
/* The first n rows of the inbox; and drops incidents that were resolved more than a day ago. */
void model_forget_rows(struct model *model, size_t n, int64_t now_us);
const struct incident *model_incident(const struct model *model, int64_t number);
const struct delivery *model_delivery(const struct model *model, int64_t id);
const struct run_step *model_step(const struct model *model, int64_t run, int line);
size_t model_open_checks(const struct model *model, int64_t incident);
const struct channel_proof *model_proof(const struct model *model, const struct channel_proof *like);
const struct silence *model_silence(const struct model *model, const char *id);
struct model_counts {
    size_t open_incidents, unsettled_deliveries, timers, silences;
};
struct model_counts model_count(const struct model *model);
const struct runbook_clock *model_clock(const struct model *model, int64_t incident, int number);
/* Does one of its clocks have something to say by then? */
bool model_clock_fires(const struct model *model, int64_t incident, int64_t by_us);
/* Is one of its timers due after that moment, and by the other? */
bool model_timer_is_due(const struct model *model, int64_t after_us, int64_t by_us);
const struct timer *model_timer(const struct model *model, enum timer_kind kind, int64_t subject);
