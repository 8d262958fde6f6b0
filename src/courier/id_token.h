/* Is an ID token of the provider's, for us, for this sign-in, and still good (OpenID Connect Core 3.1.3.7)?
 * Signatures are libcjose's work. Pure: keys and the time are given. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

enum { ID_TOKEN_BYTES = 64 * 1024, ID_TOKEN_SKEW_S = 60, ID_TOKEN_LEVELS = 16 };

struct id_token_wanted {
    const char *issuer, *client, *nonce;
    int64_t now_s;
};

enum id_token_verdict {
    ID_TOKEN_GOOD,
    ID_TOKEN_KEY_UNKNOWN, /* nothing among the keys may have signed it: they may have changed */
    ID_TOKEN_BAD
};

/* keys is the provider's JWK set (RFC 7517). Good: ret_claims is the token's payload, a JSON object. Else err
 * says why, in words fit for the record: nothing of the token itself. */
enum id_token_verdict id_token_verify(struct arena *arena, const char *token, struct json keys,
                                      const struct id_token_wanted *wanted, const char **ret_claims,
                                      size_t *ret_n_bytes, struct err *err);
