/* A person's budget: so many pages within a time, whatever their incidents. What is more is not dropped but
 * bundled: it stays on the record as a delivery of its incident, and when the oldest page that counts is
 * past, all of the person's bundled pages are told in one, the digest, which is a page of the worst of these
 * incidents with a key of its own. What is acknowledged or resolved before is not told any more. The worst
 * level neither waits nor counts.
 *
 * The pages that were counted are not stored: after a restart a person's budget is whole again. */
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "engine/engine_priv.h"

enum { NAMED = 12, NAME_BYTES = 100 };

struct budget {
    struct due due; /* of the digest, while pages wait for it */
    char *person;
    int64_t *paged_us; /* pages that count, the oldest first */
    int n, capacity;
};

/* ---- what is counted ---- */

static struct budget *budget_of(struct engine *engine, const char *person)
{
    struct budget *budget = map_get(engine->budgets, person, strlen(person));
    if (budget)
        return budget;
    budget = heap_alloc(sizeof *budget);
    budget->person = heap_strdup(person);
    budget->due.kind = TIMER_DIGEST;
    map_put(engine->budgets, budget->person, strlen(person), budget);
    return budget;
}

void budgets_free(struct engine *engine)
{
    size_t position = 0;
    for (struct budget *budget; (budget = map_next(engine->budgets, &position));) {
        free(budget->person);
        free(budget->paged_us);
        free(budget);
    }
    map_free(engine->budgets);
}

static void count(struct budget *budget, int64_t now_us)
{
    if (budget->n == budget->capacity) {
        budget->capacity = budget->capacity ? budget->capacity * 2 : 16;
        budget->paged_us = heap_resize(budget->paged_us, (size_t)budget->capacity * sizeof(int64_t));
    }
    budget->paged_us[budget->n++] = now_us;
}

static void forget_old(struct budget *budget, int64_t since_us)
{
    int n_old = 0;
    while (n_old < budget->n && budget->paged_us[n_old] <= since_us)
        n_old++;
    budget->n -= n_old;
    if (n_old)
        memmove(budget->paged_us, budget->paged_us + n_old, (size_t)budget->n * sizeof(int64_t));
}

bool budget_spend(struct turn *turn, const struct incident_record *record, const struct person *person)
{
    const struct config *config = turn->engine->config;
    if (config->budget.pages == 0 || incident_is_worst(record))
        return true;
    struct budget *budget = budget_of(turn->engine, person->id);
    forget_old(budget, turn->now_us - config->budget.within_s * US_PER_S);
    if (budget->n >= config->budget.pages || due_is_set(&budget->due))
        return false; /* behind what waits already */
    count(budget, turn->now_us);
    return true;
}

void budgets_move(struct engine *engine, int64_t by_us)
{
    size_t position = 0;
    for (struct budget *budget; (budget = map_next(engine->budgets, &position));) {
        for (int i = 0; i < budget->n; i++)
            budget->paged_us[i] -= by_us;
        if (due_is_set(&budget->due))
            due_set(&engine->due, &budget->due, budget->due.at_us - by_us);
    }
}

/* ---- what waits ---- */

bool digest_add(struct turn *turn, struct incident_record *record, const struct person *person,
                const char *why)
{
    struct engine *engine = turn->engine;
    struct budget *budget = budget_of(engine, person->id);
    struct delivery delivery = page_new(turn, record, person, 0, why);
    if (!due_is_set(&budget->due)) {
        int64_t at_us = time_after_s(budget->paged_us[0], engine->config->budget.within_s);
        due_set(&engine->due, &budget->due, at_us > turn->now_us ? at_us : turn->now_us);
    }
    delivery.state = DELIVERY_BUNDLED;
    delivery.due_us = budget->due.at_us;
    delivery_add(engine, record, &delivery);
    turn_touch(turn, record);
    turn_save_delivery(turn, &delivery);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "delivery", delivery.id);
    jw_pair(body, "person", person->id);
    jw_pair_time(body, "due_at", delivery.due_us);
    event_end(turn, record->incident.number, NULL, "page.bundled",
              "%s had %d pages in %s: this one comes in a digest, by %s", person->id, budget->n,
              duration_text(turn->arena, engine->config->budget.within_s * US_PER_S),
              time_text(turn->arena, delivery.due_us));
    return true;
}

