/* A sign of life for a watcher elsewhere, that raises the alarm when it stays away: a GET of the URL of the
 * configuration. One that fails is not repeated, since the next is due soon. */
#pragma once

#include <uv.h>

#include "config/config.h"

struct alive;

struct alive *alive_new(uv_loop_t *loop, const struct config *config);
void alive_free(struct alive *alive); /* the loop must run once more */
/* The configuration is another one now. */
void alive_learn(struct alive *alive, const struct config *config);
/* Core lives, and its ledger can be written. */
void alive_say(struct alive *alive);
