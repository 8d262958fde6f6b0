/* The engine's one entry: an input goes to its handler, what is due goes to the handler of its timer. */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

static input_handler *const input_handlers[N_INPUT_KINDS] = {
    [INPUT_ALERTS] = decide_alerts,
    [INPUT_ACKNOWLEDGE] = decide_acknowledge,
    [INPUT_NOTE] = decide_note,
    [INPUT_RESOLVE] = decide_resolve,
    [INPUT_STATE] = decide_state,
    [INPUT_SEVERITY] = decide_severity,
    [INPUT_PATIENT_SAFETY] = decide_patient_safety,
    [INPUT_ASSIGN] = decide_assign,
    [INPUT_CHECK] = decide_check,
    [INPUT_UPDATE] = decide_update,
    [INPUT_UPDATE_SEND] = decide_update_send,
    [INPUT_FINDING] = decide_finding,
    [INPUT_CHANGED] = decide_changed,
    [INPUT_CLOCK_DONE] = decide_clock_done,
    [INPUT_ACTION] = decide_action,
    [INPUT_REPLY_REFUSED] = decide_reply_refused,
    [INPUT_UNDELIVERED] = decide_undelivered,
    [INPUT_PROVE] = decide_prove,
    [INPUT_SUBSCRIBE] = decide_subscribe,
    [INPUT_PROOF_DONE] = decide_proof_done,
    [INPUT_APPROVE] = decide_approve,
    [INPUT_STEP_VALUES] = decide_step_values,
    [INPUT_DENY] = decide_deny,
    [INPUT_STEP_VERB] = decide_step_verb,
    [INPUT_PROCEDURE] = decide_procedure,
    [INPUT_DELIVERY_DONE] = decide_delivery_done,
    [INPUT_STEP_STARTED] = decide_step_started,
    [INPUT_STEP_DONE] = decide_step_done,
    [INPUT_SILENCE] = decide_silence,
    [INPUT_SILENCE_EXPIRE] = decide_silence_expire,
    [INPUT_MUTE] = decide_mute,
    [INPUT_UNMUTE] = decide_unmute,
    [INPUT_HOLD] = decide_hold,
    [INPUT_EVIDENCE_READ] = decide_evidence_read,
    [INPUT_ACCESS] = decide_access,
    [INPUT_OVERRIDE] = decide_override,
    [INPUT_CLOCK_BACK] = decide_clock_back,
    [INPUT_TIMER] = decide_timer,
};

static timer_handler *const timer_handlers[N_TIMER_KINDS] = {
    [TIMER_ESCALATE] = due_escalate,
    [TIMER_HOLD_DOWN] = due_hold_down,
    [TIMER_LEASE] = due_lease,
    [TIMER_DELIVERY_RETRY] = due_delivery_retry,
    [TIMER_ALERT_ENDS] = due_alert_ends,
    [TIMER_NEWS] = due_news,
    [TIMER_SILENCE] = due_silence,
    [TIMER_REVIEW] = due_review,
    [TIMER_MUTE] = due_mute,
    [TIMER_FLAPPING] = due_flapping,
    [TIMER_APPROVAL] = due_approval,
    [TIMER_VERIFY] = due_verify,
    [TIMER_MAINTENANCE] = due_maintenance,
    [TIMER_DIGEST] = due_digest,
    [TIMER_STORM] = due_storm,
    [TIMER_CLOCKS] = due_clocks,
    [TIMER_RECURRING] = due_recurring,
    [TIMER_ACTIONS] = due_actions,
    [TIMER_PROOF] = due_proofs,
};