/* The next bundled page of that digest, in the order of incidents and pages; NULL after the last. person: of
 * theirs only, or NULL. Which one comes next is found before the caller drops this one. */
struct walk {
    struct incident_record *incident;
    struct delivery_record *next;
    int64_t digest;
    const char *person;
};

static struct delivery_record *step(struct walk *walk)
{
    for (;;) {
        struct delivery_record *found = walk->next;
        if (!found) {
            walk->incident = walk->incident->next;
            if (!walk->incident)
                return NULL;
            walk->next = walk->incident->deliveries;
            continue;
        }
        walk->next = found->next;
        const struct delivery *delivery = &found->delivery;
        if (delivery->state == DELIVERY_BUNDLED && delivery->digest == walk->digest &&
            (!walk->person || strcmp(delivery->person, walk->person) == 0))
            return found;
    }
}

static struct walk walk_from(const struct engine *engine, int64_t digest, const char *person)
{
    struct incident_record *first = engine->first;
    return (struct walk){first, first ? first->deliveries : NULL, digest, person};
}

bool digest_waits(struct turn *turn, int64_t digest)
{
    struct walk walk = walk_from(turn->engine, digest, NULL);
    return digest && walk.incident && step(&walk);
}

bool digest_tells_others(struct turn *turn, const struct delivery_record *record)
{
    const struct delivery *delivery = &record->delivery;
    if (!delivery->digest || delivery->state == DELIVERY_BUNDLED)
        return false;
    struct walk walk = walk_from(turn->engine, delivery->digest, NULL);
    while (step(&walk))
        if (walk.incident->incident.number != delivery->incident)
            return true;
    return false;
}

/* ---- the digest ---- */

static int rank_of(const struct incident_record *record)
{
    return record->incident.severity_rank > 0 ? record->incident.severity_rank : INT32_MAX;
}

struct bundle {
    struct incident_record *worst;
    size_t n;
    const char *names, *why; /* of the first */
    bool one_service;
};

static const char *title_in_a_page(struct turn *turn, const struct incident *incident)
{
    const char *title = text_head(turn->arena, incident->title, NAME_BYTES);
    return incident_title_is_name(incident) ? title : words_quoted(turn->arena, title);
}

static struct bundle bundle_of(struct turn *turn, const char *person)
{
    struct bundle bundle = {.names = "", .one_service = true};
    struct walk walk = walk_from(turn->engine, 0, person);
    for (const struct delivery_record *item; walk.incident && (item = step(&walk));) {
        struct incident_record *record = walk.incident;
        if (!bundle.worst)
            bundle.why = item->delivery.why;
        else
            bundle.one_service &= strcmp(bundle.worst->incident.service, record->incident.service) == 0;
        if (bundle.n++ < NAMED)
            bundle.names = arena_printf(turn->arena, "%s%s#%lld %s (%s)", bundle.names,
                                        bundle.n > 1 ? ", " : "", (long long)record->incident.number,
                                        title_in_a_page(turn, &record->incident), record->incident.severity);
        if (!bundle.worst || rank_of(record) < rank_of(bundle.worst))
            bundle.worst = record;
    }
    return bundle;
}

static const char *bundle_text(struct turn *turn, const struct bundle *bundle)
{
    if (bundle->n == 1)
        return bundle->why;
    return arena_printf(turn->arena, "%zu more%s: %s%s", bundle->n,
                        bundle->one_service ? ", of one service" : "", bundle->names,
                        bundle->n > NAMED ? ", ..." : "");
}

/* Nobody can be told: the chain of each incident goes on. Found first and failed then, for what goes on may
 * page and cancel in the same lists. */
