/* Hashes: SHA-256 for what is proved (libsodium). */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX_BYTES = 65 };

void sha256(const void *bytes, size_t n_bytes, uint8_t out[SHA256_BYTES]);
/* Lower-case hex with a closing NUL. */
void sha256_hex(const void *bytes, size_t n_bytes, char out[SHA256_HEX_BYTES]);
void hex_encode(const uint8_t *bytes, size_t n_bytes, char *out); /* out holds 2 * n_bytes + 1 */

/* 32 hex digits for bytes that are to be told apart, not proved: quick, and other ones after each start
 * (SipHash-128 with a random key). */
enum { TAG_HEX_BYTES = 33 };
void tag_hex(const void *bytes, size_t n_bytes, char out[TAG_HEX_BYTES]);

/* For the index of a table whose keys come from outside: SipHash-64 with a key of the process. Any thread. */
uint64_t index_hash(const void *bytes, size_t n_bytes);

/* n_bytes from the kernel's random source. */
void random_bytes(void *out, size_t n_bytes);
/* Same time for equal and unequal: for tokens. */
int equal_constant_time(const void *a, const void *b, size_t n_bytes);
