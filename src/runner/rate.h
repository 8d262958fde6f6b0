/* How fast a step's output is read: a bucket that holds a second's worth. Who prints faster waits in its
 * write, as before a slow terminal; nothing is lost, and one step does not keep all the others waiting. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct rate {
    int64_t bytes_a_second; /* 0: as fast as it comes */
    int64_t left;
    int64_t at_us;
};

void rate_start(struct rate *rate, int64_t bytes_a_second, int64_t now_us);
/* So many bytes were read. For how long to read no more, in microseconds; 0: go on. */
int64_t rate_take(struct rate *rate, size_t n_bytes, int64_t now_us);