struct engine *engine_new(const struct config *config, const struct library *library)
{
    struct engine *engine = heap_alloc(sizeof *engine);
    engine->config = config;
    engine->library = library;
    engine->arena = arena_new();
    engine->scale = severity_scale_builtin();
    engine->instance = heap_strdup("local");
    engine->incidents = map_new();
    engine->troubles = map_new();
    engine->keyed = map_new();
    engine->kin = map_new();
    engine->deliveries = map_new();
    engine->budgets = map_new();
    engine->causes = map_new();
    alert_table_start(&engine->alerts, &engine->due);
    engine->review.kind = TIMER_REVIEW;
    engine->maintenance.kind = TIMER_MAINTENANCE;
    engine->recurring.due.kind = TIMER_RECURRING;
    engine->proofs.due.kind = TIMER_PROOF;
    engine->plan_arena = arena_new();
    engine->plans = map_new();
    silences_start(&engine->silences);
    inhibition_start(&engine->inhibition);
    engine_learn(engine, config, library);
    engine->expect_heartbeats = config->heartbeats.n > 0;
    return engine;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    while (engine->first)
        incident_free(engine, engine->first);
    alert_table_end(&engine->alerts);
    silences_end(engine);
    inhibition_end(&engine->inhibition);
    dependencies_end(&engine->dependencies);
    free(engine->released_why);
    clocks_free(engine, &engine->recurring);
    proofs_free(engine);
    duty_free(engine);
    map_free(engine->plans);
    arena_free(engine->plan_arena);
    map_free(engine->incidents);
    map_free(engine->troubles);
    map_free(engine->keyed);
    map_free(engine->kin);
    map_free(engine->deliveries);
    budgets_free(engine);
    storms_free(engine);
    arena_free(engine->restoring);
    arena_free(engine->arena);
    free(engine->due.nodes);
    buf_free(&engine->body);
    buf_free(&engine->kin_key);
    free(engine->instance);
    free(engine);
}

void engine_learn(struct engine *engine, const struct config *config, const struct library *library)
{
    engine->config = config;
    engine->library = library;
    engine->expect_heartbeats = true;
    engine->checks_changed = engine->alerts.n > 0;
    engine->places_changed = engine->chains_changed = true;
    engine->maintenance_changed = config->maintenance.n > 0 || engine->silences.n > 0;
    clocks_learn(engine);
    inhibition_rebuild(engine);
    dependencies_learn(engine);
    if (engine->alerts.n)
        hold_review_soon(engine);
}

void engine_name(struct engine *engine, const char *instance)
{
    free(engine->instance);
    engine->instance = heap_strdup(instance);
}

/* Of which incident it is; 0: of none, or of no one. */
static int64_t incident_of_due(const struct due *due)
{
    static const size_t places[N_TIMER_KINDS] = {
        [TIMER_ESCALATE] = offsetof(struct incident_record, escalate),
        [TIMER_HOLD_DOWN] = offsetof(struct incident_record, hold_down),
        [TIMER_LEASE] = offsetof(struct incident_record, lease),
        [TIMER_NEWS] = offsetof(struct incident_record, tell),
        [TIMER_MUTE] = offsetof(struct incident_record, mute),
        [TIMER_APPROVAL] = offsetof(struct incident_record, approval),
        [TIMER_VERIFY] = offsetof(struct incident_record, verify),
    };
    if (due->kind == TIMER_DELIVERY_RETRY)
        return DUE_HOLDER(due, struct delivery_record, retry)->delivery.incident;
    size_t place = places[due->kind];
    return place
               ? ((const struct incident_record *)(const void *)((const char *)due - place))->incident.number
               : 0;
}

void decide_timer(struct turn *turn, const struct input *input)
{
    (void)input;
    const struct due_heap *heap = &turn->engine->due;
    for (struct due *due; (due = due_first(heap)) && due->at_us <= turn->now_us;) {
        work_at(turn->engine, incident_of_due(due));
        timer_handlers[due->kind](turn, due);
    }
    work_at(turn->engine, 0);
}

void engine_decide(struct engine *engine, const struct input *input, int64_t now_us,
                   struct decisions *decisions)
{
    must(input->kind < N_INPUT_KINDS);
    struct turn turn;
    if (input->kind == INPUT_CLOCK_BACK)
        engine->now_us = now_us;
    turn_begin(&turn, engine, now_us, decisions);
    if (engine->expect_heartbeats)
        heartbeats_review(&turn);
    if (engine->checks_changed)
        checked_review(&turn);
    if (engine->maintenance_changed)
        maintenance_review(&turn);
    if (engine->places_changed)
        step_places_learn(&turn);
    if (engine->chains_changed)
        chains_review(&turn);
    if (engine->learned)
        clocks_review(&turn);
    input_handlers[input->kind](&turn, input);
    if (input->reply && input->kind != INPUT_REPLY_REFUSED && input->kind != INPUT_UNDELIVERED &&
        decisions->outcome.code == OUTCOME_DONE)
        reply_keep(&turn, input);
    turn_end(&turn);
    incidents_forget(engine);
}

