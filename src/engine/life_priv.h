/* The life of an incident: whose it is, how bad, in which state.
 *
 * Whatever changes one of these ends in incident_changed(), from which every clock is driven again: what is
 * not called from there does not follow a change. */
#pragma once

#include "base/json.h"
#include "engine/engine.h"
#include "runbook/policy.h"

struct turn;
struct incident_record;

/* ---- change.c ---- */

enum incident_change {
    CHANGE_OPENED,
    CHANGE_ALERTS,   /* what fires; the state stayed */
    CHANGE_STATE,    /* also by itself: monitoring, and back */
    CHANGE_SEVERITY, /* the level, or patient safety */
    CHANGE_OWNER,    /* somebody has it now, or somebody else */
    CHANGE_PROGRESS, /* a person moved it on */
    CHANGE_REOPENED,
    CHANGE_OVER, /* resolved or closed */
    CHANGE_RESTORED
};

/* The record holds the new values, and its event is written. Every clock follows. */
void incident_changed(struct turn *turn, struct incident_record *record, enum incident_change what);

/* A clock: sets, moves or clears its timer by what the incident is now. */
typedef void incident_clock(struct turn *turn, struct incident_record *record, enum incident_change what);
incident_clock storm_follow, mute_follow, flapping_follow, hold_down_follow, lease_follow, clocks_follow;
/* incident_channel.c */
incident_clock chat_follow;

/* ---- lease.c ---- */

/* Somebody acknowledged it, and has not been silent too long. */
bool incident_has_owner(const struct incident_record *record);
/* Nobody has it and it burns: people are paged until somebody does. */
bool incident_wants_people(const struct incident_record *record);
/* All alerts are over; nothing is left to do but to wait. */
bool incident_is_quiet(const struct incident_record *record);
/* Since when it waits for somebody: opened, or opened again. */
int64_t incident_since_us(const struct incident_record *record);
/* A person did something for it: what was paged because of silence stops. */
void incident_progress(struct turn *turn, struct incident_record *record, const char *actor);
/* How long silence is accepted at its level; 0: for ever. */
int64_t lease_s(const struct engine *engine, const struct incident_record *record);

/* ---- acknowledge.c, reopen.c ---- */

/* It is the actor's from now on. */
void incident_take(struct turn *turn, struct incident_record *record, const char *actor);
/* A resolved incident burns again, or somebody says so: paging starts anew. */
void incident_reopen(struct turn *turn, struct incident_record *record, const char *actor, const char *why);
/* Does the same trouble open it again, rather than a new incident? */
bool incident_may_reopen(const struct turn *turn, const struct incident_record *record);

/* ---- severity.c ---- */

/* The level of its runbook that it has; NULL: none. */
const struct severity *incident_level(const struct engine *engine, const struct incident_record *record);
/* The procedure that answers it, by its title where the runbook is another version; NULL: none. No line of
 * the incident's is a line of that one. */
const struct procedure *incident_procedure(const struct engine *engine, const struct incident_record *record);
/* Alerts speak for a level: a more severe one is taken, a less severe one never. */
void incident_raise(struct turn *turn, struct incident_record *record, const struct severity_choice *choice,
                    const char *alertname);

/* ---- assign.c: roles ---- */

/* Takes what the ledger holds; texts are copied. */
void role_add(struct incident_record *record, const struct role_holder *holder);
/* Whoever acknowledges is the commander when nobody is. */
void role_default(struct turn *turn, struct incident_record *record, const char *actor);

/* Gives the person the role beside others who hold it, unless they have it. */
void role_give(struct turn *turn, struct incident_record *record, const char *role, const char *person,
               const char *why);

/* ---- safety.c: may patients be harmed? ---- */

/* An alert joins or opens it; called where its severity is asked for. */
void safety_hear(struct turn *turn, struct incident_record *record, const struct alert *alert);
/* The alert says it, or the procedure does, which may be NULL. */
bool safety_is_named(struct turn *turn, const struct procedure *procedure, const struct alert *alert);
/* It has just been paged for the first time: so are those who answer for patients. */
void safety_opened(struct turn *turn, struct incident_record *record);

/* ---- checklist.c: what is to be verified before it is resolved ---- */

void check_add(struct incident_record *record, const struct check_item *item);
/* Takes the items of its runbook, once. */
void checklist_plan(struct turn *turn, struct incident_record *record);
/* All items are open again. */
void checklist_reopen(struct turn *turn, struct incident_record *record);
size_t checklist_open(const struct incident_record *record);
/* "2 No related alert fires; 3 ..." */
const char *checklist_open_text(struct turn *turn, const struct incident_record *record);
/* The member "open_checks", when there are any. */
void checklist_write_open(struct json_writer *body, const struct incident_record *record);
