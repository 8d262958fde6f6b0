/* What an alert says was measured: "error rate is 12%", "12.4 % of requests fail", "queue depth: 1200", the
 * label value="0.12", Grafana's "[ var='B' metric='' labels={} value=12.3 ]".
 *
 * A number counts only as what it is: limits ("above 10 %", "threshold 5 s"), windows ("over the last 5m"),
 * versions, dates and addresses are none. How long something has lasted ("down for 10m") is marked. Pure. */
#pragma once

#include "base/arena.h"
#include "base/list.h"
#include "runbook/match.h"

enum measure_unit { MEASURE_NUMBER, MEASURE_PERCENT, MEASURE_SECONDS, MEASURE_BYTES };

struct measure {
    const char *words;   /* what was measured; "": a bare number, for the alert's name to explain */
    const char *written; /* "12.4 %" */
    double value;
    enum measure_unit unit;
    bool lasting; /* for how long it has been so */
};

struct measures {
    struct measure *at;
    size_t n;
    size_t capacity;
};

/* Those of the labels and annotations that speak of values; at most MEASURES_AT_MOST, of the first
 * MEASURE_TEXT_BYTES of each. */
enum { MEASURES_AT_MOST = 16, MEASURE_TEXT_BYTES = 2000 };
void measures_read(struct arena *arena, const struct match_query *query, struct measures *ret_measures);

/* What the text itself says, added to measures. */
void measures_of_text(struct arena *arena, const char *text, struct measures *measures);

/* A unit as it stands behind a number ("ms", "%", "GiB"; NULL or "": none): its kind, and what the number is
 * multiplied with. False when it is not known. */
bool measure_unit_named(const char *unit, size_t n_bytes, enum measure_unit *ret_unit, double *ret_scale);
