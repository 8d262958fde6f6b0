/* A rule of Prometheus that a runbook writes out, a line of it, as a check:
 *   - alert: HighErrorRate
 *     expr: rate(http_errors_total[5m]) / rate(http_requests_total[5m]) > 0.05
 *     for: 10m
 * Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct written_rule {
    const char *query; /* what stands before the comparison */
    const char *alert; /* NULL: not stated within the lines around */
    const char *bound;
    bool falls; /* bad below */
    int64_t for_s;
};

/* Line number `line` of the document. False: it is no such rule, or compares with no number. In the arena. */
bool written_rule_read(struct arena *arena, const char *document, size_t n_bytes, int line,
                       struct written_rule *ret_rule);
