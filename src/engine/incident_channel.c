/* The incident's own channel in a chat: named by the runbook's pattern, made when the incident opens, and
 * kept as it should be: a topic that says where the work stands, the first message, which is edited with it,
 * and the people who respond in it.
 *
 * One delivery brings all of it about, and may be sent again after any crash (courier/slack_channel.c): while
 * one is under way nothing else is asked for; when it is done, what has changed meanwhile is asked for by the
 * next. One that cannot work is told to the communications lead, once, and nothing more is tried for this
 * incident. An incident that pages nobody, a rehearsal and the parts of a storm have no channel. */
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"
#include "runbook/channel_name.h"

enum { MOST_PEOPLE = 1000, MOST_TOPIC = 200, TRIED_S = 86400 };

static const char carrier[] = "slack_channel";

bool delivery_is_chat(const struct delivery *delivery)
{
    return strcmp(delivery->channel, carrier) == 0;
}

static bool is_made_for(const struct turn *turn, const struct incident_record *record)
{
    const struct config_incident_channel *wanted = &turn->engine->config->incident_channel;
    const struct incident *incident = &record->incident;
    bool bad_enough =
        wanted->worst == 0 || (incident->severity_rank > 0 && incident->severity_rank <= wanted->worst);
    return wanted->chat && bad_enough && !incident->drill && !incident->storm && incident_is_open(record) &&
           !incident_is_held(record);
}

/* ---- what it should be ---- */

static const char *pattern_of(const struct turn *turn, const struct incident_record *record)
{
    const struct procedure *procedure;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    if (runbook)
        list_each (channel, &runbook->parts.channels)
            if (channel->pattern)
                return channel->pattern;
    return turn->engine->config->incident_channel.name;
}

static const char *name_of(const struct turn *turn, const struct incident_record *record)
{
    const struct incident *incident = &record->incident;
    scoped_buf struct buf name = {0};
    channel_name_write(&name, pattern_of(turn, record),
                       &(struct channel_name_facts){
                           .number = incident->number,
                           .opened_us = incident->opened_us,
                           .service = text_or(incident->service, ""),
                           .severity = text_or(incident->severity, ""),
                           .description = text_or(incident->procedure_title, text_or(incident->title, ""))});
    return arena_strdup(turn->arena, buf_text(&name));
}

/* "Incident 4, SEV-1, web-shop: investigating. Commander: Ana" */
static const char *topic_of(const struct turn *turn, const struct incident_record *record)
{
    const struct incident *incident = &record->incident;
    const char *leads = "";
    for (size_t i = 0; i < record->n_roles; i++) {
        const struct role_holder *holder = &record->roles[i];
        if (holder->until_us || strcmp(holder->role, "commander") != 0)
            continue;
        const struct person *person = config_person(turn->engine->config, holder->person);
        leads = arena_printf(turn->arena, ". Commander: %s", person ? person->name : holder->person);
    }
    return text_head(turn->arena,
                     arena_printf(turn->arena, "Incident %lld, %s%s%s: %s%s", (long long)incident->number,
                                  text_or(incident->severity, "unknown"), *incident->service ? ", " : "",
                                  incident->service, incident_state_name(incident->state), leads),
                     MOST_TOPIC);
}

static size_t count_people(const char *people)
{
    size_t n = *people != '\0';
    for (const char *p = people; *p; p++)
        n += *p == ',';
    return n;
}

/* "ana,ben,eve", 1, 3 -> "ben, eve" */
static const char *people_between(struct turn *turn, const char *people, size_t from, size_t until)
{
    const char *between = "";
    size_t i = 0;
    for (const char *at = people; *at; i++) {
        size_t n = strcspn(at, ",");
        if (i >= from && i < until)
            between = arena_printf(turn->arena, "%s%s%.*s", between, *between ? ", " : "", (int)n, at);
        at += n + (at[n] == ',');
    }
    return between;
}

