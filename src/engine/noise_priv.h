/* What keeps people from being paged for nothing: mutes, flapping, storms, digests. Included by engine_priv.h
 * only. */
#pragma once

/* ---- flapping.c ---- */

/* It went from burning to quiet, or back (burns). True: it has begun to flap. */
bool flapping_swing(struct turn *turn, struct incident_record *record, bool burns);
/* "Flapping: 4 changes in 12 min 00 s" */
const char *flapping_text(struct turn *turn, const struct incident_record *record);
/* How long it must be quiet before it is resolved. */
int64_t hold_down_s(const struct engine *engine, const struct incident_record *record);

/* ---- mute.c, storm.c, digest.c ---- */

/* Of the worst level there is, or people may be harmed: nothing puts off its first page. */
static inline bool incident_is_worst(const struct incident_record *record)
{
    return record->incident.severity_rank == 1 || record->incident.patient_safety;
}
