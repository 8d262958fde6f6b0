/* From an order to a command that may run, or the reason why not. The document is read here, by this process:
 * what core says about it is checked, never believed. An order holds values and codes of repairs, and no text
 * of a command: repairing and filling are done here, again, and an approval binds what comes of it. */
#pragma once

#include "base/arena.h"
#include "runbook/runbook.h"
#include "runner/runner.h"

enum { PERMIT_COMMAND_BYTES = 1024 * 1024 };

/* The command as it will run, in the arena; or NULL and one sentence for the person who waits. */
const struct command *permit_command(struct arena *arena, const char *runbook_dir,
                                     const struct runner_order *order, const char **ret_why_not);
