/* CLOCK_RESOLUTION: resolved within the level's target. The commander hears of it a quarter of the time
 * before, an hour at most, and when it is missed. */
#include "engine/engine_priv.h"

enum { WARN_MOST_S = 3600 };

static bool is_met(const struct incident_record *record)
{
    return !incident_is_open(record);
}

static void drive(struct turn *turn, struct runbook_clock *clock)
{
    int64_t before_s = clock->after_s / 4 < WARN_MOST_S ? clock->after_s / 4 : WARN_MOST_S;
    clock_drive_once(turn, clock);
    int64_t warn_us = clock->due_us - before_s * US_PER_S;
    if (clock->due_us <= turn->now_us)
        clock->said = 1; /* too late to warn of it */
    else
        clock->fires_us = warn_us > turn->now_us ? warn_us : turn->now_us;
}

static void tell(struct turn *turn, struct incident_record *record, const struct runbook_clock *clock,
                 const char *kind, const char *what)
{
    struct strings people = {0};
    if (incident_has_owner(record)) /* else others are being paged */
        remind_first(turn, record, &people, what, &people);
    write_told(clock_event(turn, clock), &people);
    event_end(turn, record->incident.number, NULL, kind, "%s", what);
}

static void due(struct turn *turn, struct incident_record *record, struct runbook_clock *clock)
{
    struct arena *arena = turn->arena;
    const char *target = duration_text(arena, clock->after_s * US_PER_S);
    const char *place = clock_place(turn, clock), *late = lateness(turn, clock->fires_us);
    if (clock->said == 0 && turn->now_us < clock->due_us) {
        clock->fires_us = clock->due_us;
        tell(turn, record, clock, "resolution.near",
             arena_printf(arena, "%s are left of the %s in which %s is to be resolved (%s)%s",
                          duration_text(arena, clock->due_us - turn->now_us), target,
                          record->incident.severity, place, late));
        return;
    }
    clock->state = CLOCK_OVERDUE;
    clock->fires_us = 0;
    tell(turn, record, clock, "resolution.missed",
         arena_printf(arena, "It is not resolved within %s, the target of %s (%s)%s", target,
                      record->incident.severity, place, late));
}

const struct clock_rule clock_resolution = {PLAN_RESOLUTION, NULL, clock_since_open, is_met, drive, due};
