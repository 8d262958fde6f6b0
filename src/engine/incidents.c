/* The incidents that the engine remembers: the open ones, the resolved ones of the last day, and those whose
 * clocks (a review, action items) still run. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

enum { REMEMBERED_S = 86400 };

struct incident_record *incident_find(const struct engine *engine, int64_t number)
{
    return map_get(engine->incidents, &number, sizeof number);
}

struct incident_record *incident_of_trouble(const struct engine *engine, const char *trouble)
{
    return map_get(engine->troubles, trouble, strlen(trouble));
}

/* The newest record of each key counts. */
static void map_newest(struct map *map, const char *key, struct incident_record *record)
{
    const struct incident_record *known = map_get(map, key, strlen(key));
    if (!known || known->incident.number < record->incident.number)
        map_put(map, key, strlen(key), record);
}

static void unmap(struct map *map, const char *key, const struct incident_record *record)
{
    if (map_get(map, key, strlen(key)) == record)
        map_remove(map, key, strlen(key));
}

static void link_by_number(struct engine *engine, struct incident_record *record)
{
    struct incident_record *before = engine->last;
    while (before && before->incident.number > record->incident.number)
        before = before->previous;
    record->previous = before;
    record->next = before ? before->next : engine->first;
    *(record->next ? &record->next->previous : &engine->last) = record;
    *(before ? &before->next : &engine->first) = record;
}

struct incident_record *incident_add(struct engine *engine, const struct incident *incident)
{
    struct incident_record *record = heap_alloc(sizeof *record);
    record->incident = *incident;
    texts_to_heap(&incident_texts, &record->incident);
    record->moved_to = -1;
    record->escalate.kind = TIMER_ESCALATE;
    record->hold_down.kind = TIMER_HOLD_DOWN;
    record->tell.kind = TIMER_NEWS;
    record->lease.kind = TIMER_LEASE;
    record->mute.kind = TIMER_MUTE;
    record->flapping.kind = TIMER_FLAPPING;
    record->approval.kind = TIMER_APPROVAL;
    record->verify.kind = TIMER_VERIFY;
    record->calm.kind = TIMER_STORM;
    record->clocks.due.kind = TIMER_CLOCKS;
    record->actions.due.kind = TIMER_ACTIONS;
    if (incident->number > engine->last_incident)
        engine->last_incident = incident->number;
    link_by_number(engine, record);
    map_put(engine->incidents, &incident->number, sizeof incident->number, record);

    map_newest(engine->troubles, record->incident.trouble, record);
    if (*record->incident.sender_key)
        map_newest(engine->keyed, record->incident.sender_key, record);
    return record;
}

void incident_free(struct engine *engine, struct incident_record *record)
{
    struct incident *incident = &record->incident;
    must(!record->touched);
    kin_drop(engine, record);
    while (record->deliveries)
        delivery_drop(engine, record, record->deliveries);
    due_clear(&engine->due, &record->escalate);
    due_clear(&engine->due, &record->hold_down);
    due_clear(&engine->due, &record->tell);
    news_free(record);
    due_clear(&engine->due, &record->lease);
    due_clear(&engine->due, &record->mute);
    due_clear(&engine->due, &record->flapping);
    due_clear(&engine->due, &record->approval);
    due_clear(&engine->due, &record->verify);
    due_clear(&engine->due, &record->calm);
    storm_forget_paged(record);
    free(record->swings_us);
    clocks_free(engine, &record->clocks);
    actions_free(engine, &record->actions);
    *(record->next ? &record->next->previous : &engine->last) = record->previous;
    *(record->previous ? &record->previous->next : &engine->first) = record->next;
    map_remove(engine->incidents, &incident->number, sizeof incident->number);
    unmap(engine->troubles, incident->trouble, record);
    unmap(engine->keyed, incident->sender_key, record);
    for (size_t i = 0; i < record->n_steps; i++)
        texts_free(&step_texts, &record->steps[i]);
    for (size_t i = 0; i < record->n_roles; i++)
        texts_free(&role_texts, &record->roles[i]);
    for (size_t i = 0; i < record->n_checks; i++)
        texts_free(&check_texts, &record->checks[i]);
    custody_free(&record->custody);
    free(record->heard);
    free(record->steps);
    free(record->roles);
    free(record->checks);
    texts_free(&incident_texts, incident);
    free(record);
}

