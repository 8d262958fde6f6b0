/* Pages: one delivery a way of reaching a person, each with a key of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/must.h"
#include "engine/engine_priv.h"

struct delivery_record *delivery_add(struct engine *engine, struct incident_record *record,
                                     const struct delivery *delivery)
{
    struct delivery_record *added = heap_alloc(sizeof *added);
    added->delivery = *delivery;
    texts_to_heap(&delivery_texts, &added->delivery);
    added->retry.kind = TIMER_DELIVERY_RETRY;
    if (delivery->id > engine->last_delivery)
        engine->last_delivery = delivery->id;
    struct delivery_record **at = &record->deliveries;
    while (*at && (*at)->delivery.id < delivery->id)
        at = &(*at)->next;
    added->next = *at;
    *at = added;
    map_put(engine->deliveries, &delivery->id, sizeof delivery->id, added);
    return added;
}

void delivery_drop(struct engine *engine, struct incident_record *record, struct delivery_record *delivery)
{
    struct delivery_record **at = &record->deliveries;
    while (*at != delivery) {
        must(*at);
        at = &(*at)->next;
    }
    *at = delivery->next;
    due_clear(&engine->due, &delivery->retry);
    map_remove(engine->deliveries, &delivery->delivery.id, sizeof delivery->delivery.id);
    texts_free(&delivery_texts, &delivery->delivery);
    free(delivery);
}

bool page_matters(const struct incident_record *record)
{
    const struct incident *incident = &record->incident;
    return incident_is_open(record) && !incident_is_held(record) &&
           (incident->acknowledged_us == 0 || incident->lease_lapses > 0 || incident->pages_owed);
}

/* The key of a page says whom it is for, of what, and the how manieth it is: it stays what it is when pages
 * come in another order. For what left from memory, while nothing could be kept, or in a commit that did not
 * come about, is decided anew by the next start, which may number incidents otherwise. Receivers let pass
 * only one of a key, so that what is new must not have one that is known, and the same must have the same. */
enum { MARK_BYTES = 9 };

static void mark_of(const char *of_what, const struct person *person, char out[MARK_BYTES])
{
    char hex[SHA256_HEX_BYTES];
    scoped_buf struct buf of = {0};
    buf_printf(&of, "%s\n%s", person->id, of_what);
    sha256_hex(of.at, of.n_bytes, hex);
    snprintf(out, MARK_BYTES, "%.*s", MARK_BYTES - 1, hex);
}

/* Counts one more page of the person: the number of it. */
static long long page_number(struct incident *incident, const struct person *person)
{
    scoped_buf struct buf all = {0};
    long long n = 1;
    size_t n_id = strlen(person->id);
    for (const char *line = incident->paged; *line; line += strcspn(line, "\n") + 1)
        if (strncmp(line, person->id, n_id) == 0 && line[n_id] == ' ')
            n = strtoll(line + n_id, NULL, 10) + 1;
        else
            buf_add(&all, line, strcspn(line, "\n") + 1);
    buf_printf(&all, "%s %lld\n", person->id, n);
    text_keep(&incident->paged, buf_text(&all));
    return n;
}

static const char *page_key(const struct turn *turn, struct incident *incident, const struct person *person)
{
    char mark[MARK_BYTES];
    mark_of(incident->trouble, person, mark);
    incident->next_delivery++;
    return arena_printf(turn->arena, "crashcart-%s-incident-%lld-page-%lld-%s", turn->engine->instance,
                        (long long)incident->number, page_number(incident, person), mark);
}

struct delivery page_new(struct turn *turn, struct incident_record *record, const struct person *person,
                         int way, const char *why)
{
    const struct engine *engine = turn->engine;
    struct incident *incident = &record->incident;
    const struct config_contact *contact = &person->contacts.at[way];
    return (struct delivery){
        .id = engine->last_delivery + 1,
        .incident = incident->number,
        .key = page_key(turn, incident, person),
        .state = DELIVERY_DUE,
        .person = person->id,
        .way = way,
        .channel = contact->channel,
        .address = contact->address,
        .why = why,
        .queued_us = turn->now_us,
        .due_us = turn->now_us,
    };
}

static void page_queue(struct turn *turn, struct incident_record *record, const struct delivery *delivery)
{
    delivery_add(turn->engine, record, delivery);
    turn_touch(turn, record);
    turn_save_delivery(turn, delivery);

    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "delivery", delivery->id);
    jw_pair(body, "key", delivery->key);
    jw_pair(body, "person", delivery->person);
    jw_pair(body, "channel", delivery->channel);
    jw_pair(body, "why", delivery->why);
    event_end(turn, record->incident.number, NULL, "page.queued", "Paging %s by %s: %s", delivery->person,
              delivery->channel, delivery->why);
}

