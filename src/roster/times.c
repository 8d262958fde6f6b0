/* Stretches of time that come again, as maintenance windows do. Both ends keep their wall time when the
 * clocks change: the window of that night is an hour shorter or longer. */
#include "base/clock.h"
#include "roster/rotation.h"
#include "roster/zone.h"

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
    int64_t turn = layer_turn_at(layer, zone_local_s(zone, at_us / US_PER_S));
    for (turn = turn > 0 ? turn - 1 : 0;; turn++) { /* clocks that change may put it off by one */
        int64_t start_s = layer_turn_start_s(layer, turn);
        if (start_s >= end_s)
            return false;
        int64_t until_s = start_s + lasts_s < end_s ? start_s + lasts_s : end_s;
        ret_times->from_us = zone_utc_s(zone, start_s) * US_PER_S;
        ret_times->until_us = zone_utc_s(zone, until_s) * US_PER_S;
        if (ret_times->until_us > at_us)
            return true;
    }
}
