/* TIMER_HOLD_DOWN: no alert has fired for long enough. */
#include "engine/engine_priv.h"

void due_hold_down(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, hold_down);
    int64_t due_us = due->at_us;
    turn_clear_timer(turn, due, record->incident.number);
    if (record->incident.state != INCIDENT_MONITORING)
        return;
    int64_t quiet_us = turn->now_us - record->incident.monitoring_us;
    incident_resolve(turn, record, "system",
                     arena_printf(turn->arena, "No alert has fired for %s%s",
                                  duration_text(turn->arena, quiet_us), lateness(turn, due_us)));
}
