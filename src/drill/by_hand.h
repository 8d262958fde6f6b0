/* A drill without alarm, server and score: the system of it is broken, and a person works on it in the
 * terminal, by the runbook or in a shell. */
#pragma once

#include "base/buf.h"
#include "drill/scene.h"

/* Inside the house, with the terminal of the caller. shell: a shell in the work tree instead of a walk of the
 * procedure that the drill expects. plain: the walk goes by lines. ret_transcript: of the walks that were
 * made, one behind the other. The exit code of what the person used; -1: it did not begin. */
int drill_by_hand(struct arena *arena, const struct drill_site *site, const struct drill_plan *plan,
                  bool shell, bool plain, struct buf *ret_transcript, struct err *err);
