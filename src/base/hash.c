#include "base/hash.h"

#include <sodium.h>

void sha256(const void *bytes, size_t n_bytes, uint8_t out[SHA256_BYTES])
{
    crypto_hash_sha256(out, bytes, n_bytes);
}

void hex_encode(const uint8_t *bytes, size_t n_bytes, char *out)
{
    sodium_bin2hex(out, n_bytes * 2 + 1, bytes, n_bytes);
}

void sha256_hex(const void *bytes, size_t n_bytes, char out[SHA256_HEX_BYTES])
{
    uint8_t digest[SHA256_BYTES];
    sha256(bytes, n_bytes, digest);
    hex_encode(digest, sizeof digest, out);
}

void random_bytes(void *out, size_t n_bytes)
{
    randombytes_buf(out, n_bytes);
}

int equal_constant_time(const void *a, const void *b, size_t n_bytes)
{
    return sodium_memcmp(a, b, n_bytes) == 0;
}
