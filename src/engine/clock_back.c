/* The clock was set back while nobody listened: timers on record lie further ahead than they are ever set,
 * and whoever waits for a page would wait for the difference on top. They are set anew. */
#include "engine/engine_priv.h"

/* longest_s negative: no bound is known. */
static bool bring_near(struct turn *turn, const struct incident_record *record, struct due *due,
                       int64_t longest_s)
{
    int64_t latest_us = time_after_s(turn->now_us, longest_s);
    if (!due_is_set(due) || longest_s < 0 || due->at_us <= latest_us)
        return false;
    turn_set_timer(turn, due, record->incident.number, latest_us);
    return true;
}

static void bring_lease_near(struct turn *turn, struct incident_record *record)
{
    struct incident *incident = &record->incident;
    if (!bring_near(turn, record, &record->lease, lease_s(turn->engine, record)))
        return;
    incident->lease_us = record->lease.at_us;
    if (incident->progress_us > turn->now_us)
        incident->progress_us = turn->now_us;
    turn_touch(turn, record);
}

void clock_back_restored(struct turn *turn, struct incident_record *record)
{
    bring_near(turn, record, &record->hold_down, turn->engine->config->hold_down_s);
    bring_near(turn, record, &record->escalate, escalate_wait_s(turn->engine, record));
    bring_lease_near(turn, record);
}
