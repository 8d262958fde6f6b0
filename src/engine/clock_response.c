/* CLOCK_RESPONSE: acknowledged within the level's response time. The chain of escalation pages by its own
 * times; when it is not about to, whoever was paged last is paged again. */
#include "engine/engine_priv.h"

static int64_t since(const struct incident_record *record, const struct runbook_clock *clock)
{
    return record->incident.acknowledged_us ? 0 : clock_since_open(record, clock);
}

static bool is_met(const struct incident_record *record)
{
    return record->incident.acknowledged_us != 0;
}

/* "Immediate" still needs time to answer the telephone. */
static void drive(struct turn *turn, struct runbook_clock *clock)
{
    enum { AT_ONCE_S = 300 };
    if (clock->after_s > 0) {
        clock_drive_once(turn, clock);
        return;
    }
    clock->due_us = time_after_s(clock_begins_us(turn, clock), AT_ONCE_S);
    clock->fires_us = clock->due_us > turn->now_us ? clock->due_us : turn->now_us;
}

static void page_again(struct turn *turn, struct incident_record *record, const char *why)
{
    const struct incident *incident = &record->incident;
    int64_t response_us = turn->now_us - incident_since_us(record);
    if (!incident_wants_people(record) || incident->escalation_step == 0 ||
        (due_is_set(&record->escalate) && record->escalate.at_us - turn->now_us <= response_us))
        return;
    struct strings people;
    size_t n_steps = chain_length(turn->engine, record);
    if (n_steps == 0)
        return;
    chain_people(turn, record, (size_t)(incident->escalation_step - 1) % n_steps, &people);
    list_each (person, &people)
        page_person(turn, record, *person, why);
}

static void due(struct turn *turn, struct incident_record *record, struct runbook_clock *clock)
{
    const char *within = duration_text(turn->arena, clock->due_us - clock->since_us);
    const char *late = lateness(turn, clock->fires_us);
    clock->state = CLOCK_OVERDUE;
    clock->fires_us = 0;
    clock_event(turn, clock);
    event_end(turn, record->incident.number, NULL, "response.missed",
              "Nobody has acknowledged it within %s, the response time of %s (%s)%s", within,
              record->incident.severity, clock_place(turn, clock), late);
    page_again(turn, record,
               arena_printf(turn->arena, "Nobody has acknowledged it within the response time (%s)",
                            clock_place(turn, clock)));
}

const struct clock_rule clock_response = {PLAN_RESPONSE, NULL, since, is_met, drive, due};
