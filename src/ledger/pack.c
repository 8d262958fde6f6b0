/* Bodies in the inbox. Alerts of one request repeat each other: Zstandard makes a twentieth of them in less
 * time than it takes to write them. What does not begin as a Zstandard frame (RFC 8878, 3.1.1) is kept as it
 * came, and no text begins with those bytes. */
#include <string.h>
#include <zstd.h>

#include "ledger/ledger_priv.h"

enum { LEVEL = 1, LEAST_BYTES = 2048, MOST_BYTES = 1024 * 1024 * 1024 };

struct ledger_packer {
    ZSTD_CCtx *context;
    struct buf packed;
};

struct ledger_packer *ledger_packer_new(void)
{
    struct ledger_packer *packer = heap_alloc(sizeof *packer);
    packer->context = ZSTD_createCCtx();
    must(packer->context);
    return packer;
}

void ledger_packer_free(struct ledger_packer *packer)
{
    if (!packer)
        return;
    ZSTD_freeCCtx(packer->context);
    buf_free(&packer->packed);
    heap_free_(&packer);
}

void ledger_pack(struct ledger_packer *packer, const void *body, size_t n_bytes, const void **ret_packed,
                 size_t *ret_n_bytes)
{
    *ret_packed = body;
    *ret_n_bytes = n_bytes;
    if (n_bytes < LEAST_BYTES)
        return;
    buf_clear(&packer->packed);
    char *at = buf_room(&packer->packed, ZSTD_compressBound(n_bytes));
    size_t n = ZSTD_compressCCtx(packer->context, at, ZSTD_compressBound(n_bytes), body, n_bytes, LEVEL);
    if (ZSTD_isError(n) || n >= n_bytes)
        return;
    *ret_packed = at;
    *ret_n_bytes = n;
}

static bool is_packed(const void *bytes, size_t n_bytes)
{
    static const uint8_t magic[] = {0x28, 0xb5, 0x2f, 0xfd};
    return n_bytes > sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

void unpack(struct buf *out, const void **bytes, size_t *n_bytes)
{
    if (!is_packed(*bytes, *n_bytes))
        return;
    unsigned long long size = ZSTD_getFrameContentSize(*bytes, *n_bytes);
    if (size > MOST_BYTES) /* the errors are such numbers, too */
        return;
    buf_clear(out);
    char *at = buf_room(out, (size_t)size);
    if (ZSTD_decompress(at, (size_t)size, *bytes, *n_bytes) != size)
        return;
    *bytes = at;
    *n_bytes = (size_t)size;
}
