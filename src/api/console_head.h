/* The head of an incident as it stands in the page before any script has run: what is wrong, how bad, who has
 * it, what is next. console/src/incident.tsx draws the same in its place a moment later, with all that can be
 * done. */
#pragma once

#include "base/json.h"

struct arena;

/* From what the API answers of the incident and its steps, in those words and classes. */
void console_head(struct buf *out, struct arena *arena, const char *person, struct json incident,
                  struct json steps);
