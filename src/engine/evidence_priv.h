/* evidence.c: what a procedure for a breach captures before anything is changed. Included by engine_priv.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "engine/input.h"
#include "engine/run.h"

struct incident_record;
struct turn;

/* Does any row of the run capture evidence? */
bool evidence_is_kept(const struct incident_record *record);
/* What the change does, and what is lost of the evidence by it. */
const char *evidence_warning(struct turn *turn, const struct run_step *change, const char *changes);
/* After planning: how much runs by itself, and how much wants a person. */
void evidence_say(struct turn *turn, const struct incident_record *record, size_t first);
/* Why the change must not run yet, or NULL. */
const char *evidence_missing(struct turn *turn, const struct incident_record *record,
                             const struct run_step *change);
/* A person lets it run all the same. */
void evidence_left(struct turn *turn, const struct run_step *change, const struct input *input,
                   const char *missing);
/* Evidence that waits to run goes before a change that nobody gave a reason for. */
bool evidence_goes_first(const struct run_step *step, const struct run_step *other);
/* It has run: what it printed, as it is kept, is on record by its hash. */
void evidence_kept(struct turn *turn, const struct run_step *step, const char *kept,
                   const struct step_result *result);
