/* What the document around a command says about its effect, where the command itself does not tell.
 *
 * A script or a make target that is not shown is `unknown` by its text alone (risk.h). Its name ("make
 * seed"), the comment behind or above it and the title of its step often say that it changes something; then
 * it is `mutate`, with a reason that quotes the words. A class is only ever raised, from `unknown` to
 * `mutate`: words make nothing safe. The words are the groups [changes] and [looks] of policy/headings.words.
 *
 * In the same way the logs of a system whose patient data may be in the wrong hands count as sensitive. */
#pragma once

#include "runbook/runbook.h"

/* Looks at each command of the step; their classes are known. */
void context_weigh(struct arena *arena, const struct procedure *procedure, struct step *step);
