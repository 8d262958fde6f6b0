#include "watch/beat.h"

#include <string.h>

#include "base/hash.h"

enum { FIRST_LOOK_MS = 10000 };

int64_t beat_first_ms(const char *id, int64_t every_s)
{
    uint8_t hash[SHA256_BYTES];
    uint32_t spread;
    int64_t most_ms = every_s * 1000 < FIRST_LOOK_MS ? every_s * 1000 : FIRST_LOOK_MS;
    sha256(id, strlen(id), hash);
    memcpy(&spread, hash, sizeof spread);
    return spread % most_ms;
}

uint64_t beat_next(int64_t *due_ms, int64_t every_ms, int64_t now_ms)
{
    int64_t next_ms = *due_ms + every_ms, n_missed = 0;
    if (next_ms <= now_ms)
        n_missed = (now_ms - next_ms) / every_ms + 1;
    *due_ms = next_ms + n_missed * every_ms;
    return (uint64_t)n_missed;
}
