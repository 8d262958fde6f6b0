/* Checks that are programs: a command of the configuration, and the model watch, run here, since the process
 * that looks may execute nothing. Who asks names a check and no more; what runs is what this process reads in
 * the configuration itself, and a command only when it is classed `read` or the configuration allows it. */
#pragma once

#include <uv.h>

#include "base/json.h"
#include "config/config.h"
#include "runner/redact.h"

struct looks;

/* config gives the configuration in force, or NULL: then nothing is run, as with a copy of an older file.
 * done: a frame for who asked, {"check":"id","look":7,"exit":0,"why":null,"output":"..."}; exit is -1 when
 * it did not run to its end, and why says how. rules and environment are borrowed. */
struct looks *looks_new(uv_loop_t *loop, const struct redact_rules *rules,
                        const struct config *(*config)(void *context), void *config_context,
                        void (*done)(void *context, const char *payload, size_t n_bytes), void *context);
/* Ends all that run; no done() follows. NULL is allowed. The loop must turn once more. */
void looks_free(struct looks *looks);
/* {"check":"id","look":7}; done() follows, perhaps at once. */
void looks_order(struct looks *looks, struct json order);
