/* TIMER_HOLD_DOWN: no alert has fired for long enough. It runs while an incident is monitored and nothing
 * fires. */
#include "engine/engine_priv.h"

void hold_down_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    (void)what;
    if (!incident_is_quiet(record))
        turn_clear_timer(turn, &record->hold_down, record->incident.number);
    else if (!due_is_set(&record->hold_down))
        turn_set_timer(turn, &record->hold_down, record->incident.number,
                       time_after_s(turn->now_us, hold_down_s(turn->engine, record)));
}

void due_hold_down(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, hold_down);
    int64_t due_us = due->at_us;
    turn_clear_timer(turn, due, record->incident.number);
    if (!incident_is_quiet(record))
        return;
    int64_t quiet_us = turn->now_us - record->incident.monitoring_us;
    incident_resolve(turn, record, "system",
                     arena_printf(turn->arena, "No alert has fired for %s%s",
                                  duration_text(turn->arena, quiet_us), lateness(turn, due_us)));
}
