/* way_back.c, verify_tell.c, stages.c: how a change is taken back, who hears that it did not do well, and
 * what has to be well before it. Included by engine_priv.h. */
#pragma once

#include "engine/run.h"
#include "runbook/runbook.h"

struct turn;
struct incident_record;

/* way_back: what is offered, in words; "": nothing. */
void verify_tell(struct turn *turn, struct incident_record *record, const struct run_step *change,
                 const char *way_back);

/* A change of a later stage of the runbook's recovery order: says in its row what it waits for. */
bool stage_waits(struct turn *turn, const struct incident_record *record, struct run_step *step);

struct way_back_rows {
    struct run_step before, back; /* in the turn's arena; line 0: there is none */
};
/* Sets changes and way_back of the change, and gives the rows that belong before and behind it. */
struct way_back_rows way_back_plan(struct turn *turn, const struct incident_record *record,
                                   const struct runbook *runbook, const struct command *command,
                                   struct run_step *change);
/* The change has other values now. Does not save it. */
void way_back_follow(struct turn *turn, struct incident_record *record, struct run_step *change);
/* The change was let run: the look before it is run first, once more. */
void way_back_look(struct turn *turn, struct incident_record *record, const struct run_step *change);
/* A row has ended: if it was a look before a change, that may have to be asked again. */
void way_back_seen(struct turn *turn, struct incident_record *record, const struct run_step *before,
                   const struct step_result *result);
/* The row that takes the change back, when it was derived; or NULL. */
struct run_step *way_back_row(struct incident_record *record, const struct run_step *change);
