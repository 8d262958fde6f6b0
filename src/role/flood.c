#include "role/flood.h"

enum { WHILE_US = 20000, CALM_US = 500000, MANY_REQUESTS = 8 };

static void begin_while(struct flood *flood, int64_t at_us)
{
    flood->since_us = at_us;
    flood->worked_us = 0;
    flood->n_requests = 0;
}

void flood_note(struct flood *flood, int64_t from_us, int64_t to_us, int n_requests)
{
    if (from_us - flood->since_us > WHILE_US)
        begin_while(flood, from_us);
    flood->worked_us += to_us - from_us;
    flood->n_requests += n_requests;
    if (to_us - flood->since_us < WHILE_US)
        return;
    if (flood->n_requests >= MANY_REQUESTS && 2 * flood->worked_us > to_us - flood->since_us) {
        flood->was = true;
        flood->until_us = to_us + CALM_US;
    }
    begin_while(flood, to_us);
}

bool flood_is_on(const struct flood *flood, int64_t now_us)
{
    return flood->was && now_us < flood->until_us;
}