static bool is_in(const char *people, const char *person)
{
    size_t n = strlen(person);
    for (const char *at = people; *at;) {
        size_t n_at = strcspn(at, ",");
        if (n_at == n && memcmp(at, person, n) == 0)
            return true;
        at += n_at + (at[n_at] == ',');
    }
    return false;
}

/* ---- asking for it ---- */

static struct delivery_record *under_way(const struct incident_record *record)
{
    struct delivery_record *d = record->deliveries;
    while (d && !delivery_is_chat(&d->delivery))
        d = d->next;
    return d;
}

static void ask(struct turn *turn, struct incident_record *record)
{
    struct incident *incident = &record->incident;
    struct delivery delivery = {
        .id = turn->engine->last_delivery + 1,
        .incident = incident->number,
        .key = arena_printf(turn->arena, "crashcart-%s-incident-%lld-chat-%lld", turn->engine->instance,
                            (long long)incident->number, (long long)incident->next_delivery++),
        .state = DELIVERY_DUE,
        .person = "incident-channel",
        .way = (int)count_people(incident->chat_people),
        .channel = carrier,
        .address = incident->chat_name,
        .why = "the incident's channel",
        .queued_us = turn->now_us,
        .due_us = turn->now_us,
        .notice = true,
    };
    turn_touch(turn, record);
    delivery_add(turn->engine, record, &delivery);
    turn_save_delivery(turn, &delivery);
}

/* The steps of the diagnosis that ended; while it goes on, those that the first message tells of: it is
 * edited when the diagnosis is complete, and not at each step. */
static int64_t count_looks(const struct incident_record *record)
{
    int64_t n = 0;
    if (!record->diagnosed)
        return record->incident.chat_looks;
    for (size_t i = 0; i < record->n_steps; i++)
        n += !*record->steps[i].approved_by && record->steps[i].attempt > 0;
    return n;
}

/* What waits for its next attempt takes along what is new; what is on its way does not. */
static void bring_up(struct turn *turn, struct incident_record *record)
{
    struct incident *incident = &record->incident;
    struct delivery_record *delivery = under_way(record);
    const char *topic = topic_of(turn, record);
    size_t n_people = count_people(incident->chat_people);
    int64_t n_looks = count_looks(record);
    bool same = strcmp(topic, text_or(incident->chat_topic, "")) == 0 && n_looks == incident->chat_looks &&
                n_people == (size_t)incident->chat_invited && incident->chat_begun != 0;
    if (!*text_or(incident->chat_name, "") || same ||
        (delivery && delivery->delivery.state != DELIVERY_RETRY))
        return;
    text_keep(&incident->chat_topic, topic);
    incident->chat_looks = n_looks;
    turn_touch(turn, record);
    if (delivery)
        delivery->delivery.way = (int)n_people;
    else
        ask(turn, record);
}

static void add_person(struct turn *turn, struct incident_record *record, const char *id)
{
    struct incident *incident = &record->incident;
    const char *people = text_or(incident->chat_people, "");
    const struct person *person = config_person(turn->engine->config, id);
    if (!person || !person_slack_id(person) || is_in(people, id) || strlen(people) > MOST_PEOPLE)
        return;
    text_keep(&incident->chat_people, arena_printf(turn->arena, "%s%s%s", people, *people ? "," : "", id));
    turn_touch(turn, record);
}

/* "person:ana" -> "ana"; others are no people. */
static const char *person_of(const char *actor)
{
    static const char prefix[] = "person:";
    return strncmp(actor, prefix, strlen(prefix)) == 0 ? actor + strlen(prefix) : NULL;
}

void chat_join(struct turn *turn, struct incident_record *record, const char *who)
{
    const char *person = strchr(who, ':') ? person_of(who) : who;
    if (!person || !*text_or(record->incident.chat_name, ""))
        return;
    add_person(turn, record, person);
    bring_up(turn, record);
}

void chat_diagnosed(struct turn *turn, struct incident_record *record)
{
    bring_up(turn, record);
}

