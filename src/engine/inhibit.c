/* Inhibition rules: an alert that fits the target of a rule is held while one that fits its source fires with
 * the same values in the labels of `equal`. Sources are kept by those values, so that an alert is looked up
 * and not compared with all others. An alert that fits both sides is held only by one that fits the source
 * alone, as Alertmanager has it: two of them would hold each other back for ever. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

/* Of the alerts that fit the source alone, and of those that fit both sides. */
struct source_set {
    size_t n[2];
    uint64_t fingerprint[2]; /* of one of them; 0: to be found */
};

void inhibition_start(struct inhibition *inhibition)
{
    *inhibition = (struct inhibition){.sources = map_new()};
}

static void forget_sources(struct inhibition *inhibition)
{
    size_t position = 0;
    for (void *set; (set = map_next(inhibition->sources, &position));)
        free(set);
    map_free(inhibition->sources);
}

void inhibition_end(struct inhibition *inhibition)
{
    forget_sources(inhibition);
}

static bool fits(const struct engine *engine, const struct matchers *side, const struct alert_record *record)
{
    return matchers_fit(side, alert_table_text(&engine->alerts, record), record->n_labels);
}

static struct buf key_of(const struct engine *engine, size_t rule, const struct alert_record *record)
{
    const struct inhibition *inhibition = &engine->inhibition;
    struct buf key = {0};
    buf_add(&key, &rule, sizeof rule);
    list_each (name, &inhibition->rules[rule].equal) {
        const char *value = alert_table_label(&engine->alerts, record, *name);
        buf_add(&key, value, strlen(value) + 1);
    }
    return key;
}

static uint64_t fingerprint_of(const struct alert_record *record)
{
    scoped_arena struct arena *arena = arena_new();
    struct alert alert;
    alert_record_view(record, arena, &alert);
    return alert_fingerprint(alert.labels, alert.n_labels);
}

/* Calls act for each rule whose source the alert fits, with the key of its set there. both: it fits the
 * target, too. */
static void each_source(struct engine *engine, const struct alert_record *record,
                        void (*act)(struct engine *engine, const struct alert_record *record,
                                    const struct buf *key, bool both))
{
    const struct inhibition *inhibition = &engine->inhibition;
    for (size_t i = 0; i < inhibition->n_rules; i++) {
        if (!fits(engine, &inhibition->rules[i].source, record))
            continue;
        scoped_buf struct buf key = key_of(engine, i, record);
        act(engine, record, &key, fits(engine, &inhibition->rules[i].target, record));
    }
}

static void source_fired(struct engine *engine, const struct alert_record *record, const struct buf *key,
                         bool both)
{
    struct source_set *set = map_get(engine->inhibition.sources, key->at, key->n_bytes);
    if (!set) {
        set = heap_alloc(sizeof *set);
        map_put(engine->inhibition.sources, key->at, key->n_bytes, set);
    }
    if (!set->fingerprint[both])
        set->fingerprint[both] = fingerprint_of(record);
    if (set->n[both]++ == 0)
        hold_review_soon(engine);
}

static void source_ended(struct engine *engine, const struct alert_record *record, const struct buf *key,
                         bool both)
{
    struct inhibition *inhibition = &engine->inhibition;
    struct source_set *set = map_get(inhibition->sources, key->at, key->n_bytes);
    if (!set || set->n[both] == 0)
        return;
    set->n[both]--;
    bool stood = set->fingerprint[both] == fingerprint_of(record);
    if (stood)
        set->fingerprint[both] = 0;
    inhibition->nameless |= stood && set->n[both];
    if (set->n[0] + set->n[1] == 0)
        free(map_remove(inhibition->sources, key->at, key->n_bytes));
    if (stood)
        hold_review_soon(engine);
}

void inhibition_fired(struct engine *engine, const struct alert_record *record)
{
    each_source(engine, record, source_fired);
}

void inhibition_ended(struct engine *engine, const struct alert_record *record)
{
    each_source(engine, record, source_ended);
}

void inhibition_rebuild(struct engine *engine)
{
    struct inhibition *inhibition = &engine->inhibition;
    forget_sources(inhibition);
    inhibition->sources = map_new();
    inhibition->rules = engine->config->inhibit_rules.at;
    inhibition->n_rules = engine->config->inhibit_rules.n;
    inhibition->nameless = false;
    for (uint32_t i = 0; inhibition->n_rules && i < engine->alerts.n; i++)
        if (engine->alerts.records[i]->firing && engine->alerts.records[i]->role == ALERT_ORDINARY)
            inhibition_fired(engine, engine->alerts.records[i]);
}

size_t inhibitors_of(const struct engine *engine, const struct alert_record *record,
                     uint64_t *ret_fingerprints, size_t most)
{
    const struct inhibition *inhibition = &engine->inhibition;
    size_t n = 0;
    for (size_t i = 0; i < inhibition->n_rules && n < most; i++) {
        if (!fits(engine, &inhibition->rules[i].target, record))
            continue;
        scoped_buf struct buf key = key_of(engine, i, record);
        const struct source_set *set = map_get(inhibition->sources, key.at, key.n_bytes);
        if (!set)
            continue;
        if (set->n[0])
            ret_fingerprints[n++] = set->fingerprint[0];
        else if (set->n[1] && !fits(engine, &inhibition->rules[i].source, record))
            ret_fingerprints[n++] = set->fingerprint[1];
    }
    return n;
}
