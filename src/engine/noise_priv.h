/* What keeps people from being paged for nothing: mutes, flapping, storms, digests. */
#pragma once

#include "base/json.h"
#include "engine/engine.h"

struct turn;
struct incident_record;
struct delivery_record;

/* ---- flapping.c ---- */

/* It went from burning to quiet, or back (burns). True: it has begun to flap. */
bool flapping_swing(struct turn *turn, struct incident_record *record, bool burns);
/* "Flapping: 4 changes in 12 min 00 s" */
const char *flapping_text(struct turn *turn, const struct incident_record *record);
/* How long it must be quiet before it is resolved. */
int64_t hold_down_s(const struct engine *engine, const struct incident_record *record);

/* ---- how bad it is ---- */

/* Of the worst level there is, or people may be harmed: nothing puts off its first page. */
bool incident_is_worst(const struct incident_record *record);

/* ---- digest.c ---- */

void budgets_free(struct engine *engine);
/* The clock was set back by so much: what is counted from there is, too. */
void budgets_move(struct engine *engine, int64_t by_us);
void storms_move(struct engine *engine, int64_t by_us);
/* May the person be paged for it now, and not only in a digest? Counts the page when it may. */
bool budget_spend(struct turn *turn, const struct incident_record *record, const struct person *person);
/* A page that a digest will tell. True: somebody is paged, in time. */
bool digest_add(struct turn *turn, struct incident_record *record, const struct person *person,
                const char *why);
/* It is a digest, and pages of other incidents wait for it. */
bool digest_tells_others(struct turn *turn, const struct delivery_record *record);
/* Pages wait for the digest of that number; never for 0. */
bool digest_waits(struct turn *turn, int64_t digest);
/* One way of it arrived, or is dead; nothing for 0. */
void digest_sent(struct turn *turn, int64_t digest);
void digest_failed(struct turn *turn, int64_t digest);
/* A bundled page came back from the ledger. */
void digest_restore(struct turn *turn, struct delivery_record *record);

/* ---- storm.c ---- */

void storms_free(struct engine *engine);
bool incident_is_storm(const struct incident_record *record);
/* A new incident: it may begin a storm, or join one. */
void storm_opened(struct turn *turn, struct incident_record *record, const struct alert *alert);
/* It is in a storm, and not of the worst level: it pages nobody itself. */
bool storm_pages_for(const struct incident_record *record);
/* The storm that the incident is in, and that nobody has yet, has paged that person. */
bool storm_has_paged(const struct engine *engine, const struct incident_record *record, const char *person);
/* Remembered for storms only. */
void storm_paged(struct incident_record *record, const char *person);
void storm_forget_paged(struct incident_record *record);
/* After a restart, when the alerts are counted. */
void storms_restored(struct engine *engine);
