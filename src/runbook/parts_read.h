/* Fills runbook->parts from runbook->document; called by runbook_read() once severities and procedures are
 * known. */
#pragma once

#include "runbook/runbook.h"

void runbook_read_parts(struct arena *arena, struct runbook *runbook);
