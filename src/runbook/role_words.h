/* Names of roles (policy/roles.words): the same role goes by many. Any thread. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"

/* "Incident Commander (IC)" -> "incident-commander-ic"; "" for a name without letters and digits. */
char *role_slug(struct arena *arena, const char *name);

/* The general role that goes by that name: "commander" for "IC". NULL: none. */
const char *role_general(struct arena *arena, const char *name);

/* Several people may hold it at once. */
bool role_is_shared(const char *general);

/* It answers for the safety of patients. */
bool role_is_safety(struct arena *arena, const char *name);

/* Two names of one role. */
bool role_same(struct arena *arena, const char *a, const char *b);
