/* How often each of many names came within a window, for a check that counts by a name. Bounded: NAMES_MOST
 * names, SLOTS_MOST moments of the window each. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { NAMES_MOST = 5000, SLOTS_MOST = 60 };

struct tallies;

struct tallies *tallies_new(void);
void tallies_free(struct tallies *tallies); /* NULL is allowed */
/* It came once. -1: there are NAMES_MOST others within the window. */
int tallies_add(struct tallies *tallies, const char *name, size_t n_name);
/* The look at now_us is over: what came in it counts from now on, what is older than the window no more. */
void tallies_settle(struct tallies *tallies, int64_t window_us, int64_t now_us);
/* Each that came within the window; *position starts at 0. NULL at the end. */
const char *tallies_next(const struct tallies *tallies, size_t *position, size_t *ret_n_name,
                         uint64_t *ret_n);
