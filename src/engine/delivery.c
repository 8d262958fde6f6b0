#include "engine/delivery.h"

#include "base/clock.h"
#include "engine/names.h"

static const char *const names[] = {
    [DELIVERY_DUE] = "due",   [DELIVERY_RETRY] = "retry",     [DELIVERY_SENT] = "sent",
    [DELIVERY_DEAD] = "dead", [DELIVERY_BUNDLED] = "bundled", [DELIVERY_CANCELLED] = "cancelled",
};

const char *delivery_state_name(enum delivery_state state)
{
    return names[state];
}

int delivery_state_of(const char *name)
{
    return name_find(names, sizeof names / sizeof *names, name);
}

enum { SHORTEST_S = 1, LONGEST_S = 300, LONGEST_ASKED_S = 3600 };

/* splitmix64 (Steele, Lea, Flood 2014): spreads neighbouring ids over all values. */
static uint64_t spread(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

int64_t delivery_backoff_us(int64_t delivery, int attempts, int64_t retry_after_s)
{
    int64_t longest_us = LONGEST_S * US_PER_S;
    int64_t delay_us = SHORTEST_S * US_PER_S;
    for (int i = 1; i < attempts && delay_us < longest_us; i++)
        delay_us *= 2;
    /* A quarter of jitter, so that what failed together does not come back together; the longest delay keeps
     * room for it. */
    if (delay_us > longest_us / 5 * 4)
        delay_us = longest_us / 5 * 4;
    uint64_t seed = (uint64_t)delivery * 64 + (uint64_t)(attempts & 63);
    delay_us += (int64_t)(spread(seed) % (uint64_t)(delay_us / 4 + 1));

    if (retry_after_s > LONGEST_ASKED_S)
        retry_after_s = LONGEST_ASKED_S;
    return retry_after_s * US_PER_S > delay_us ? retry_after_s * US_PER_S : delay_us;
}
