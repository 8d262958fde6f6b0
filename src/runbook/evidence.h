/* Procedures for a breach, an intrusion, leaked data: what they look at is evidence, to be captured before
 * anything is changed. The words are the groups [breach] and [evidence] of policy/headings.words. Pure; any
 * thread. */
#pragma once

#include "runbook/runbook.h"

/* Told by its title, or by headings above it that are about security when the title is about patient data. */
bool procedure_keeps_evidence(const struct procedure *procedure);

/* Does the command (NULL: the task of the step) capture evidence? A look does, unless it belongs to what
 * comes after; anything else when its words say so ("Take a snapshot of the disk"). */
bool step_captures_evidence(const struct phase *phase, const struct step *step,
                            const struct command *command);

/* What a command of that class would lose, in words; NULL: nothing, as far as is known. */
const char *evidence_lost(struct arena *arena, enum risk_class class, const char *command);
