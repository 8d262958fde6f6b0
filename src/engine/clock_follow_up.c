/* CLOCK_FOLLOW_UP: the review, the report, action items; and what is promised from the moment of detection.
 * It counts until somebody says that it is done, or the incident is closed. It wakes nobody: it is said when
 * it is due, again a day later, and is given up on record after a month. */
#include "engine/engine_priv.h"

enum { AGAIN_S = 86400, GIVEN_UP_S = 30 * 86400 };

static int64_t reviewed_us(const struct incident_record *record)
{
    for (size_t i = 0; i < record->clocks.n; i++) {
        const struct runbook_clock *clock = &record->clocks.at[i];
        if (clock->is_review && clock->state == CLOCK_MET && clock->since_us == record->incident.resolved_us)
            return clock->ended_us;
    }
    return 0;
}

static int64_t since(const struct incident_record *record, const struct runbook_clock *clock)
{
    const struct incident *incident = &record->incident;
    if (incident->state == INCIDENT_CLOSED)
        return 0;
    if (clock->event == PLAN_AFTER_OPENED)
        return incident->opened_us;
    if (clock->event == PLAN_AFTER_ANSWERED)
        return incident->acknowledged_us;
    return clock->event == PLAN_AFTER_RESOLVED ? incident->resolved_us : reviewed_us(record);
}

static void due(struct turn *turn, struct incident_record *record, struct runbook_clock *clock)
{
    static const char *const after[] = {"it was opened", "it was acknowledged", "it was resolved",
                                        "the review"};
    static const char *const kinds[] = {"follow_up.due", "follow_up.overdue", "follow_up.given_up"};
    static const char *const texts[] = {"is due now", "was due a day ago and is not done",
                                        "was due a month ago and is not done: it is given up"};
    const char *late = lateness(turn, clock->fires_us);
    int said = clock->said < 2 ? clock->said : 2;
    clock->state = said < 2 ? CLOCK_OVERDUE : CLOCK_STOPPED;
    clock->fires_us = 0;
    if (said < 2)
        clock->fires_us = time_after_s(turn->now_us, said == 0 ? AGAIN_S : GIVEN_UP_S - AGAIN_S);
    else
        clock->ended_us = turn->now_us;
    clock_event(turn, clock);
    event_end(turn, record->incident.number, NULL, kinds[said], "\"%s\" %s: %s after %s (%s)%s", clock->what,
              texts[said], duration_text(turn->arena, clock->after_s * US_PER_S), after[clock->event],
              clock_place(turn, clock), late);
}

const struct clock_rule clock_follow_up = {PLAN_FOLLOW_UP, NULL, since, NULL, clock_drive_once, due};
