/* Whoever was paged: does what the drill file says, through the API as a person would. */
#pragma once

#include "drill/result.h"
#include "drill/scene.h"

/* All acts in their order. -1: one could not be done, or a command that was let run did not succeed. */
int responder_act(const struct scene *scene, struct drill_result *result, struct err *err);
/* Into result->failed_steps: commands that changed something and failed, and looks that could not run at all
 * or did not end. A look that found the trouble and says so by its exit code has not failed. */
void responder_note_failures(const struct scene *scene, struct drill_result *result);
