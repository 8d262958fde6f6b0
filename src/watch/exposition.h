/* Prometheus text exposition 0.0.4, and what OpenMetrics writes the same way, read as it comes in: a page of
 * any length in the memory of one line. Pure.
 *
 *   # TYPE http_requests_total counter
 *   http_requests_total{code="200",path="/"} 1027 1395066363000
 *
 * Only series of wanted names are taken apart; of all others just the name is looked at, so that a page which
 * is no exposition at all (an error page, a login form) is refused all the same. */
#pragma once

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum { EXPOSITION_LINE_BYTES = 64 * 1024, EXPOSITION_LABELS = 64 };

struct exposition_sample {
    size_t wanted;      /* the index of its name */
    const char *labels; /* as config/matcher.h keeps them: name NUL value NUL, n_labels times */
    size_t n_labels, labels_bytes;
    double value; /* NaN and infinities as they stand */
};

struct exposition {
    const char *const *wanted; /* names; ended by NULL */
    /* labels are good during the call. -1 ends the reading. */
    int (*take)(void *context, const struct exposition_sample *sample, struct err *err);
    void *context;

    struct buf line;   /* the beginning of one that has not come to its end */
    struct buf labels; /* of the sample at hand */
    size_t n_lines, n_samples;
};

/* -1: the page is no exposition, with the line; nothing more may be fed. */
int exposition_feed(struct exposition *exposition, const char *bytes, size_t n_bytes, struct err *err);
/* The page is complete. -1: its last line is not, or there was no sample at all. */
int exposition_finish(struct exposition *exposition, struct err *err);
void exposition_free(struct exposition *exposition);
