/* A start that fails because the data folder takes no writes says what a person can do about it (decision
 * 83). */
#pragma once

#include "base/arena.h"

/* What to do, or NULL: the folder and what is in it can be written to, so it was something else. */
const char *writable_remedy(struct arena *arena, const char *folder);
