/* Spare requests, ledger readers and what an alert is read with, so that a request costs no allocation, and
 * the counts that a stop waits for. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ledger/ledger.h"

struct pool;
struct request;

struct pool *pool_new(void);
/* With all that is spare. Nothing may be in use, and the threads that used it have ended. */
void pool_free(struct pool *pool);

/* NULL: none is spare, make one. */
struct request *pool_take_request(struct pool *pool);
struct ledger *pool_take_ledger(struct pool *pool);
/* Kept for the next, or freed when enough are spare. */
void pool_give_request(struct pool *pool, struct request *request);
void pool_give_ledger(struct pool *pool, struct ledger *ledger);

/* What a body of alerts is read and packed with: a megabyte, so there are as many as are at work at once. */
struct reading {
    struct json_document *document;
    struct ledger_packer *packer;
    struct reading *next; /* in the pool */
};
struct reading *pool_take_reading(struct pool *pool);
void pool_give_reading(struct pool *pool, struct reading *reading);

/* What is under way. */
enum use { USE_REQUEST, USE_SUBMITTED, N_USES };
void pool_begin(struct pool *pool, enum use use);
void pool_end(struct pool *pool, enum use use);

/* From now on the server is stopping: new requests are refused. */
void pool_stop(struct pool *pool);
bool pool_stopping(struct pool *pool);
/* Waits until nothing is in that use; false: most_s have passed and something still is. */
bool pool_wait_idle(struct pool *pool, enum use use, int64_t most_s);
