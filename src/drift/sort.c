#include "drift/sort.h"

static void insert(uint64_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t key = keys[i];
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--)
            keys[j] = keys[j - 1];
        keys[j] = key;
    }
}

static void sort_by_byte(const uint64_t *from, uint64_t *to, size_t n, unsigned shift)
{
    size_t starts[256] = {0}, at = 0;
    for (size_t i = 0; i < n; i++)
        starts[from[i] >> shift & 0xff]++;
    for (size_t b = 0; b < 256; b++) {
        size_t count = starts[b];
        starts[b] = at;
        at += count;
    }
    for (size_t i = 0; i < n; i++)
        to[starts[from[i] >> shift & 0xff]++] = from[i];
}

void sort_keys(uint64_t *keys, uint64_t *scratch, size_t n)
{
    if (n <= 48) {
        insert(keys, n);
        return;
    }
    uint64_t differ = 0, *from = keys, *to = scratch;
    for (size_t i = 1; i < n; i++)
        differ |= keys[i] ^ keys[0];
    for (unsigned shift = 0; shift < 64; shift += 8)
        if (differ >> shift & 0xff) {
            sort_by_byte(from, to, n, shift);
            uint64_t *swap = from;
            from = to;
            to = swap;
        }
    if (from != keys)
        memcpy(keys, from, n * sizeof *keys);
}
