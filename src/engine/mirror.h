/* What an Alertmanager beside us is to be silent about, too: the silences that hold or are to come, and for
 * each incident that is muted one that fits its alerts. The courier carries it there (courier/mirror.h). */
#pragma once

#include <stddef.h>

#include "config/matcher.h"
#include "engine/engine.h"
#include "engine/silence.h"

enum { MIRRORED_MOST = 1000 };

/* At most MIRRORED_MOST; the values are good during the call. A mute is called "incident-4", and begins at 0:
 * it holds already. Gives how many incidents are muted. */
size_t engine_mirrored(const struct engine *engine, int64_t now_us,
                       void (*visit)(void *context, const struct silence *silence,
                                     const struct matchers *matchers),
                       void *context);