static void fail_items(struct turn *turn, int64_t digest, const char *person)
{
    struct walk walk = walk_from(turn->engine, digest, person);
    LIST(int64_t) ids = {0};
    for (const struct delivery_record *item; walk.incident && (item = step(&walk));)
        *list_push(turn->arena, &ids) = item->delivery.id;
    list_each (id, &ids) {
        struct delivery_record *item = map_get(turn->engine->deliveries, id, sizeof *id);
        if (!item || item->delivery.state != DELIVERY_BUNDLED)
            continue;
        struct incident_record *record = incident_find(turn->engine, item->delivery.incident);
        item->delivery.state = DELIVERY_DEAD;
        turn_save_delivery(turn, &item->delivery);
        jw_pair(event_begin(turn), "person", item->delivery.person);
        event_end(turn, record->incident.number, NULL, "page.failed", "No digest reaches %s",
                  item->delivery.person);
        delivery_drop(turn->engine, record, item);
        escalate_past(turn, record);
    }
}

void due_digest(struct turn *turn, struct due *due)
{
    struct engine *engine = turn->engine;
    struct budget *budget = DUE_HOLDER(due, struct budget, due);
    const struct person *person = config_person(engine->config, budget->person);
    due_clear(&engine->due, due);
    struct bundle bundle = bundle_of(turn, budget->person);
    struct walk walk = walk_from(engine, 0, budget->person);
    struct delivery_record *item;
    if (bundle.n == 0)
        return;
    int64_t digest = engine->last_delivery + 1;
    if (!person || !page_way(turn, bundle.worst, person, 0, bundle_text(turn, &bundle), digest)) {
        fail_items(turn, 0, budget->person);
        return;
    }
    forget_old(budget, turn->now_us - engine->config->budget.within_s * US_PER_S);
    count(budget, turn->now_us);
    while ((item = step(&walk))) {
        item->delivery.digest = digest;
        turn_save_delivery(turn, &item->delivery);
    }
}

void digest_sent(struct turn *turn, int64_t digest)
{
    struct walk walk = walk_from(turn->engine, digest, NULL);
    for (struct delivery_record *item; digest && walk.incident && (item = step(&walk));) {
        struct incident_record *record = walk.incident;
        item->delivery.state = DELIVERY_SENT;
        record->n_reached++;
        record->round_reached = true;
        turn_save_delivery(turn, &item->delivery);
        jw_pair_int(event_begin(turn), "digest", digest);
        event_end(turn, record->incident.number, NULL, "page.sent", "Told %s in a digest",
                  item->delivery.person);
        delivery_drop(turn->engine, record, item);
    }
}

static bool is_under_way(const struct engine *engine, int64_t digest)
{
    size_t position = 0;
    for (const struct delivery_record *d; (d = map_next(engine->deliveries, &position));)
        if (d->delivery.digest == digest &&
            (d->delivery.state == DELIVERY_DUE || d->delivery.state == DELIVERY_RETRY))
            return true;
    return false;
}

void digest_failed(struct turn *turn, int64_t digest)
{
    if (!digest || is_under_way(turn->engine, digest))
        return;
    fail_items(turn, digest, NULL);
}

void digest_restore(struct turn *turn, struct delivery_record *record)
{
    struct delivery *delivery = &record->delivery;
    struct budget *budget = budget_of(turn->engine, delivery->person);
    if (delivery->digest && is_under_way(turn->engine, delivery->digest))
        return;
    delivery->digest = 0;
    int64_t latest_us = time_after_s(turn->now_us, turn->engine->config->budget.within_s);
    int64_t at_us = delivery->due_us > turn->now_us ? delivery->due_us : turn->now_us;
    at_us = at_us < latest_us ? at_us : latest_us; /* the clock was set back */
    if (!due_is_set(&budget->due) || budget->due.at_us > at_us)
        due_set(&turn->engine->due, &budget->due, at_us);
}
