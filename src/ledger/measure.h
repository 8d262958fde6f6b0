/* What looks at models have measured, over time: drift by feature and segment, and how good the scores were.
 * It is kept for a little over a year, and is no part of what the ledger proves. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct ledger;

struct measure {
    const char *check_id; /* of the configuration */
    const char *kind;     /* "psi", "auprc", "ece", "brier", "precision", "recall" */
    const char *name;     /* of psi: the feature; else "" */
    const char *segment;  /* "" is all rows */
    int64_t at_us;
    int64_t millionths; /* of the value */
};

/* In a transaction of the engine thread (ledger_begin). Those of the same check that are too old go. 0,
 * LEDGER_FULL or -1. */
int ledger_keep_measures(struct ledger *ledger, const struct measure *measures, size_t n, struct err *err);

/* Of a check from from_us on, the newest first, and of those at most `limit`. 0 or -1. */
int ledger_measures(struct ledger *ledger, struct arena *arena, const char *check_id, int64_t from_us,
                    size_t limit, struct measure **ret_measures, size_t *ret_n, struct err *err);
