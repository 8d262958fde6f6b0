/* The identity provider by which people sign in: where it is (OpenID Connect Discovery), what a code is
 * worth, and whom it names. Core asks, for it makes no outward connections; each question has one answer:
 *
 *   {"id":7,"ask":"where"} {"id":7,"say":"where","authorize":"https://...","says_issuer":true}
 *   {"id":8,"ask":"who","code":"...",      {"id":8,"say":"who","subject":"...","person":"ana@example.org",
 *    "verifier":"...","nonce":"...",        "groups":["sre"]}
 *    "return":"https://..."}
 *                                          {"id":8,"say":"refused","why":"..."}
 *                                          {"id":8,"say":"away","why":"..."}   the provider does not work now
 */
#pragma once

#include <uv.h>

#include "base/clock.h"
#include "base/json.h"
#include "config/config.h"

struct provider;

/* said gets each answer, never inside provider_ask(). */
struct provider *provider_new(uv_loop_t *loop, const struct clock *clock, const struct config *config,
                              void (*said)(void *context, const char *answer, size_t n_bytes), void *context);
void provider_free(struct provider *provider); /* the loop must run once more; NULL is allowed */
/* The configuration is another one now: what is under way ends as "away". */
void provider_learn(struct provider *provider, const struct config *config);
void provider_ask(struct provider *provider, struct json question);
