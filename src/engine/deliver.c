/* INPUT_DELIVERY_DONE and TIMER_DELIVERY_RETRY: what became of an attempt.
 *
 * A way that is dead gives over to the person's next one at once; a way that fails for the moment is tried
 * again as long as the page matters, and after a few attempts the next way is tried as well. */
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

enum { ATTEMPTS_ALONE = 3 };

/* The person's next way, unless it is under way already because this one failed too often. */
static bool try_next_way(struct turn *turn, struct incident_record *record, const struct delivery *delivery,
                         const char *what)
{
    const struct person *person = config_person(turn->engine->config, delivery->person);
    const char *why = arena_printf(turn->arena, "%s; %s %s", delivery->why, delivery->channel, what);
    if (person && delivery->notice)
        return page_notice(turn, record, person, delivery->way + 1, why);
    if (!person || (!page_matters(record) && !digest_waits(turn, delivery->digest)))
        return false;
    return page_way(turn, record, person, delivery->way + 1, why, delivery->digest);
}

static struct json_writer *attempt_begin(struct turn *turn, const struct delivery *delivery)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "delivery", delivery->id);
    jw_pair(body, "key", delivery->key);
    jw_pair(body, "person", delivery->person);
    jw_pair(body, "channel", delivery->channel);
    jw_pair_int(body, "attempt", delivery->attempts);
    jw_pair(body, "detail", delivery->detail);
    return body;
}

static void take_sent(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                      const struct delivery_result *result)
{
    struct delivery *delivery = &done->delivery;
    bool was_cancelled = delivery->state == DELIVERY_CANCELLED;
    (void)result;
    delivery->state = DELIVERY_SENT;
    record->n_reached += !delivery->notice;
    record->round_reached |= !delivery->notice;
    turn_save_delivery(turn, delivery);
    proof_page_arrived(turn, delivery);
    attempt_begin(turn, delivery);
    event_end(turn, delivery->incident, NULL, "page.sent", "%s %s by %s%s%s",
              delivery->notice ? "Told" : "Paged", delivery->person, delivery->channel,
              delivery->attempts > 1 ? arena_printf(turn->arena, " at attempt %d", delivery->attempts) : "",
              was_cancelled ? "; it was already on its way when it was cancelled" : "");
    int64_t digest = delivery->digest;
    delivery_drop(turn->engine, record, done);
    digest_sent(turn, digest);
}

void notice_retry(struct turn *turn, struct delivery_record *done, const struct delivery_result *result)
{
    struct delivery *delivery = &done->delivery;
    int64_t delay_us = delivery_backoff_us(delivery->id, delivery->attempts, result->retry_after_s);
    delivery->state = DELIVERY_RETRY;
    delivery->due_us = turn->now_us + delay_us;
    turn_save_delivery(turn, delivery);
    turn_set_timer(turn, &done->retry, delivery->id, delivery->due_us);
}

void notice_lost(struct turn *turn, struct incident_record *record, const char *why)
{
    struct strings people = {0};
    if (!incident_is_open(record))
        return;
    role_people(turn, record, "communications-lead", &people);
    remind_first(turn, record, &people, why, &people);
}

void notice_give_up(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                    const char *why)
{
    done->delivery.state = DELIVERY_DEAD;
    turn_save_delivery(turn, &done->delivery);
    delivery_drop(turn->engine, record, done);
    notice_lost(turn, record, why);
}

static void take_retry(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                       const struct delivery_result *result)
{
    const struct delivery *delivery = &done->delivery;
    notice_retry(turn, done, result);
    bool next_way = delivery->attempts == ATTEMPTS_ALONE;
    if (delivery->attempts != 1 && !next_way)
        return;
    attempt_begin(turn, delivery);
    event_end(turn, delivery->incident, NULL, "page.delayed", "%s did not take the page to %s (%s)%s",
              delivery->channel, delivery->person, delivery->detail,
              next_way ? " three times: the next way is tried as well" : ": tried again");
    if (next_way)
        try_next_way(turn, record, delivery, "does not answer");
}

static void take_dead(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                      const struct delivery_result *result)
{
    struct delivery *delivery = &done->delivery;
    (void)result;
    delivery->state = DELIVERY_DEAD;
    turn_save_delivery(turn, delivery);
    attempt_begin(turn, delivery);
    event_end(turn, delivery->incident, NULL, "page.failed", "%s does not reach %s: %s", delivery->channel,
              delivery->person, delivery->detail);
    proof_page_lost(turn, delivery->person, delivery->channel, delivery->address, delivery->detail);
    bool next_tried = delivery->attempts > ATTEMPTS_ALONE;
    if (!next_tried)
        try_next_way(turn, record, delivery, "does not reach them");
    int64_t digest = delivery->digest;
    delivery_drop(turn->engine, record, done);
    digest_failed(turn, digest);
    escalate_past(turn, record);
}

