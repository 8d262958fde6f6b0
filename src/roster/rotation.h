/* The turns of a layer, numbered from 0, on its own wall clock. */
#pragma once

#include "roster/roster.h"

/* When that turn begins, in local seconds; INT64_MAX past the last one of a rule. */
int64_t layer_turn_start_s(const struct roster_layer *layer, int64_t turn);

/* The last turn that has begun by then; 0 before the first. */
int64_t layer_turn_at(const struct roster_layer *layer, int64_t local_s);
