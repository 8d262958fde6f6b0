/* A moment as people write it: "Sat 03:00 America/New_York", "2026-11-01T01:30 Europe/Berlin", "03:00",
 * "now", or RFC 3339. Pure. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct moment {
    int64_t at_us;
    const char *timezone; /* that the text names, in the arena; or the one that was given */
};

/* A weekday or a time of day is the next one from now_us on. A wall time without a zone is one of timezone,
 * a known IANA name; one that comes twice is the first, one that the clocks skip the moment of the change.
 * -1: this is no moment, and err says what to write. */
int moment_parse(struct arena *arena, const char *text, const char *timezone, int64_t now_us,
                 struct moment *ret_moment, struct err *err);
