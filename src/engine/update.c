/* INPUT_UPDATE_SEND: audiences are told, on every way that the configuration gives each; and the closing
 * update that a resolve asks for. What a text may say was looked at before it came here (update/draft.h).
 *
 * A way that fails is tried again until a newer update takes its place, for a day at most; one that is dead
 * is told to the communications lead. */
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

enum { MOST_TEXT = 16 * 1024, MOST_SUBJECT = 200, MOST_TOLD = 1000 };
enum { TRIED_US_DAY = 1 };

static const char *const state_names[N_UPDATE_STATES] = {[UPDATE_WANTED] = "wanted", [UPDATE_SENT] = "sent"};

const char *update_impact(const struct incident *incident)
{
    return incident->severity_rank == 1 ? "critical" : incident->severity_rank == 2 ? "major" : "minor";
}

const char *update_state_name(enum update_state state)
{
    return state < N_UPDATE_STATES ? state_names[state] : "";
}

int update_state_of(const char *name)
{
    for (int state = 0; state < N_UPDATE_STATES; state++)
        if (strcmp(state_names[state], name) == 0)
            return state;
    return -1;
}

static void save(struct turn *turn, const struct update *update)
{
    struct decision *decision = turn_push(turn, DECISION_UPDATE);
    decision->update = *update;
    texts_to_arena(&update_texts, &decision->update, turn->arena);
}

/* ---- one way ---- */

/* What has not left yet would be older than what follows. */
static void replace_older(struct turn *turn, struct incident_record *record, const struct delivery *delivery)
{
    for (struct delivery_record *d = record->deliveries, *next; d; d = next) {
        next = d->next;
        if (d->delivery.update && d->delivery.state == DELIVERY_RETRY &&
            strcmp(d->delivery.person, delivery->person) == 0 &&
            strcmp(d->delivery.address, delivery->address) == 0)
            page_cancel(turn, record, d, "a newer update takes its place");
    }
}

static void queue_way(struct turn *turn, struct incident_record *record, const struct update *update,
                      const struct config_audience *audience, size_t way)
{
    struct engine *engine = turn->engine;
    const struct config_contact own = {.channel = "slack", .address = record->incident.chat_id};
    const struct config_contact *contact = way < audience->send.n ? &audience->send.at[way] : &own;
    struct delivery delivery = {
        .id = engine->last_delivery + 1,
        .incident = update->incident,
        .key = arena_printf(turn->arena, "crashcart-%s-incident-%lld-update-%lld-%zu", engine->instance,
                            (long long)update->incident, (long long)update->number, way),
        .state = DELIVERY_DUE,
        .person = arena_printf(turn->arena, "audience:%s", audience->id),
        .way = (int)way,
        .channel = contact->channel,
        .address = contact->address,
        .why = "an update",
        .queued_us = turn->now_us,
        .due_us = turn->now_us,
        .notice = true,
        .update = update->number,
    };
    replace_older(turn, record, &delivery);
    delivery_add(engine, record, &delivery);
    turn_save_delivery(turn, &delivery);
}

/* ---- one audience ---- */

static void note_told(struct turn *turn, struct incident_record *record, const char *audience)
{
    struct incident *incident = &record->incident;
    const char *told = text_or(incident->told, "");
    if (audience_among(told, audience) || strlen(told) > MOST_TOLD)
        return;
    text_keep(&incident->told, arena_printf(turn->arena, "%s%s%s", told, *told ? "," : "", audience));
    turn_touch(turn, record);
}

static void tell(struct turn *turn, struct incident_record *record, const struct input *input,
                 const struct update_message *message, const struct config_audience *audience)
{
    const char *actor = text_or(input->actor, "system");
    bool rehearsed = record->incident.drill; /* it is written and kept, and tells nobody outside */
    bool in_channel = audience->incident_channel && *text_or(record->incident.chat_id, "");
    size_t n_ways = rehearsed ? 0 : audience->send.n + in_channel;
    struct update update = {
        .incident = record->incident.number,
        .number = message->number ? message->number : record->incident.next_delivery++,
        .audience = audience->id,
        .state = UPDATE_SENT,
        .status = message->status,
        .subject = text_head(turn->arena, text_or(message->subject, ""), MOST_SUBJECT),
        .text = arena_strndup(turn->arena, message->text, utf8_cut(message->text, MOST_TEXT)),
        .sent_by = actor,
        .behind = input->flag ? actor : "",
        .withheld = text_or(message->withheld, ""),
        .on_page = audience->status_page && !rehearsed,
        .at_us = turn->now_us,
    };
    save(turn, &update);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "update", update.number);
    jw_pair(body, "audience", update.audience);
    jw_pair(body, "status", update.status);
    jw_pair(body, "subject", update.subject);
    jw_pair(body, "text", update.text);
    if (*update.withheld)
        jw_pair(body, "withheld", update.withheld);
    if (*update.behind)
        jw_pair(body, "stands_behind", update.behind);
    jw_pair_int(body, "ways", (int64_t)n_ways);
    jw_pair_bool(body, "status_page", update.on_page);
    event_end(turn, update.incident, actor, "update.sent", "%s to %s: %s%s",
              rehearsed ? "Rehearsed update" : "Update", audience->id, update.subject,
              *update.withheld ? " (sentences were withheld)" : "");
    for (size_t way = 0; way < n_ways; way++)
        queue_way(turn, record, &update, audience, way);
    note_told(turn, record, audience->id);
    if (incident_is_open(record))
        updates_start_anew(turn, record, audience->id);
}

