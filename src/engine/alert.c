#include "engine/alert.h"

#include <string.h>

#include "base/buf.h"
#include "base/hash.h"

#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME  UINT64_C(1099511628211)

/* The bytes of the text and the separator 0xff, which no UTF-8 text holds. */
static uint64_t fnv_add(uint64_t hash, const char *text)
{
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * FNV_PRIME;
    return (hash ^ 0xff) * FNV_PRIME;
}

uint64_t alert_fingerprint(const struct label *labels, size_t n_labels)
{
    uint64_t hash = FNV_OFFSET;
    for (size_t i = 0; i < n_labels; i++)
        hash = fnv_add(fnv_add(hash, labels[i].name), labels[i].value);
    return hash;
}

void alert_group_hash(const char *source, const char *group_key, char out[GROUP_HASH_BYTES])
{
    scoped_buf struct buf text = {0};
    char hex[SHA256_HEX_BYTES];
    buf_add(&text, source, strlen(source) + 1);
    buf_puts(&text, group_key);
    sha256_hex(buf_text(&text), text.n_bytes, hex);
    memcpy(out, hex, GROUP_HASH_BYTES - 1);
    out[GROUP_HASH_BYTES - 1] = '\0';
}
