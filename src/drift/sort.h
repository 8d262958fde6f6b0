/* Sorting 64-bit keys, and doubles as keys. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Ascending, by counting the bytes in which the keys differ; scratch holds n, too. */
void sort_keys(uint64_t *keys, uint64_t *scratch, size_t n);

/* Keys that are ordered as the numbers are; -0 is 0. NaN has no place among them. */
static inline uint64_t key_of_number(double value)
{
    uint64_t bits;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline double number_of_key(uint64_t key)
{
    uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
