/* What is counted while the server runs; GET /metrics adds what the engine and the ledger know. Any thread.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "api/routes.h"
#include "base/histogram.h"

struct metrics {
    _Atomic uint64_t alerts_accepted;
    struct histogram alerts;   /* how long a request with alerts waited until they were durable */
    _Atomic uint64_t *answers; /* a row a route and one for none, a column a status */
};

void metrics_start(struct metrics *metrics);
void metrics_end(struct metrics *metrics);
/* route NULL: none did fit. */
void metrics_count(struct metrics *metrics, const struct route *route, unsigned status);
