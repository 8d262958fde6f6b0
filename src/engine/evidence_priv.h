/* evidence.c and custody.c: what a procedure for a breach captures before anything is changed. Included by
 * engine_priv.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "engine/input.h"
#include "engine/run.h"

struct incident_record;
struct turn;

struct custody_reader {
    char *who; /* on the heap */
    int64_t at_us;
};
struct custody {
    struct custody_reader *readers;
    size_t n_readers;
};

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

/* ---- custody.c ---- */

/* What the row has printed is evidence under legal hold: it must not run again. */
bool custody_holds(const struct incident_record *record, const struct run_step *step);
/* The same; it answers why not. */
bool custody_refuses(struct turn *turn, const struct incident_record *record, const struct run_step *step);
void custody_free(struct custody *custody);
