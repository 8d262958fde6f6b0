/* Does a text speak of harm to patients? Words as data (policy/safety.words); an axis beside severity, for a
 * service that is up can still do harm. Any thread. */
#pragma once

#include <stdbool.h>

#include "runbook/runbook.h"

/* The words that say so ("wrong dose"), in the arena; NULL: it does not. Names in CamelCase are split. Only
 * the first few thousand characters are read. */
const char *safety_words(struct arena *arena, const char *text);

struct safety_finding {
    const char *why; /* "the procedure \"Wrong dose\" speaks of wrong dose"; NULL: nothing does */
    int line;        /* of the runbook, 0: the reason is not in it */
};

/* What the procedure says of itself: its title, triggers and symptoms. */
struct safety_finding safety_of_procedure(struct arena *arena, const struct procedure *procedure);

/* The most severe level whose own words speak of harm to patients, with the line that does; NULL: none. */
const struct severity *safety_level(struct arena *arena, const struct runbook *runbook, int *ret_line);