static void (*const verdicts[])(struct turn *, struct incident_record *, struct delivery_record *,
                                const struct delivery_result *) = {
    [VERDICT_SENT] = take_sent,
    [VERDICT_RETRY] = take_retry,
    [VERDICT_DEAD] = take_dead,
};

void decide_delivery_done(struct turn *turn, const struct input *input)
{
    struct delivery_record *done =
        map_get(turn->engine->deliveries, &input->delivery, sizeof input->delivery);
    const struct delivery_result *result = input->delivery_result;
    if (!done || done->delivery.state == DELIVERY_RETRY) {
        turn_answer(turn, done ? OUTCOME_CONFLICT : OUTCOME_NOT_FOUND, 0, "Delivery %lld is not under way.",
                    (long long)input->delivery);
        return;
    }
    struct incident_record *record = incident_find(turn->engine, done->delivery.incident);
    must(record);
    if (done->delivery.state == DELIVERY_CANCELLED && result->verdict != VERDICT_SENT) {
        delivery_drop(turn->engine, record, done);
        return;
    }
    done->delivery.attempts++;
    text_keep(&done->delivery.detail,
              text_head(turn->arena, text_or(result->detail, "no reason given"), 200));
    if (delivery_is_chat(&done->delivery)) {
        chat_delivered(turn, record, done, result);
        return;
    }
    if (done->delivery.update) {
        update_delivered(turn, record, done, result);
        return;
    }
    verdicts[result->verdict](turn, record, done, result);
}

/* It goes to a person, by an address that the configuration does not give them any more. */
static bool way_is_gone(const struct engine *engine, const struct delivery *delivery)
{
    if (delivery->digest || delivery->update || delivery_is_chat(delivery))
        return false;
    const struct person *person = config_person(engine->config, delivery->person);
    for (size_t i = 0; person && i < person->contacts.n; i++)
        if (strcmp(person->contacts.at[i].channel, delivery->channel) == 0 &&
            strcmp(person->contacts.at[i].address, delivery->address) == 0)
            return false;
    return true;
}

/* Whoever was mistyped in the night is paged where they are; of who has left, the next one is told. */
static void leave_way(struct turn *turn, struct incident_record *incident, struct delivery_record *record)
{
    const struct delivery *delivery = &record->delivery;
    const struct person *person = config_person(turn->engine->config, delivery->person);
    bool notice = delivery->notice, matters = page_matters(incident);
    const char *why = arena_strdup(turn->arena, delivery->why);
    jw_pair(event_begin(turn), "person", delivery->person);
    event_end(turn, delivery->incident, NULL, "page.cancelled",
              "The page to %s by %s is not tried again: the configuration has no such way any more",
              delivery->person, delivery->channel);
    page_cancel(turn, incident, record, "its way is not in the configuration any more");
    bool goes_on = due_is_set(&incident->escalate) && incident->escalate.at_us <= turn->now_us;
    if (!matters || notice || (!person && goes_on))
        return;
    if (!person || !page_way(turn, incident, person, 0, why, 0))
        escalate_past(turn, incident);
}

void deliveries_learn(struct turn *turn, struct incident_record *incident)
{
    for (struct delivery_record *d = incident->deliveries; d; d = d->next)
        if (d->delivery.state == DELIVERY_RETRY && way_is_gone(turn->engine, &d->delivery))
            turn_set_timer(turn, &d->retry, d->delivery.id, turn->now_us);
}

void due_delivery_retry(struct turn *turn, struct due *due)
{
    struct delivery_record *record = DUE_HOLDER(due, struct delivery_record, retry);
    struct incident_record *incident = incident_find(turn->engine, record->delivery.incident);
    turn_clear_timer(turn, due, record->delivery.id);
    if (record->delivery.digest && !page_matters(incident) && !digest_waits(turn, record->delivery.digest)) {
        page_cancel(turn, incident, record, "nobody needs its digest any more");
        return;
    }
    if (way_is_gone(turn->engine, &record->delivery)) {
        leave_way(turn, incident, record);
        return;
    }
    record->delivery.state = DELIVERY_DUE;
    record->delivery.due_us = turn->now_us;
    turn_save_delivery(turn, &record->delivery);
}

void engine_each_under_way(const struct engine *engine, void (*visit)(void *context, int64_t delivery),
                           void *context)
{
    size_t position = 0;
    for (const struct delivery_record *record; (record = map_next(engine->deliveries, &position));)
        if (record->delivery.state == DELIVERY_DUE)
            visit(context, record->delivery.id);
}