bool page_way(struct turn *turn, struct incident_record *record, const struct person *person, int way,
              const char *why, int64_t digest)
{
    if ((size_t)way >= person->contacts.n)
        return false;
    struct delivery delivery = page_new(turn, record, person, way, why);
    if (digest) { /* a key of its own, shared with nothing that it tells */
        char mark[MARK_BYTES];
        mark_of("", person, mark);
        delivery.digest = digest;
        delivery.key = arena_printf(turn->arena, "crashcart-%s-digest-%lld-%d-%s", turn->engine->instance,
                                    (long long)digest, way, mark);
    }
    page_queue(turn, record, &delivery);
    return true;
}

bool page_notice(struct turn *turn, struct incident_record *record, const struct person *person, int way,
                 const char *why)
{
    if ((size_t)way >= person->contacts.n)
        return false;
    struct delivery delivery = page_new(turn, record, person, way, why);
    delivery.notice = true;
    page_queue(turn, record, &delivery);
    return true;
}

/* It was queued in this very turn: nothing has been sent, and nothing is to be. */
static bool takes_back(struct turn *turn, const struct delivery *delivery)
{
    bool found = false;
    for (size_t i = turn->decisions->list.n; delivery->queued_us == turn->now_us && i > 0; i--) {
        struct decision *decision = &turn->decisions->list.at[i - 1];
        if (decision->kind != DECISION_DELIVERY || decision->delivery.id != delivery->id)
            continue;
        decision->delivery.state = DELIVERY_CANCELLED;
        found = true;
    }
    return found;
}

void page_cancel(struct turn *turn, struct incident_record *record, struct delivery_record *delivery,
                 const char *why)
{
    bool may_have_left = delivery->delivery.state == DELIVERY_DUE && !takes_back(turn, &delivery->delivery);
    delivery->delivery.state = DELIVERY_CANCELLED;
    text_keep(&delivery->delivery.detail, why);
    turn_clear_timer(turn, &delivery->retry, delivery->delivery.id);
    turn_save_delivery(turn, &delivery->delivery);
    if (!may_have_left)
        delivery_drop(turn->engine, record, delivery);
}

static bool page_one(struct turn *turn, struct incident_record *record, const char *id, const char *why,
                     bool anew)
{
    const struct person *person = config_person(turn->engine->config, id);
    if (!person || person->contacts.n == 0)
        return false;
    for (struct delivery_record *d = record->deliveries, *next; d; d = next) {
        next = d->next;
        if (strcmp(d->delivery.person, id) != 0 || d->delivery.notice)
            continue;
        if (d->delivery.digest && d->delivery.state != DELIVERY_BUNDLED)
            continue; /* it is about others, too */
        if (d->delivery.state == DELIVERY_RETRY)
            page_cancel(turn, record, d, "a newer page takes its place");
        else if (d->delivery.state == DELIVERY_BUNDLED && incident_is_worst(record))
            page_cancel(turn, record, d, "it does not wait any more");
        else if (d->delivery.state == DELIVERY_BUNDLED)
            return true; /* a digest will tell it */
        else if (d->delivery.state == DELIVERY_DUE && !(anew && d->delivery.queued_us != turn->now_us)) {
            jw_pair(event_begin(turn), "person", id);
            event_end(turn, record->incident.number, NULL, "page.pending",
                      "The page to %s is still on its way: no second one", id);
            return true;
        }
    }
    if (storm_has_paged(turn->engine, record, id)) {
        jw_pair(event_begin(turn), "person", id);
        event_end(turn, record->incident.number, NULL, "page.covered",
                  "%s is paged for the storm %lld already: no page beside it", id,
                  (long long)record->incident.storm);
        return true;
    }
    if (!budget_spend(turn, record, person))
        return digest_add(turn, record, person, why);
    storm_paged(record, id);
    return page_way(turn, record, person, 0, why, 0);
}

bool page_person(struct turn *turn, struct incident_record *record, const char *id, const char *why)
{
    return page_one(turn, record, id, why, false);
}

bool page_person_anew(struct turn *turn, struct incident_record *record, const char *id, const char *why)
{
    return page_one(turn, record, id, why, true);
}

void pages_cancel(struct turn *turn, struct incident_record *record, const char *why)
{
    int n = 0;
    for (struct delivery_record *d = record->deliveries, *next; d; d = next) {
        next = d->next;
        if (d->delivery.state == DELIVERY_CANCELLED || d->delivery.notice || digest_tells_others(turn, d))
            continue;
        page_cancel(turn, record, d, why);
        n++;
    }
    if (n == 0)
        return;
    jw_pair_int(event_begin(turn), "n", n);
    event_end(turn, record->incident.number, NULL, "page.cancelled", "%d %s not needed any more: %s", n,
              n == 1 ? "page is" : "pages are", why);
}
