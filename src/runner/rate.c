#include "runner/rate.h"

#include "base/clock.h"

void rate_start(struct rate *rate, int64_t bytes_a_second, int64_t now_us)
{
    *rate = (struct rate){bytes_a_second, bytes_a_second, now_us};
}

int64_t rate_take(struct rate *rate, size_t n_bytes, int64_t now_us)
{
    if (!rate->bytes_a_second)
        return 0;
    int64_t passed_us = now_us - rate->at_us;
    if (passed_us > US_PER_S)
        passed_us = US_PER_S;
    if (passed_us > 0)
        rate->left += rate->bytes_a_second * passed_us / US_PER_S;
    if (rate->left > rate->bytes_a_second)
        rate->left = rate->bytes_a_second;
    rate->at_us = now_us;
    rate->left -= (int64_t)n_bytes;
    return rate->left < 0 ? -rate->left * US_PER_S / rate->bytes_a_second + 1 : 0;
}
