/* Checks that are programs: a command of the configuration, and the model watch, run here, since the process
 * that looks may execute nothing. Who asks names a check and no more; what runs is what the launcher reads in
 * the configuration itself, and a command only when it is classed `read` or the configuration allows it. What
 * only looks is confined as a step that looks is. */
#pragma once

#include <uv.h>

#include "base/json.h"
#include "runner/launcher.h"
#include "runner/redact.h"

struct looks;

/* done: a frame for who asked, {"check":"id","look":7,"exit":0,"why":null,"output":"..."}; exit is -1 when
 * it did not run to its end, and why says how. launcher and rules are borrowed. */
struct looks *looks_new(uv_loop_t *loop, struct launcher *launcher, const struct redact_rules *rules,
                        void (*done)(void *context, const char *payload, size_t n_bytes), void *context);
/* Ends all that run; no done() follows. NULL is allowed. The loop must turn once more. */
void looks_free(struct looks *looks);
/* {"check":"id","look":7}; done() follows, perhaps at once. */
void looks_order(struct looks *looks, struct json order);
