#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "engine/texts.h"
#include "model.h"

enum {
    REMEMBERED_S = 86400, /* resolved incidents, as the real ledger gives them back */
    KEPT_S = 2 * 86400,   /* for the clock may be set back, and an incident be of the last day again */
};

struct pair_key {
    int64_t a, b;
};

void model_start(struct model *model)
{
    *model = (struct model){.incidents = map_new(),
                            .deliveries = map_new(),
                            .steps = map_new(),
                            .roles = map_new(),
                            .checks = map_new(),
                            .actions = map_new(),
                            .clocks = map_new(),
                            .timers = map_new(),
                            .overrides = map_new(),
                            .silences = map_new(),
                            .proofs = map_new(),
                            .document = json_document_new()};
}

static void free_values(struct map *map, const struct texts *texts)
{
    size_t position = 0;
    for (void *value; (value = map_next(map, &position));) {
        if (texts)
            texts_free(texts, value);
        free(value);
    }
    map_free(map);
}

static void drop_rows(struct model *model, size_t n)
{
    for (size_t i = 0; i < n; i++)
        row_free(&model->inbox[i]);
    model->n_inbox -= n;
    if (model->n_inbox > 0)
        memmove(model->inbox, model->inbox + n, model->n_inbox * sizeof *model->inbox);
}

void model_end(struct model *model)
{
    free_values(model->incidents, &incident_texts);
    free_values(model->deliveries, &delivery_texts);
    free_values(model->steps, &step_texts);
    free_values(model->roles, &role_texts);
    free_values(model->checks, &check_texts);
    free_values(model->actions, &action_texts);
    free_values(model->clocks, &clock_texts);
    free_values(model->timers, NULL);
    free_values(model->overrides, &duty_override_texts);
    free_values(model->silences, &silence_texts);
    free_values(model->proofs, &proof_texts);
    json_document_free(model->document);
    drop_rows(model, model->n_inbox);
    free(model->inbox);
}

static void save(struct map *map, struct pair_key key, const void *value, size_t n_bytes,
                 const struct texts *texts)
{
    void *known = map_get(map, &key, sizeof key);
    if (known && texts)
        texts_free(texts, known);
    void *kept = known ? known : heap_alloc(n_bytes);
    memcpy(kept, value, n_bytes);
    if (texts)
        texts_to_heap(texts, kept);
    if (!known)
        map_put(map, &key, sizeof key, kept);
}

/* What it has printed stays when the value does not bring it. */
static void save_step(struct model *model, const struct run_step *step)
{
    struct run_step value = *step;
    struct pair_key key = {step->run, step->line};
    const struct run_step *before = map_get(model->steps, &key, sizeof key);
    scoped_heap char *output = before ? heap_strdup(before->output) : NULL;
    if (!value.output)
        value.output = output;
    save(model->steps, key, &value, sizeof value, &step_texts);
}

static void drop(struct map *map, struct pair_key key, const struct texts *texts)
{
    void *value = map_remove(map, &key, sizeof key);
    if (value && texts)
        texts_free(texts, value);
    free(value);
}

static const void *value_of(const struct map *map, int64_t a, int64_t b)
{
    return map_get(map, &(struct pair_key){a, b}, sizeof(struct pair_key));
}

const struct incident *model_incident(const struct model *model, int64_t number)
{
    return value_of(model->incidents, number, 0);
}

const struct delivery *model_delivery(const struct model *model, int64_t id)
{
    return value_of(model->deliveries, id, 0);
}

const struct run_step *model_step(const struct model *model, int64_t run, int line)
{
    return value_of(model->steps, run, line);
}

size_t model_open_checks(const struct model *model, int64_t incident)
{
    size_t n = 0;
    const struct check_item *check;
    for (int item = 1; (check = value_of(model->checks, incident, item)); item++)
        n += !*check->checked_by;
    return n;
}

static const char *proof_key(struct arena *arena, const struct channel_proof *proof)
{
    return arena_printf(arena, "%s\n%s\n%s", proof->person, proof->channel, proof->address);
}

const struct channel_proof *model_proof(const struct model *model, const struct channel_proof *like)
{
    scoped_arena struct arena *arena = arena_new();
    const char *key = proof_key(arena, like);
    return map_get(model->proofs, key, strlen(key));
}