static void begin(struct turn *turn, struct incident_record *record)
{
    struct incident *incident = &record->incident;
    const struct strings *invite = &turn->engine->config->incident_channel.invite;
    text_keep(&incident->chat_name, name_of(turn, record));
    for (size_t i = 0; i < invite->n; i++)
        add_person(turn, record, invite->at[i]);
    if (incident->acknowledged_us && person_of(incident->acknowledged_by))
        add_person(turn, record, person_of(incident->acknowledged_by));
    for (size_t i = 0; i < record->n_roles; i++)
        if (!record->roles[i].until_us)
            add_person(turn, record, record->roles[i].person);
}

void chat_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    if (what == CHANGE_ALERTS || what == CHANGE_PROGRESS)
        return;
    /* A topic without a name: it was given up. */
    if (!*text_or(record->incident.chat_name, "") && !*text_or(record->incident.chat_topic, "") &&
        is_made_for(turn, record))
        begin(turn, record);
    bring_up(turn, record);
}

/* ---- what became of it ---- */

static void say(struct turn *turn, const struct incident_record *record, const struct delivery *delivery,
                const char *kind, const char *what)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "delivery", delivery->id);
    jw_pair(body, "key", delivery->key);
    jw_pair(body, "name", record->incident.chat_name);
    jw_pair_int(body, "attempt", delivery->attempts);
    jw_pair(body, "detail", delivery->detail);
    event_end(turn, delivery->incident, NULL, kind, "The incident's channel #%s %s: %s",
              record->incident.chat_name, what, delivery->detail);
}

static void note_made(struct turn *turn, struct incident_record *record, const struct delivery_result *result)
{
    struct incident *incident = &record->incident;
    if (!result->made || *text_or(incident->chat_id, ""))
        return;
    text_keep(&incident->chat_id, result->made);
    text_keep(&incident->chat_name, result->made_name);
    turn_touch(turn, record);
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "channel", incident->chat_id);
    jw_pair(body, "name", incident->chat_name);
    event_end(turn, incident->number, NULL, "channel.created", "The incident has its own channel: #%s",
              incident->chat_name);
}

static void note_done(struct turn *turn, struct incident_record *record, const struct delivery *delivery,
                      const struct delivery_result *result)
{
    struct incident *incident = &record->incident;
    const char *came = people_between(turn, text_or(incident->chat_people, ""),
                                      (size_t)incident->chat_invited, (size_t)delivery->way);
    if (!incident->chat_begun || result->made_first > 0)
        incident->chat_begun = result->made_first > 0 ? result->made_first : 1;
    incident->chat_invited = delivery->way;
    turn_touch(turn, record);
    if (!*came)
        return;
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "name", incident->chat_name);
    jw_pair(body, "people", came);
    jw_pair(body, "detail", delivery->detail);
    event_end(turn, incident->number, NULL, "channel.invited", "Invited to #%s: %s", incident->chat_name,
              came);
}

static void give_up(struct turn *turn, struct incident_record *record, struct delivery_record *done)
{
    const char *why = arena_printf(turn->arena, "The incident's channel #%s cannot be kept: %s",
                                   record->incident.chat_name, done->delivery.detail);
    say(turn, record, &done->delivery, "channel.failed", "cannot be kept");
    text_keep(&record->incident.chat_name, "");
    turn_touch(turn, record);
    notice_give_up(turn, record, done, why);
}

void chat_delivered(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                    const struct delivery_result *result)
{
    struct delivery *delivery = &done->delivery;
    bool too_old = turn->now_us - delivery->queued_us > TRIED_S * US_PER_S;
    note_made(turn, record, result);
    if (result->verdict == VERDICT_SENT) {
        delivery->state = DELIVERY_SENT;
        turn_save_delivery(turn, delivery);
        note_done(turn, record, delivery, result);
        delivery_drop(turn->engine, record, done);
        bring_up(turn, record);
    } else if (result->verdict == VERDICT_DEAD || too_old) {
        give_up(turn, record, done);
    } else {
        notice_retry(turn, done, result);
        if (delivery->attempts == 1)
            say(turn, record, delivery, "channel.delayed", "is tried again");
    }
}
