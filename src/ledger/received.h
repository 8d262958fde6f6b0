/* What came with several requests, into the inbox at once. */
#pragma once

#include "ledger/ledger.h"

struct received {
    const char *format; /* as in ledger_accept() */
    const void *body;
    size_t n_bytes;
};

/* As ledger_accept() for each of them in order, but in as few rows as may be: what is committed together
 * needs no row a request. Whoever visits the inbox is given them one by one. 0, LEDGER_FULL or -1. */
int ledger_accept_all(struct ledger *ledger, const struct received *received, size_t n, int64_t received_us,
                      struct err *err);
