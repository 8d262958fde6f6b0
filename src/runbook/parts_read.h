/* Fills runbook->parts from runbook->document; called by runbook_read() once severities and procedures are
 * known. */
#pragma once

#include "runbook/runbook.h"

void runbook_read_parts(struct arena *arena, struct runbook *runbook);

/* Gives the levels that state no escalation themselves that of the first rule about them. */
void severities_take_rules(struct runbook *runbook);
