/* Time zones by IANA name, from the system's tz database as libical reads it.
 *
 * "Local seconds" are seconds since 1970-01-01T00:00 on the wall clock of the zone, as if it were UTC: the
 * form in which days and hours are counted. Any thread. */
#pragma once

#include <stdint.h>

#include "roster/roster.h"

struct zone;

/* NULL when there is no such zone. Lives as long as the process. */
const struct zone *zone_find(const char *name);

/* The zone that a TZID of a calendar means: besides IANA names those of Windows, "W. Europe Standard Time",
 * and names behind a path of their own, "/example.org/Europe/Berlin". NULL when there is none. */
const struct zone *zone_of_calendar(const char *tzid);

/* Seconds east of UTC at a moment. */
int64_t zone_offset_s(const struct zone *zone, int64_t utc_s);
int64_t zone_local_s(const struct zone *zone, int64_t utc_s);

/* The moment of a wall time. One that the clocks skip counts as the moment of the change, one that comes
 * twice as its first: so the order of wall times is kept, and each has a moment. */
int64_t zone_utc_s(const struct zone *zone, int64_t local_s);

/* A wall time as local seconds; the date must exist. */
int64_t local_seconds(const struct local_time *time);
/* The day that local seconds fall on, counted from 1970-01-01 (a Thursday). */
int64_t local_day(int64_t local_s);
