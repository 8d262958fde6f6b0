#include "engine/next_page.h"

#include <string.h>

#include "engine/engine_priv.h"

/* The next step of the chain that reaches somebody; the engine skips those that notify nobody at that hour.
 */
static void find_people(struct arena *arena, const struct engine *engine,
                        const struct incident_record *record, struct next_page *next)
{
    struct chain chain;
    incident_chain(arena, engine, record, &chain);
    size_t n = chain.steps.n, first = n ? (size_t)record->incident.escalation_step % n : 0;
    next->n_steps = n;
    next->round = n ? record->incident.escalation_step / (int64_t)n + 1 : 1;
    for (size_t i = first; i < n && !next->people.n; i++) {
        list_each (target, &chain.steps.at[i].notify)
            chain_target_people(arena, engine, *target, next->at_us, &next->people);
        next->step = i + 1;
    }
    if (next->people.n)
        return;
    next->step = 0;
    list_each (person, &engine->config->people)
        strings_add(arena, &next->people, person->id);
}

bool engine_next_page(struct arena *arena, const struct engine *engine, int64_t number,
                      struct next_page *ret_next)
{
    static const char prefix[] = "person:";
    const struct incident_record *record = incident_find(engine, number);
    struct next_page next = {0};
    if (!record || !incident_is_open(record))
        return false;
    const struct incident *incident = &record->incident;
    bool leased = due_is_set(&record->lease);
    if (due_is_set(&record->escalate))
        next.at_us = record->escalate.at_us;
    else if (leased)
        next.at_us = record->lease.at_us;
    next.holder = !due_is_set(&record->escalate) && leased && incident->lease_lapses == 0 &&
                  strncmp(incident->acknowledged_by, prefix, sizeof prefix - 1) == 0;
    if (next.holder)
        strings_add(arena, &next.people, incident->acknowledged_by + sizeof prefix - 1);
    else if (next.at_us)
        find_people(arena, engine, record, &next);
    *ret_next = next;
    return true;
}
