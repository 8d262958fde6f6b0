/* Time as a value. Wall time is microseconds since 1970-01-01 UTC (int64_t ..._us); 0 stands for "no time".
 * Nothing but clock.c asks the kernel: everything else is given a struct clock or a now_us. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_S INT64_C(1000000)

struct clock {
    int64_t (*wall_us)(void *context);
    int64_t (*monotonic_us)(void *context); /* never steps; for time limits */
    void *context;
};

/* The machine's own clock. */
const struct clock *clock_system(void);

static inline int64_t clock_wall_us(const struct clock *clock)
{
    return clock->wall_us(clock->context);
}
static inline int64_t clock_monotonic_us(const struct clock *clock)
{
    return clock->monotonic_us(clock->context);
}

/* RFC 3339 with any offset and fraction -> microseconds. 0 done; -1 not a time. Years 0000 to 9999; the first
 * two (year 0001 is what Go prints for "no time") give *ret_us = 0. */
int time_parse_rfc3339(const char *s, size_t n_bytes, int64_t *ret_us);
/* The same as Alertmanager takes it: seconds and offset may be missing, and UTC is meant then. */
int time_parse_sent(const char *s, size_t n_bytes, int64_t *ret_us);

enum { TIME_TEXT_BYTES = 32 };
/* "2026-03-01T09:00:00.123Z", milliseconds kept; time 0 gives "0001-01-01T00:00:00Z". out holds
 * TIME_TEXT_BYTES. */
void time_format_rfc3339(int64_t us, char *out);

/* "45s", "5m", "2h", "1d", "1h30m" -> seconds. 0 done; -1 not a duration. */
int duration_parse(const char *s, int64_t *ret_s);

/* "4 min 05 s", "2 h 10 min", "3 d 4 h": for people. out holds TIME_TEXT_BYTES. */
void duration_format(int64_t us, char *out);
