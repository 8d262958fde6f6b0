/* Whether alerts come in faster than they are well borne: for half a second after the last while in which the
 * engine thread was at work for more than half of the time, with many requests. Times are monotonic. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct flood {
    int64_t since_us, worked_us; /* of the while that is being looked at */
    int n_requests;
    bool was; /* there has been one, until: */
    int64_t until_us;
};

/* The thread was at work from .. to, with so many requests of alerts. */
void flood_note(struct flood *flood, int64_t from_us, int64_t to_us, int n_requests);
bool flood_is_on(const struct flood *flood, int64_t now_us);
