/* Alternatives: "Option 1: ...", "Option 2: ..." and "Or ..." name ways to the same end, of which one is
 * taken. Told by how the comment or the item begins, in the words that authors use. */
#pragma once

#include <stdbool.h>

#include "runbook/runbook.h"

/* What a heading says of itself: ALTERNATIVE_OR, the number of a numbered one (1, 2; A is 1), or none. */
enum { ALTERNATIVE_NONE = 0, ALTERNATIVE_OR = -1 };
int alternative_of(const char *heading);

/* How the step is headed: its text, when that names an alternative; else the comment above its first command.
 */
const char *alternative_heading(const struct step *step);

/* The second of the two follows the first directly: is it another way to do the same? */
bool alternative_follows(const char *heading, const char *next);

/* Is the step a question? Its condition is one when something depends on the answer that does not stand on
 * its own line: "If it is a leak: restart it" with the command below. There, running it is the answer. */
bool step_asks(const struct step *step);
