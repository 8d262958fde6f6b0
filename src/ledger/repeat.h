/* Writes that came with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): whoever heard no
 * answer sends it again, and it is done once. Kept for a day, in the transaction of what it did. */
#pragma once

#include "ledger/ledger.h"

enum { REPEAT_KEPT_S = 24 * 3600 };

/* What became of the write of that key. 0; LEDGER_NOT_FOUND: nothing yet; -1. One that asked for something
 * else is refused by the outcome. */
int ledger_repeat_find(struct ledger *ledger, const struct input_once *once, int64_t now_us,
                       struct outcome *ret_outcome, struct err *err);
/* Keeps it, and erases those that are older than a day. In the open transaction. 0, LEDGER_FULL or -1. */
int ledger_repeat_keep(struct ledger *ledger, const struct input_once *once, const struct outcome *outcome,
                       int64_t now_us, struct err *err);
