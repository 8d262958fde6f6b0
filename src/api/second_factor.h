/* The second factor of a person: a code that an authenticator makes of a shared key and the time (TOTP, RFC
 * 6238: SHA-1, six digits, 30 s), which is what all of them can do. */
#pragma once

#include <stdint.h>

#include "base/arena.h"

/* A new key of 160 bits, base32 without padding. In the arena. */
const char *second_factor_key(struct arena *arena);
/* What an authenticator reads, as text or from a QR code: "otpauth://totp/Crashcart:ana?secret=...". */
const char *second_factor_uri(struct arena *arena, const char *person, const char *key);
/* The time step of the code, which is after the last one taken and not further than one step from now; -1: no
 * such code. */
int64_t second_factor_step(const char *key, const char *code, int64_t now_s, int64_t last_step);
