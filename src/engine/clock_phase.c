/* CLOCK_PHASE: a part of the procedure that should be done by then. It is said, and wakes nobody. */
#include "engine/engine_priv.h"

static void due(struct turn *turn, struct incident_record *record, struct runbook_clock *clock)
{
    const char *late = lateness(turn, clock->fires_us);
    clock->state = CLOCK_OVERDUE;
    clock->fires_us = 0;
    clock_event(turn, clock);
    event_end(
        turn, record->incident.number, NULL, "phase.due", "\"%s\" should be done by now, after %s%s (%s)%s",
        clock->what, duration_text(turn->arena, clock->after_s * US_PER_S),
        clock->event == PLAN_AFTER_ANSWERED ? " of the acknowledgement" : "", clock_place(turn, clock), late);
}

const struct clock_rule clock_phase = {PLAN_PHASE, NULL, clock_since_open, NULL, clock_drive_once, due};
