/* Evidence of a breach in a walk (runbook/evidence.h): what a change would lose, and what was not captured
 * before it. As on a server (engine/evidence.c), but that nothing here runs by itself. Pure. */
#pragma once

#include "runner/walk.h"

/* Does the row capture evidence that the procedure keeps? */
bool walk_evidence_captured(const struct walk *walk, const struct walk_row *row);
/* What the command of the row loses, running as that text; NULL: nothing that is known, or nobody keeps it.
 */
const char *walk_evidence_lost(struct arena *arena, const struct walk *walk, const struct walk_row *row,
                               const char *text);
/* A sentence with the steps that should capture evidence before that change, or NULL: it may go on. */
const char *walk_evidence_missing(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                                  const char *text);