static void save_proof(struct model *model, const struct channel_proof *proof)
{
    scoped_arena struct arena *arena = arena_new();
    const char *key = proof_key(arena, proof);
    struct channel_proof *known = map_remove(model->proofs, key, strlen(key));
    struct channel_proof *kept = heap_alloc(sizeof *kept);
    *kept = *proof;
    texts_to_heap(&proof_texts, kept);
    kept->number = 0; /* no ledger keeps it */
    map_put(model->proofs, key, strlen(key), kept);
    if (known)
        texts_free(&proof_texts, known);
    free(known);
}

static bool is_unsettled(const struct delivery *delivery)
{
    return delivery->state == DELIVERY_DUE || delivery->state == DELIVERY_RETRY ||
           delivery->state == DELIVERY_BUNDLED;
}

const struct silence *model_silence(const struct model *model, const char *id)
{
    return map_get(model->silences, id, strlen(id));
}

struct model_counts model_count(const struct model *model)
{
    struct model_counts counts = {.timers = map_count(model->timers), .silences = map_count(model->silences)};
    size_t position = 0;
    for (const struct incident *incident; (incident = map_next(model->incidents, &position));)
        counts.open_incidents += incident->state < INCIDENT_RESOLVED;
    position = 0;
    for (const struct delivery *delivery; (delivery = map_next(model->deliveries, &position));)
        counts.unsettled_deliveries += is_unsettled(delivery);
    return counts;
}

const struct runbook_clock *model_clock(const struct model *model, int64_t incident, int number)
{
    return value_of(model->clocks, incident, number);
}

bool model_clock_fires(const struct model *model, int64_t incident, int64_t by_us)
{
    size_t position = 0;
    for (const struct runbook_clock *clock; (clock = map_next(model->clocks, &position));)
        if (clock->incident == incident && clock->fires_us && clock->fires_us <= by_us)
            return true;
    return false;
}

const struct timer *model_timer(const struct model *model, enum timer_kind kind, int64_t subject)
{
    return value_of(model->timers, kind, subject);
}

bool model_timer_is_due(const struct model *model, int64_t after_us, int64_t by_us)
{
    size_t position = 0;
    for (const struct timer *timer; (timer = map_next(model->timers, &position));)
        if (timer->due_us > after_us && timer->due_us <= by_us)
            return true;
    return false;
}

static int64_t hash_of(int64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (int64_t)(((uint64_t)hash ^ (unsigned char)*text) * UINT64_C(1099511628211));
    return hash;
}

/* ---- the inbox ---- */

void model_keep_row(struct model *model, struct row row)
{
    if (model->n_inbox == model->inbox_capacity) {
        model->inbox_capacity = model->inbox_capacity ? model->inbox_capacity * 2 : 64;
        model->inbox = heap_resize(model->inbox, model->inbox_capacity * sizeof *model->inbox);
    }
    model->inbox[model->n_inbox++] = row;
    model->last_us = row.received_us;
}

bool model_is_ahead(const struct model *model, int64_t now_us)
{
    for (size_t i = 0; i < model->n_inbox; i++)
        if (model->inbox[i].received_us > now_us)
            return true;
    return false;
}

/* One of its action items is open. */
static bool is_acted_on(const struct model *model, int64_t incident)
{
    size_t position = 0;
    for (const struct action_item *item; (item = map_next(model->actions, &position));)
        if (item->incident == incident && item->state == ACTION_OPEN)
            return true;
    return false;
}

static bool is_told_of(const struct model *model, int64_t incident)
{
    size_t position = 0;
    for (const struct delivery *delivery; (delivery = map_next(model->deliveries, &position));)
        if (delivery->incident == incident && is_unsettled(delivery))
            return true;
    return false;
}

static bool is_spoken_of(const struct model *model, const struct incident *incident, int64_t now_us)
{
    return incident->state < INCIDENT_RESOLVED || incident->resolved_us + REMEMBERED_S * US_PER_S >= now_us ||
           model_clock_fires(model, incident->number, INT64_MAX) || is_acted_on(model, incident->number) ||
           is_told_of(model, incident->number) || incident->hold_us;
}

