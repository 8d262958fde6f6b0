/* Names of roles in running text: "on-call engineer", "Senior DevOps Engineer", "CTO". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/list.h"

struct person {
    const char *name;
    const char *kind; /* oncall incident stakeholder escalation sme team */
    size_t at, end;   /* where the name stands in the text */
};

/* The first role at or after `from`; false when there is none. Linear. */
bool person_next(struct arena *arena, const char *text, size_t from, struct person *ret_person);

/* Whether the whole text, brackets and what follows a comma left out, is the name of a role. */
bool person_is(struct arena *arena, const char *text, struct person *ret_person);

/* Adds the names of the roles that a text has. */
void persons_add(struct arena *arena, const char *text, struct strings *ret_names);

/* Whether the text begins with a role that does something: "Lead technologist orders the list by hand". */
bool person_acts(struct arena *arena, const char *text, struct person *ret_person);

/* The same in the midst of a sentence: "ward clerk prints the list". */
bool person_does(struct arena *arena, const char *text, struct person *ret_person);