void incident_retire(struct engine *engine, struct incident_record *record)
{
    struct incident_record *before = engine->retired_last;
    kin_drop(engine, record);
    if (record->retired)
        return;
    record->retired = true;
    while (before && before->incident.resolved_us > record->incident.resolved_us) /* recalled from long ago */
        before = before->retired_previous;
    record->retired_previous = before;
    record->retired_next = before ? before->retired_next : engine->retired_first;
    *(record->retired_next ? &record->retired_next->retired_previous : &engine->retired_last) = record;
    *(before ? &before->retired_next : &engine->retired_first) = record;
}

void incident_unretire(struct engine *engine, struct incident_record *record)
{
    struct incident_record *next = record->retired_next, *previous = record->retired_previous;
    if (!record->retired)
        return;
    record->retired = false;
    *(next ? &next->retired_previous : &engine->retired_last) = previous;
    *(previous ? &previous->retired_next : &engine->retired_first) = next;
    record->retired_next = record->retired_previous = NULL;
}

/* A reminder of it is still on its way. */
static bool is_telling(const struct incident_record *record)
{
    for (const struct delivery_record *d = record->deliveries; d; d = d->next)
        if (d->delivery.state != DELIVERY_CANCELLED)
            return true;
    return false;
}

void incidents_forget(struct engine *engine)
{
    for (struct incident_record *record = engine->retired_first, *next; record; record = next) {
        next = record->retired_next;
        if (time_after_s(record->incident.resolved_us, REMEMBERED_S) > engine->now_us)
            break;
        if (is_telling(record))
            continue;
        incident_unretire(engine, record);
        /* else its last clock gives it up, the last of its action items, or who releases its evidence */
        if (!clocks_pending(&record->clocks) && !actions_pending(&record->actions) &&
            !record->incident.hold_us)
            incident_free(engine, record);
    }
}

bool incident_is_open(const struct incident_record *record)
{
    return record->incident.state < INCIDENT_RESOLVED;
}

void incident_move(struct turn *turn, struct incident_record *record, enum incident_state to)
{
    must(incident_may_move(record->incident.state, to));
    record->incident.state = to;
    turn_touch(turn, record);
    if (to == INCIDENT_ACKNOWLEDGED || to == INCIDENT_RESOLVED)
        followers_tell(turn, record, incident_state_name(to));
}

struct incident_record *incident_wanted(struct turn *turn, int64_t number)
{
    struct incident_record *record = incident_find(turn->engine, number);
    if (record) {
        news_tell(turn, record); /* before what is done about them */
        return record;
    }
    if (number > 0 && number <= turn->engine->last_incident)
        turn_answer(turn, OUTCOME_CONFLICT, number, "Incident %lld was resolved more than a day ago.",
                    (long long)number);
    else
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "There is no incident %lld.", (long long)number);
    return NULL;
}

const struct runbook *incident_runbook(const struct engine *engine, const struct incident_record *record,
                                       const struct procedure **ret_procedure)
{
    const struct incident *incident = &record->incident;
    *ret_procedure = NULL;
    if (!*incident->runbook_file || !engine->library)
        return NULL;
    const struct runbook *runbook = library_find(engine->library, incident->runbook_file);
    if (!runbook || strcmp(runbook->sha256, incident->runbook_sha256) != 0)
        return runbook;
    list_each (procedure, &runbook->procedures)
        if (procedure->line == incident->procedure_line &&
            strcmp(procedure->title, incident->procedure_title) == 0) {
            *ret_procedure = procedure;
            break;
        }
    return runbook;
}

bool incident_is_worst(const struct incident_record *record)
{
    return record->incident.severity_rank == 1 || record->incident.patient_safety;
}