static void forget_old(struct model *model, int64_t now_us)
{
    size_t position = 0;
    for (struct incident *incident; (incident = map_next(model->incidents, &position));)
        if (!is_spoken_of(model, incident, now_us - (KEPT_S - REMEMBERED_S) * US_PER_S))
            drop(model->incidents, (struct pair_key){incident->number, 0}, &incident_texts);
    position = 0;
    for (struct delivery *delivery; (delivery = map_next(model->deliveries, &position));)
        if (!model_incident(model, delivery->incident))
            drop(model->deliveries, (struct pair_key){delivery->id, 0}, &delivery_texts);
    position = 0;
    for (struct run_step *step; (step = map_next(model->steps, &position));)
        if (!model_incident(model, step->incident))
            drop(model->steps, (struct pair_key){step->run, step->line}, &step_texts);
    position = 0;
    for (struct runbook_clock *clock; (clock = map_next(model->clocks, &position));)
        if (clock->incident && !model_incident(model, clock->incident))
            drop(model->clocks, (struct pair_key){clock->incident, clock->number}, &clock_texts);
    position = 0;
    for (struct duty_override *each; (each = map_next(model->overrides, &position));)
        if (each->until_us < now_us - KEPT_S * US_PER_S)
            drop(model->overrides, (struct pair_key){each->number, 0}, &duty_override_texts);
    position = 0;
    for (struct action_item *item; (item = map_next(model->actions, &position));)
        if (!model_incident(model, item->incident))
            drop(model->actions, (struct pair_key){item->incident, item->item}, &action_texts);
}

void model_forget_rows(struct model *model, size_t n, int64_t now_us)
{
    drop_rows(model, n);
    forget_old(model, now_us);
}

/* ---- transactions ---- */

static void drop_silence(struct model *model, const char *id)
{
    struct silence *silence = map_remove(model->silences, id, strlen(id));
    if (silence)
        texts_free(&silence_texts, silence);
    free(silence);
}

static void save_silence(struct model *model, const struct silence *silence)
{
    drop_silence(model, silence->id);
    struct silence *kept = heap_alloc(sizeof *kept);
    *kept = *silence;
    texts_to_heap(&silence_texts, kept);
    map_put(model->silences, kept->id, strlen(kept->id), kept);
}

void model_commit(struct model *model, const struct decisions *decisions, const struct row *row)
{
    if (row)
        model_keep_row(model, row_copy(row));
    list_each (d, &decisions->list)
        model_save(model, d);
}

void model_save(struct model *model, const struct decision *d)
{
    switch (d->kind) {
    case DECISION_EVENT:
        break;
    case DECISION_INCIDENT:
        save(model->incidents, (struct pair_key){d->incident.number, 0}, &d->incident, sizeof d->incident,
             &incident_texts);
        if (d->incident.number > model->last_incident)
            model->last_incident = d->incident.number;
        break;
    case DECISION_DELIVERY:
        save(model->deliveries, (struct pair_key){d->delivery.id, 0}, &d->delivery, sizeof d->delivery,
             &delivery_texts);
        if (d->delivery.id > model->last_delivery)
            model->last_delivery = d->delivery.id;
        break;
    case DECISION_STEP:
        save_step(model, &d->step);
        break;
    case DECISION_ROLE:
        save(model->roles,
             (struct pair_key){d->role.incident, hash_of(hash_of(7, d->role.role), d->role.person)}, &d->role,
             sizeof d->role, &role_texts);
        break;
    case DECISION_CHECK:
        save(model->checks, (struct pair_key){d->check.incident, d->check.item}, &d->check, sizeof d->check,
             &check_texts);
        break;
    case DECISION_TIMER_SET: /* what is not durable is not saved */
        if (d->timer.kind > TIMER_LEASE)
            break;
        save(model->timers, (struct pair_key){d->timer.kind, d->timer.subject}, &d->timer, sizeof d->timer,
             NULL);
        break;
    case DECISION_CLOCK:
        save(model->clocks, (struct pair_key){d->clock.incident, d->clock.number}, &d->clock, sizeof d->clock,
             &clock_texts);
        break;
    case DECISION_TIMER_CLEAR:
        drop(model->timers, (struct pair_key){d->timer.kind, d->timer.subject}, NULL);
        break;
    case DECISION_SILENCE:
        save_silence(model, &d->silence);
        break;
    case DECISION_SILENCE_FORGET:
        drop_silence(model, d->silence.id);
        break;
    case DECISION_ACTION:
        save(model->actions, (struct pair_key){d->action.incident, d->action.item}, &d->action,
             sizeof d->action, &action_texts);
        break;
    case DECISION_PROOF:
        save_proof(model, &d->proof);
        break;
    case DECISION_REPLY:
    case DECISION_MOVE:    /* read by nobody but the statistics */
    case DECISION_ACCOUNT: /* nobody signs in there */
    case DECISION_ACCESS_KEY:
    case DECISION_SESSION_SEEN:
    case DECISION_SUBSCRIPTION:
    case DECISION_UPDATE: /* by nobody but those who ask for it */
        break;
    case DECISION_OVERRIDE:
        save(model->overrides, (struct pair_key){d->override.number, 0}, &d->override, sizeof d->override,
             &duty_override_texts);
        break;
    }
}

