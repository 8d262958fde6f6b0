/* CLOCK_ESCALATION: "2 hours if unresolved", "not restored within 20 minutes" is meant although somebody has
 * the incident. While nobody has it the chain pages the same people; afterwards this does, and so it does
 * where the time counts from the acknowledgement. */
#include <string.h>

#include "engine/engine_priv.h"
#include "runbook/idle_words.h"

static bool takes(const struct plan_entry *entry)
{
    if (entry->event == PLAN_AFTER_ANSWERED)
        return entry->after_s > 0 && entry->to.n > 0 && idle_holds(entry->condition);
    return entry->event == PLAN_AFTER_OPENED && entry->after_s > 0 && entry->condition &&
           idle_outlasts_answer(entry->condition);
}

static bool is_among(const char *audience, const struct strings *names)
{
    const char *at = audience;
    list_each (name, names) {
        size_t n = strlen(*name);
        if (strncmp(at, *name, n) != 0)
            return false;
        at += n + (strncmp(at + n, ", ", 2) == 0 ? 2 : 0);
    }
    return *at == '\0';
}

static bool is_met(const struct incident_record *record)
{
    return !incident_is_open(record);
}

static void due(struct turn *turn, struct incident_record *record, struct runbook_clock *clock)
{
    struct arena *arena = turn->arena;
    struct strings names = {0}, people = {0};
    const char *why = arena_printf(arena, "It is not resolved after %s%s: escalate%s%s (%s)%s",
                                   duration_text(arena, clock->after_s * US_PER_S),
                                   clock->event == PLAN_AFTER_ANSWERED ? " of the acknowledgement" : "",
                                   *clock->audience ? " to " : "", clock->audience, clock_place(turn, clock),
                                   lateness(turn, clock->fires_us));
    clock->state = CLOCK_OVERDUE;
    clock->fires_us = 0;
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    if (runbook) /* the names as they stand there, for one may hold a comma */
        list_each (escalation, &runbook->parts.escalations)
            if (escalation->line == clock->line && is_among(clock->audience, &escalation->to))
                names = escalation->to;
    chain_roles(turn, &names, &people);
    if (incident_has_owner(record))
        remind_first(turn, record, &people, why, &people);
    else
        people.n = 0;
    write_told(clock_event(turn, clock), &people);
    event_end(turn, record->incident.number, NULL, "escalation.due", "%s", why);
}

const struct clock_rule clock_escalation = {PLAN_ESCALATION,  takes, clock_since_open, is_met,
                                            clock_drive_once, due};
