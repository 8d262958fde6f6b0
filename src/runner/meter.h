/* The progress meter that curl shows when nobody watches it on a terminal is no output of the step: two lines
 * of headings and a line that overwrites itself, in the middle of what was asked for. It is taken out of the
 * stream. */
#pragma once

#include <stddef.h>

enum { METER_HEADINGS_BYTES = 158 };

struct meter {
    void (*sink)(void *context, const char *bytes, size_t n_bytes);
    void *context;
    char held[METER_HEADINGS_BYTES]; /* what may be the beginning of one */
    size_t n_held;
    enum {
        METER_NONE,
        METER_RUNS,
        METER_SHOWN
    } state; /* headings were seen; a line of it has just gone by */
};

/* The rest comes out, in order; the result does not depend on how the stream was cut. */
void meter_add(struct meter *meter, const char *bytes, size_t n_bytes);
void meter_finish(struct meter *meter);
