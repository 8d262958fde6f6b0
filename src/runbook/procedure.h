/* The procedures of a document. */
#pragma once

#include "runbook/runbook.h"

/* Fills runbook->procedures from runbook->document, in the order of their lines. Risk is not classed, kinds
 * and severities that are not stated are left open. */
void procedures_read(struct arena *arena, struct runbook *runbook);

/* Names the kind of each procedure, classes its commands and concludes severities: needs the levels. */
void procedures_complete(struct arena *arena, struct runbook *runbook);
