#include "base/hash.h"

#include <pthread.h>
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

static uint8_t tag_key[crypto_shorthash_siphashx24_KEYBYTES];

static void make_tag_key(void)
{
    randombytes_buf(tag_key, sizeof tag_key);
}

void tag_hex(const void *bytes, size_t n_bytes, char out[TAG_HEX_BYTES])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint8_t tag[crypto_shorthash_siphashx24_BYTES];
    pthread_once(&once, make_tag_key);
    crypto_shorthash_siphashx24(tag, bytes, n_bytes, tag_key);
    hex_encode(tag, sizeof tag, out);
}

static uint8_t index_key[crypto_shorthash_KEYBYTES];

static void make_index_key(void)
{
    randombytes_buf(index_key, sizeof index_key);
}

uint64_t index_hash(const void *bytes, size_t n_bytes)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    uint64_t hash;
    pthread_once(&once, make_index_key);
    crypto_shorthash((uint8_t *)&hash, bytes, n_bytes, index_key);
    return hash;
}

void random_bytes(void *out, size_t n_bytes)
{
    randombytes_buf(out, n_bytes);
}

int equal_constant_time(const void *a, const void *b, size_t n_bytes)
{
    return sodium_memcmp(a, b, n_bytes) == 0;
}
