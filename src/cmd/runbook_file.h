/* A runbook that a person names on the command line. */
#pragma once

#include "runbook/runbook.h"

struct runbook_file {
    struct runbook *runbook; /* with its sha256 */
    const char *bytes;
    size_t n_bytes;
};

/* All in the arena. EXIT_DONE, or the exit code of a message already given in the name of the command. */
int runbook_open(struct arena *arena, const char *command, const char *file, struct runbook_file *ret_file);