static void restore_clocks(const struct model *model, struct engine *engine, int64_t incident)
{
    for (int number = 1; number <= MOST_CLOCKS; number++) {
        const struct runbook_clock *clock = model_clock(model, incident, number);
        if (clock)
            engine_restore_clock(engine, clock);
    }
}

/* ---- the order in which the real ledger gives them back ---- */

static int compare_roles(const void *a, const void *b)
{
    const struct role_holder *x = *(struct role_holder *const *)a, *y = *(struct role_holder *const *)b;
    if (x->since_us != y->since_us)
        return x->since_us < y->since_us ? -1 : 1;
    int role = strcmp(x->role, y->role);
    return role ? role : strcmp(x->person, y->person);
}

static int compare_silences(const void *a, const void *b)
{
    const struct silence *x = *(struct silence *const *)a, *y = *(struct silence *const *)b;
    if (x->updated_us != y->updated_us)
        return x->updated_us < y->updated_us ? -1 : 1;
    return strcmp(x->id, y->id);
}

static int compare_overrides(const void *a, const void *b)
{
    const struct duty_override *x = *(struct duty_override *const *)a, *y = *(struct duty_override *const *)b;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int compare_proofs(const void *a, const void *b)
{
    const struct channel_proof *x = *(struct channel_proof *const *)a, *y = *(struct channel_proof *const *)b;
    int person = strcmp(x->person, y->person), channel = strcmp(x->channel, y->channel);
    return person ? person : channel ? channel : strcmp(x->address, y->address);
}

static void **in_order(const struct map *map, int (*compare)(const void *a, const void *b))
{
    void **values = heap_alloc((map_count(map) + 1) * sizeof *values);
    size_t position = 0, n = 0;
    for (void *value; (value = map_next(map, &position));)
        values[n++] = value;
    qsort(values, n, sizeof *values, compare);
    return values;
}

void model_restore(struct model *model, struct engine *engine, int64_t now_us)
{
    scoped_heap void **roles = in_order(model->roles, compare_roles);
    scoped_heap void **silences = in_order(model->silences, compare_silences);
    scoped_heap void **proofs = in_order(model->proofs, compare_proofs);
    forget_old(model, now_us);
    scoped_heap void **overrides = in_order(model->overrides, compare_overrides);
    engine_restore_last(engine, model->last_incident, model->last_delivery, model->last_us);
    size_t position = 0;
    for (struct incident *incident; (incident = map_next(model->incidents, &position));)
        if (is_spoken_of(model, incident, now_us))
            engine_restore_incident(engine, incident);
    position = 0;
    for (struct delivery *delivery; (delivery = map_next(model->deliveries, &position));)
        if (is_unsettled(delivery))
            engine_restore_delivery(engine, delivery);
    position = 0;
    for (struct run_step *step; (step = map_next(model->steps, &position));)
        engine_restore_step(engine, step);
    for (size_t i = 0; i < map_count(model->roles); i++)
        engine_restore_role(engine, roles[i]);
    position = 0;
    for (struct incident *incident; (incident = map_next(model->incidents, &position));)
        for (const struct check_item *check, *last = NULL;
             (check = value_of(model->checks, incident->number, last ? last->item + 1 : 1)); last = check)
            engine_restore_check(engine, check);
    position = 0;
    for (struct incident *incident; (incident = map_next(model->incidents, &position));)
        restore_clocks(model, engine, incident->number);
    restore_clocks(model, engine, 0);
    position = 0;
    for (struct incident *incident; (incident = map_next(model->incidents, &position));)
        for (const struct action_item *item, *last = NULL;
             (item = value_of(model->actions, incident->number, last ? last->item + 1 : 1)); last = item)
            engine_restore_action(engine, item);
    for (size_t i = 0; i < map_count(model->proofs); i++)
        engine_restore_proof(engine, proofs[i]);
    position = 0;
    for (struct timer *timer; (timer = map_next(model->timers, &position));)
        engine_restore_timer(engine, timer);
    for (size_t i = 0; i < map_count(model->silences); i++)
        engine_restore_silence(engine, silences[i]);
    for (size_t i = 0; i < map_count(model->overrides); i++)
        if (!((const struct duty_override *)overrides[i])->ended_us)
            engine_restore_override(engine, overrides[i]);
    for (size_t i = 0; i < model->n_inbox; i++)
        row_restore(&model->inbox[i], model->document, engine);
}
