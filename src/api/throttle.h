/* Slows down who guesses passwords: after a few failures for a person, or from an address, the next try has
 * to wait, each time longer. In memory only: a restart forgets, and takes longer than the first waits. Any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct throttle;

enum { THROTTLE_FREE_TRIES = 5, THROTTLE_LONGEST_S = 15 * 60 };

struct throttle *throttle_new(void);
void throttle_free(struct throttle *throttle); /* NULL is allowed */

/* Seconds until the next try is allowed, 0: now. */
int64_t throttle_wait_s(struct throttle *throttle, const char *who, int64_t now_us);
/* Another failure. True: from now on who has to wait, and did not before. */
bool throttle_failed(struct throttle *throttle, const char *who, int64_t now_us);
void throttle_succeeded(struct throttle *throttle, const char *who);