int64_t engine_next_due_us(const struct engine *engine)
{
    const struct due *due = due_first(&engine->due);
    if (engine->expect_heartbeats || engine->checks_changed || engine->maintenance_changed ||
        engine->chains_changed || engine->learned)
        return engine->now_us;
    return due ? due->at_us : INT64_MAX;
}

static void view_alert(const struct engine *engine, const struct alert_record *record, struct arena *arena,
                       void (*visit)(void *context, const struct alert_view *view), void *context)
{
    struct alert_view view = {
        .updated_us = record->updated_us,
        .incident = record->incident,
        .apart = record->held & HELD_APART,
        .lasting = record->lasting,
        .source = alert_source(&engine->alerts, record),
        .group_key = alert_group_key(record),
        .one_trouble = alert_trouble_group(record) != NULL,
    };
    alert_record_view(record, arena, &view.alert);
    view.fingerprint = alert_fingerprint(view.alert.labels, view.alert.n_labels);
    visit(context, &view);
    arena_reset(arena);
}

const char *engine_group_key(const struct engine *engine, const char *source, const char *hash,
                             int64_t *ret_incident)
{
    size_t position = 0;
    for (const struct alert_group *group; (group = map_next(engine->alerts.groups, &position));) {
        char found[GROUP_HASH_BYTES];
        if (strcmp(group->source, source) != 0)
            continue;
        alert_group_hash(group->source, group->group_key, found);
        if (strcmp(found, hash) != 0)
            continue;
        *ret_incident = group->first->held & HELD_APART ? 0 : group->first->incident;
        return group->group_key;
    }
    return NULL;
}

int64_t engine_keyed_incident(const struct engine *engine, const char *hash)
{
    const struct incident_record *record = map_get(engine->keyed, hash, strlen(hash));
    return record ? record->incident.number : 0;
}

/* Downwards: whatever leaves the table makes way for its last record (alert_table_remove), which was visited
 * or comes to stand where it will be. What fires above that meanwhile came with a message, but what was made
 * here, which is visited at the end: each is as true there as where it was passed. */
uint32_t engine_some_alerts(const struct engine *engine, int64_t now_us, uint32_t before, uint32_t n,
                            void (*visit)(void *context, const struct alert_view *view), void *context)
{
    scoped_arena struct arena *arena = arena_new();
    uint32_t at = before < engine->alerts.n ? before : engine->alerts.n;
    for (; at > 0 && n > 0; n--) {
        const struct alert_record *record = engine->alerts.records[--at];
        if (record->firing && record->ends_us > now_us)
            view_alert(engine, record, arena, visit, context);
    }
    if (at > 0)
        return at;
    for (const struct alert_record *made = NULL; (made = made_next(engine, made));)
        if (made->firing)
            view_alert(engine, made, arena, visit, context);
    return 0;
}

void engine_each_alert(const struct engine *engine, int64_t now_us,
                       void (*visit)(void *context, const struct alert_view *view), void *context)
{
    scoped_arena struct arena *arena = arena_new();
    for (uint32_t i = 0; i < engine->alerts.n; i++) {
        const struct alert_record *record = engine->alerts.records[i];
        if (record->firing && record->ends_us > now_us)
            view_alert(engine, record, arena, visit, context);
    }
}

bool engine_knows(const struct engine *engine, int64_t incident)
{
    return incident_find(engine, incident) != NULL;
}

const struct incident *engine_incident(const struct engine *engine, int64_t incident)
{
    const struct incident_record *record = incident_find(engine, incident);
    return record ? &record->incident : NULL;
}

size_t engine_count_alerts(const struct engine *engine)
{
    return engine->alerts.n_firing;
}

const struct config *engine_config(const struct engine *engine)
{
    return engine->config;
}
