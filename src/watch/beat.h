/* When a check looks. Each has a beat of its own: its first look lies somewhere in its first interval, by its
 * name, so that ten thousand do not look at once and none moves at a restart. A look that is not done when
 * the next is due leaves that one out. Pure. */
#pragma once

#include <stdint.h>

/* From the beginning to the first look: less than the interval, and less than 10 s. */
int64_t beat_first_ms(const char *id, int64_t every_s);

/* *due_ms, the time of the look that is done now, becomes that of the next one. How many were left out. */
uint64_t beat_next(int64_t *due_ms, int64_t every_ms, int64_t now_ms);
