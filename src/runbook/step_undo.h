/* Steps that take back one other step: "Undo step 2: ...", "To revert step 3, ...", "Back out 3: ...",
 * "Schritt 1 rückgängig: ...". Pure. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

/* The number of the step that the text takes back, as written ("2", "4b"), "this" for "Rollback of this
 * step:", or NULL. */
const char *step_undone_by(struct arena *arena, const char *text);

/* "4b", "4.b" and "4.2" are one number. */
bool step_number_same(const char *a, const char *b);