void decide_update_send(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    int64_t number = record->incident.number;
    size_t n = 0;
    for (size_t i = 0; i < input->n_updates; i++) {
        const struct update_message *message = &input->updates[i];
        const struct config_audience *audience = config_audience(turn->engine->config, message->audience);
        if (!audience || !message->text || !*message->text ||
            !audience_hears(audience, record->incident.service))
            continue;
        tell(turn, record, input, message, audience);
        n++;
    }
    if (n == 0) {
        turn_answer(
            turn, OUTCOME_INVALID, number,
            "No audience of the configuration was told. Add audiences: [{id: stakeholders, send: [...]}], "
            "or record what they were told by other means.");
        return;
    }
    turn_touch(turn, record);
    if (strncmp(text_or(input->actor, ""), "person:", 7) == 0)
        incident_progress(turn, record, input->actor);
    turn_answer(turn, OUTCOME_DONE, number, "%zu %s told of incident %lld.", n,
                n == 1 ? "audience is" : "audiences are", (long long)number);
}

/* ---- the closing update ---- */

/* Who was told of it hears that it is over; so does whom the runbook promises updates, but for the public,
 * who need not hear of what is past. */
static bool is_owed(const struct incident_record *record, const struct config_audience *audience)
{
    if (!audience_hears(audience, record->incident.service))
        return false;
    if (audience_among(text_or(record->incident.told, ""), audience->id))
        return true;
    bool promised = false;
    for (size_t i = 0; i < record->clocks.n; i++) {
        const struct runbook_clock *clock = &record->clocks.at[i];
        promised |=
            clock->kind == CLOCK_UPDATE && clock->since_us && audience_among(clock->audience, audience->id);
    }
    return promised && !audience->status_page && !audience->is_public;
}

void updates_close(struct turn *turn, struct incident_record *record)
{
    list_each (audience, &turn->engine->config->audiences) {
        if (!is_owed(record, audience))
            continue;
        save(turn, &(struct update){.incident = record->incident.number,
                                    .number = record->incident.next_delivery++,
                                    .audience = audience->id,
                                    .state = UPDATE_WANTED,
                                    .status = "resolved",
                                    .on_page = audience->status_page,
                                    .at_us = turn->now_us});
        turn_touch(turn, record);
    }
}

/* ---- what became of an attempt ---- */

static const char *audience_of(const struct delivery *delivery)
{
    const char *colon = strchr(delivery->person, ':');
    return colon ? colon + 1 : delivery->person;
}

static void say(struct turn *turn, const struct delivery *delivery, const char *kind, const char *what)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "delivery", delivery->id);
    jw_pair(body, "key", delivery->key);
    jw_pair(body, "audience", audience_of(delivery));
    jw_pair(body, "channel", delivery->channel);
    jw_pair_int(body, "attempt", delivery->attempts);
    jw_pair(body, "detail", delivery->detail);
    event_end(turn, delivery->incident, NULL, kind, "The update to %s %s by %s: %s", audience_of(delivery),
              what, delivery->channel, delivery->detail);
}

static void give_up(struct turn *turn, struct incident_record *record, struct delivery_record *done)
{
    const char *why =
        arena_printf(turn->arena, "The update to %s does not arrive by %s: %s", audience_of(&done->delivery),
                     done->delivery.channel, done->delivery.detail);
    say(turn, &done->delivery, "update.failed", "does not arrive");
    notice_give_up(turn, record, done, why);
}

void update_lost(struct turn *turn, struct incident_record *record, const struct reply *receipt,
                 const char *why)
{
    const char *audience = strchr(receipt->person, ':') + 1;
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "audience", audience);
    jw_pair(body, "channel", receipt->channel);
    jw_pair(body, "id", receipt->id);
    jw_pair(body, "detail", why);
    event_end(turn, record->incident.number, NULL, "update.failed",
              "The update to %s was taken by %s, and has not arrived: %s", audience, receipt->channel, why);
    notice_lost(turn, record,
                arena_printf(turn->arena, "The update to %s does not arrive by %s: %s", audience,
                             receipt->channel, why));
}

void update_delivered(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                      const struct delivery_result *result)
{
    struct delivery *delivery = &done->delivery;
    bool too_old = turn->now_us - delivery->queued_us > TRIED_US_DAY * 86400 * US_PER_S;
    if (result->verdict == VERDICT_SENT) {
        delivery->state = DELIVERY_SENT;
        turn_save_delivery(turn, delivery);
        say(turn, delivery, "update.delivered", "has left");
        delivery_drop(turn->engine, record, done);
    } else if (result->verdict == VERDICT_DEAD || too_old) {
        give_up(turn, record, done);
    } else {
        notice_retry(turn, done, result);
        if (delivery->attempts == 1)
            say(turn, delivery, "update.delayed", "is tried again");
    }
}
