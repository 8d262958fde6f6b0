/* Services that need others: while one that is needed has an incident that is as severe or worse, alerts of
 * the one that needs it say what is known already. A quiet incident explains nothing, for nobody was told of
 * it. An alert that is more severe than what is known pages. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine_priv.h"

enum { RANKS_KEPT = 10000 };

static size_t place_of(const struct dependencies *dependencies, const char *service)
{
    return (size_t)(uintptr_t)map_get(dependencies->places, service, strlen(service));
}

static void add_needs(struct dependencies *dependencies, const struct config *config, size_t place,
                      bool *seen, struct dependency *dependency)
{
    list_each (id, &config->services.at[place].depends_on) {
        size_t needed = place_of(dependencies, *id);
        if (!needed || seen[needed - 1])
            continue;
        seen[needed - 1] = true;
        dependencies->at[needed - 1].needed = true;
        dependency->needs = heap_resize(dependency->needs, (dependency->n_needs + 1) * sizeof(size_t));
        dependency->needs[dependency->n_needs++] = needed - 1;
        add_needs(dependencies, config, needed - 1, seen, dependency);
    }
}

static void forget(struct dependencies *dependencies)
{
    for (size_t i = 0; i < dependencies->n; i++)
        free(dependencies->at[i].needs);
    free(dependencies->at);
    map_free(dependencies->places);
    map_free(dependencies->ranks);
}

void dependencies_learn(struct engine *engine)
{
    struct dependencies *dependencies = &engine->dependencies;
    const struct config *config = engine->config;
    forget(dependencies);
    *dependencies = (struct dependencies){
        .places = map_new(), .ranks = map_new(), .n = config->services.n, .stale = true};
    dependencies->at = heap_alloc((config->services.n + 1) * sizeof *dependencies->at);
    for (size_t i = 0; i < config->services.n; i++) {
        const char *id = config->services.at[i].id;
        map_put(dependencies->places, id, strlen(id), (void *)(uintptr_t)(i + 1));
        dependencies->any |= config->services.at[i].depends_on.n > 0;
    }
    scoped_heap bool *seen = heap_alloc(config->services.n + 1);
    for (size_t i = 0; dependencies->any && i < config->services.n; i++) {
        memset(seen, 0, config->services.n);
        add_needs(dependencies, config, i, seen, &dependencies->at[i]);
    }
}

void dependencies_end(struct dependencies *dependencies)
{
    forget(dependencies);
}

void dependency_changed(struct engine *engine, const char *service)
{
    struct dependencies *dependencies = &engine->dependencies;
    size_t place = dependencies->any ? place_of(dependencies, service) : 0;
    if (!place || !dependencies->at[place - 1].needed)
        return;
    dependencies->stale = true;
    hold_review_soon(engine);
}

/* 1 is worst; 0, unknown, comes after all. */
static bool is_as_bad(int rank, int as)
{
    return rank > 0 ? as <= 0 || rank <= as : as <= 0;
}

static void refresh(struct engine *engine)
{
    struct dependencies *dependencies = &engine->dependencies;
    dependencies->stale = false;
    for (size_t i = 0; i < dependencies->n; i++)
        dependencies->at[i].incident = 0;
    for (const struct incident_record *record = engine->first; record; record = record->next) {
        size_t place = incident_is_open(record) ? place_of(dependencies, record->incident.service) : 0;
        if (!place || incident_is_held(record))
            continue;
        struct dependency *dependency = &dependencies->at[place - 1];
        if (dependency->incident && is_as_bad(dependency->rank, record->incident.severity_rank))
            continue;
        dependency->incident = record->incident.number;
        dependency->rank = record->incident.severity_rank;
    }
}

/* How severe the alert is by itself. Asked once for a service, alert name and severity labels. */
static int rank_of(struct engine *engine, const struct alert *alert, const char *service)
{
    struct dependencies *dependencies = &engine->dependencies;
    scoped_buf struct buf key = {0};
    buf_printf(&key, "%s\n%s", service, alert_name(alert));
    for (size_t i = 0; i < alert->n_labels; i++)
        if (severity_scale_label(engine->scale, alert->labels[i].name))
            buf_printf(&key, "\n%s=%s", alert->labels[i].name, alert->labels[i].value);
    uintptr_t kept = (uintptr_t)map_get(dependencies->ranks, key.at, key.n_bytes);
    if (kept)
        return (int)kept - 1;
    if (map_count(dependencies->ranks) >= RANKS_KEPT) {
        map_free(dependencies->ranks);
        dependencies->ranks = map_new();
    }
    scoped_arena struct arena *arena = arena_new();
    int rank = trouble_find(arena, engine, alert)->severity.rank;
    rank = rank > 0 ? rank : 0;
    map_put(dependencies->ranks, key.at, key.n_bytes, (void *)((uintptr_t)rank + 1));
    return rank;
}

int64_t dependency_of(struct engine *engine, const struct alert_record *record,
                      const struct incident_record *own)
{
    struct dependencies *dependencies = &engine->dependencies;
    const struct service *configured;
    if (!dependencies->any)
        return 0;
    if (dependencies->stale)
        refresh(engine);
    scoped_arena struct arena *arena = arena_new();
    struct alert alert;
    alert_record_view(record, arena, &alert);
    const char *service = alert_service(engine->config, &alert, &configured);
    if (!configured)
        return 0;
    const struct dependency *dependent = &dependencies->at[configured - engine->config->services.at];
    int rank = -1;
    for (size_t i = 0; i < dependent->n_needs; i++) {
        const struct dependency *needed = &dependencies->at[dependent->needs[i]];
        if (!needed->incident)
            continue;
        if (rank < 0)
            rank = own ? own->incident.severity_rank : rank_of(engine, &alert, service);
        if (is_as_bad(needed->rank, rank))
            return needed->incident;
    }
    return 0;
}
