/* Stretches of time that come again, as maintenance windows do. Both ends keep their wall time when the
 * clocks change: the window of that night is an hour shorter or longer. */
#include "base/clock.h"
#include "roster/roster.h"
#include "roster/zone.h"

/* When that turn begins, in local seconds; INT64_MAX past the last one. */
static int64_t start_of(const struct roster_layer *layer, int64_t turn)
{
    const struct rotation *rotation = &layer->rotation;
    int64_t start_s = local_seconds(&layer->start);
    if (turn == 0 || rotation->period_s)
        return start_s + turn * rotation->period_s;
    return (size_t)turn <= rotation->turns.n ? rotation->turns.at[turn - 1] : INT64_MAX;
}

/* The last turn that has begun by then; 0 before the first. */
static int64_t turn_at(const struct roster_layer *layer, int64_t local_s)
{
    const struct rotation *rotation = &layer->rotation;
    int64_t start_s = local_seconds(&layer->start);
    if (rotation->period_s)
        return local_s > start_s ? (local_s - start_s) / rotation->period_s : 0;
    size_t low = 0, high = rotation->turns.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rotation->turns.at[middle] <= local_s)
            low = middle + 1;
        else
            high = middle;
    }
    return (int64_t)low;
}

bool layer_times(const char *timezone, const struct roster_layer *layer, int64_t lasts_s, int64_t at_us,
                 struct roster_times *ret_times)
{
    const struct zone *zone = zone_find(timezone);
    bool comes_again = layer->rotation.period_s || layer->rotation.rule;
    int64_t end_s = layer->until.year ? local_seconds(&layer->until) : INT64_MAX;
    if (!zone)
        return false;
    if (!comes_again) {
        ret_times->from_us = zone_utc_s(zone, local_seconds(&layer->start)) * US_PER_S;
        ret_times->until_us = zone_utc_s(zone, end_s) * US_PER_S;
        return ret_times->until_us > at_us;
    }
    int64_t turn = turn_at(layer, zone_local_s(zone, at_us / US_PER_S));
    for (turn = turn > 0 ? turn - 1 : 0;; turn++) { /* clocks that change may put it off by one */
        int64_t start_s = start_of(layer, turn);
        if (start_s >= end_s)
            return false;
        int64_t until_s = start_s + lasts_s < end_s ? start_s + lasts_s : end_s;
        ret_times->from_us = zone_utc_s(zone, start_s) * US_PER_S;
        ret_times->until_us = zone_utc_s(zone, until_s) * US_PER_S;
        if (ret_times->until_us > at_us)
            return true;
    }
}
