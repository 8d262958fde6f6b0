/* What holds alerts back, told once more and apart from the engine: silences that people make, an inhibition
 * rule, and a service that needs another. The engine may take a moment to follow. */
#pragma once

#include <stdint.h>

struct sim;
struct incident;
struct happening;
struct decision;
struct alert_view;

enum hold { HOLD_NONE, HOLD_HELD, HOLD_MAYBE };

void held_start(struct sim *sim);
void held_end(struct sim *sim);
/* Looks at all alerts that fire, after anything happened. */
void held_review(struct sim *sim);
/* Whether all that fires for the incident is held, and since when it is so; HOLD_MAYBE while it has only just
 * changed or is not known here. */
enum hold held_incident(struct sim *sim, int64_t incident, int64_t *ret_since_us);
/* An alert that no incident counts stands; NULL: rightly so. */
const char *held_wrongly_apart(struct sim *sim, const struct alert_view *view);
/* The clock is set by so much. */
void held_shift(struct sim *sim, int64_t by_us);
/* The program will be down for so long, in which it cannot follow. */
void held_down(struct sim *sim, int64_t down_us);
/* Somebody makes a silence, or ends one. */
void silence_is_made(struct sim *sim, const struct happening *happening);
/* Before the commit. */
void check_silence(struct sim *sim, const struct decision *decision);
