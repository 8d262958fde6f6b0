/* What holds alerts back: silences, inhibition rules, and incidents of what a service depends on.
 *
 * Whether an alert is held is found when it fires, and again for all that fire in a review, which follows
 * whatever may have changed it: at once, or a second after the last one. A held alert joins the open incident
 * of its trouble without paging, or else stays apart: it opens none. When nothing holds it any more, an alert
 * that stands apart opens its incident. An incident all of whose firing alerts are held is quiet: it pages
 * nobody until one of them is not. Nothing of this is stored but the silences: it follows from them, the
 * alerts and the incidents. */
#pragma once

#include "base/map.h"
#include "config/matcher.h"
#include "engine/due.h"
#include "engine/engine.h"
#include "engine/silence.h"

struct alert_record;
struct incident_record;
struct turn;

/* Bits of alert_record.held. */
enum {
    HELD_SILENCED = 1,
    HELD_INHIBITED = 2,    /* by a rule */
    HELD_DEPENDS = 4,      /* by the incident of a service that its own needs */
    HELD_MAINTENANCE = 16, /* alone, it lets an incident open, quiet */
    HELD_REASONS = 7 | 16,
    HELD_APART = 8, /* no incident counts it; .incident is that of the dependency, or 0 */
};

/* ---- silences.c ---- */

struct silence_record {
    struct silence silence; /* texts on the heap */
    struct matchers matchers;
    struct due next; /* it begins, warns, ends or is forgotten */
    size_t place;
    bool warned;
    const struct matcher *indexed_by;             /* NULL: none of them is a plain equality */
    struct silence_record *next_of, *previous_of; /* active ones of the same key */
};

struct silences {
    struct silence_record **all; /* in no order, without gaps */
    size_t n, capacity;
    struct map *by_id;
    struct map *by_label;          /* name NUL value NUL -> active silences that want it */
    struct silence_record *others; /* active, without a label to find them by */
    size_t n_active;
};

void silences_start(struct silences *silences);
void silences_end(struct engine *engine);
enum { SILENCES_PLAIN = 1, SILENCES_MAINTENANCE = 2, SILENCES_NOT_WIDE = 4 };
/* Active silences of these kinds that hide the alert, at most `most`. */
size_t silences_of(const struct engine *engine, unsigned kinds, const struct alert_record *record,
                   const struct silence_record **ret_found, size_t most);
struct silence_record *silence_find(const struct engine *engine, const char *id);
/* Its matchers can be read. */
void silence_create(struct turn *turn, const struct silence *wanted, const char *new_id);
/* how: "was ended by ana" */
void silence_end(struct turn *turn, struct silence_record *record, const char *actor, const char *how);
/* After a restart: what began or ended meanwhile is told when the timers run. */
void silences_restored(struct turn *turn);

/* ---- maintenance.c ---- */

/* The windows of the configuration: what begins now, what is no window any more, when to look again. */
void maintenance_review(struct turn *turn);
/* It is of the configuration. */
bool maintenance_is_planned(const struct silence *silence);

/* ---- inhibit.c ---- */

struct inhibition {
    const struct inhibit_rule *rules;
    size_t n_rules;
    struct map *sources; /* place of the rule and values of its `equal` labels -> struct source_set */
    bool nameless;       /* a set has lost the alert that stood for it */
};

void inhibition_start(struct inhibition *inhibition);
void inhibition_end(struct inhibition *inhibition);
/* From the rules in force and the alerts that fire. */
void inhibition_rebuild(struct engine *engine);
void inhibition_fired(struct engine *engine, const struct alert_record *record);
void inhibition_ended(struct engine *engine, const struct alert_record *record);
/* Writes the fingerprints of alerts that inhibit this one, at most `most`. */
size_t inhibitors_of(const struct engine *engine, const struct alert_record *record,
                     uint64_t *ret_fingerprints, size_t most);

/* ---- depend.c ---- */

/* A configured service, by its place in the configuration. */
struct dependency {
    bool needed;   /* by another one */
    size_t *needs; /* places of all that it needs, also through others */
    size_t n_needs;
    int rank;         /* of its worst open incident that is not quiet; 0 unknown */
    int64_t incident; /* 0: none */
};

struct dependencies {
    struct arena *arena;
    struct map *places; /* id -> place + 1, as a pointer */
    struct dependency *at;
    size_t n;
    bool any;          /* some service needs another */
    bool stale;        /* an incident of a needed service came, went or changed */
    struct map *ranks; /* kind of alert -> its severity, once it was asked for */
};

void dependencies_learn(struct engine *engine);
void dependencies_end(struct dependencies *dependencies);
/* An incident of that service opened, ended, or became more severe, quiet or loud. */
void dependency_changed(struct engine *engine, const char *service);
/* The open incident that explains the alert, or 0. own: the incident that counts the alert, or NULL. */
int64_t dependency_of(struct engine *engine, const struct alert_record *record,
                      const struct incident_record *own);

/* ---- hold.c ---- */

/* Finds out what holds it; *ret_dependency is the incident for HELD_DEPENDS. */
unsigned hold_find(struct engine *engine, const struct alert_record *record,
                   const struct incident_record *own, int64_t *ret_dependency);
/* What holds an alert that fires: wide silences do not hide one of the worst level, or that may harm
 * patients. */
unsigned hold_spare_worst(struct turn *turn, const struct alert_record *record, const struct alert *alert,
                          const struct incident_record *own, unsigned held);
/* It fires, nothing counts it, and it is held. */
void hold_apart(struct turn *turn, struct alert_record *record, unsigned held, int64_t dependency);
/* An incident counts it, and it is held. */
void hold_within(struct incident_record *incident, struct alert_record *record, unsigned held);
/* A held alert ends: takes it out of the counts. True: no incident of its own is to be told. */
bool hold_ended(struct turn *turn, struct alert_record *record);
/* Soon, and at most once a second. */
void hold_review_soon(struct engine *engine);
/* When the turn ends and wants it: at once when the last review is a second ago. Not before, for one silence
 * may end in the turn in which the next begins. */
void hold_review_wanted(struct turn *turn);
/* Why what a silence held back may page, for the next review. */
void hold_say_why(struct engine *engine, const char *why);
/* All its alerts that fire are held. */
bool incident_is_held(const struct incident_record *record);
/* When it has become quiet or loud: stops paging, or starts it anew. */
void incident_hush(struct turn *turn, struct incident_record *record);
/* Events of what was held apart in this turn. */
void hold_settle(struct turn *turn);
