/* Where other pagers stood: PagerDuty's Events API v2, Opsgenie's Alert API, and any JSON by POST. The bytes
 * are read by intake/; here is how each of them is answered. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/opsgenie.h"
#include "api/server.h"
#include "base/clock.h"

/* ---- PagerDuty ---- */

/* PagerDuty's own older clients name the integration in a header alone. What is kept of the event names it in
 * its body, so that it is read again as it was. False: there is no such header. */
static bool put_routing_key(struct request *request)
{
    const char *key = request_header(request, "X-Routing-Key");
    const char *text = buf_text(&request->body), *object = text + strspn(text, " \t\r\n");
    if (!key || !*key || !utf8_valid(key, strlen(key)) || *object != '{')
        return false;
    struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "routing_key", key);
    buf_putc(&body, ',');
    buf_puts(&body, object + 1);
    request_replace_body(request, &body);
    return true;
}

static void refuse_event(struct request *request, const char *why)
{
    struct json_writer writer = answer_json(request);
    request->answer.status = MHD_HTTP_BAD_REQUEST;
    jw_begin_object(&writer);
    jw_pair(&writer, "status", "invalid event");
    jw_pair(&writer, "message", "Event object is invalid");
    jw_name(&writer, "errors");
    jw_begin_array(&writer);
    jw_string(&writer, why);
    jw_end_array(&writer);
    jw_end_object(&writer);
}

void post_pagerduty(struct request *request)
{
    const char *field = NULL;
    struct err err = {0};
    int got = alerts_parse(request, intake_format("pagerduty"), &field, &err);
    if (got < 0 && field && strcmp(field, "routing_key") == 0 && put_routing_key(request))
        got = alerts_parse(request, intake_format("pagerduty"), &field, &err);
    if (got == 0) {
        alerts_hand_over(request, intake_format("pagerduty"));
        return;
    }
    refuse_event(request, err.text);
}

void answer_pagerduty(struct request *request)
{
    struct json_writer writer = answer_json(request);
    request->answer.status = MHD_HTTP_ACCEPTED;
    alerts_count(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "status", "success");
    jw_pair(&writer, "message", "Event processed");
    jw_pair(&writer, "dedup_key", request->batch.dedup_key);
    jw_end_object(&writer);
}

enum { EVENT_TEXT_BYTES = 16 * 1024 };

/* NULL: no text that can be kept. */
static const char *event_text(struct json value)
{
    size_t n_bytes = 0;
    const char *text = json_text(value, &n_bytes);
    return text && *text && n_bytes <= EVENT_TEXT_BYTES && strlen(text) == n_bytes ? text : NULL;
}

/* What was changed elsewhere (developer.pagerduty.com, "Send a change event"). */
void post_pagerduty_change(struct request *request)
{
    struct json root;
    struct err err = {0};
    if (!request->document)
        request->document = json_document_new();
    if (json_parse(request->document, buf_text(&request->body), request->body.n_bytes, 32, &root, &err) < 0) {
        refuse_event(request, err.text);
        return;
    }
    struct json payload = json_get(root, "payload"), link = json_first(json_get(root, "links")).value;
    const char *routing = request_header(request, "X-Routing-Key");
    const char *summary = event_text(json_get(payload, "summary"));
    if (!routing || !*routing)
        routing = event_text(json_get(root, "routing_key"));
    if (!routing || !*routing) {
        refuse_event(request, "'routing_key' is missing or blank");
        return;
    }
    if (!summary || !*summary) {
        refuse_event(request, "'payload.summary' is missing, blank or no text");
        return;
    }
    request->input = (struct input){.kind = INPUT_CHANGED,
                                    .actor = "source:pagerduty",
                                    .text = summary,
                                    .word = event_text(json_get(payload, "source")),
                                    .link = event_text(json_get(link, "href"))};
    request_submit(request, NULL);
}

void answer_pagerduty_change(struct request *request)
{
    struct json_writer writer = answer_json(request);
    request->answer.status = MHD_HTTP_ACCEPTED;
    jw_begin_object(&writer);
    jw_pair(&writer, "status", "success");
    jw_pair(&writer, "message", "Change event processed");
    jw_end_object(&writer);
}

/* ---- Opsgenie ---- */

static const char request_id_start[] = "00000000-0000-4000-8000-";

/* An identifier as Opsgenie's are shaped, that holds the number of the incident. */
const char *opsgenie_request_id(struct arena *arena, int64_t incident)
{
    return arena_printf(arena, "%s%012lld", request_id_start, (long long)incident);
}

const char *opsgenie_alert_id(struct arena *arena, const char *hash)
{
    return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hash, hash + 8, hash + 12, hash + 16, hash + 20);
}

/* The same of an alert: it stands for its alias, for an incident may have alerts of several. */
static const char *alert_id(struct arena *arena, const struct alert_batch *batch)
{
    char hash[GROUP_HASH_BYTES];
    alert_group_hash(batch->source, batch->group_key, hash);
    return opsgenie_alert_id(arena, hash);
}

static void find_alias(void *context, const struct engine *engine)
{
    struct named_alert *named = context;
    const char *alias = engine_group_key(engine, "opsgenie", named->hash, &named->incident);
    named->alias = alias ? arena_strdup(named->request->arena, alias) : NULL;
    if (!alias && engine_keyed_incident(engine, named->hash)) /* another sender's, from the list */
        named->incident = engine_keyed_incident(engine, named->hash);
}

bool opsgenie_find_alias(struct request *request, const char *alias, struct named_alert *ret_named)
{
    alert_group_hash("opsgenie", alias, ret_named->hash);
    return request_ask(request, find_alias, ret_named);
}

/* The number in an identifier of ours, or a number alone; -1: it is neither. */
static int64_t incident_of(const char *identifier)
{
    size_t n_start = strlen(request_id_start);
    bool ours = strncmp(identifier, request_id_start, n_start) == 0;
    const char *digits = ours ? identifier + n_start : identifier;
    size_t n = strlen(digits);
    return n > 0 && n <= 12 && strspn(digits, "0123456789") == n ? strtoll(digits, NULL, 10) : -1;
}

static bool is_named_by_alias(const struct request *request)
{
    const char *type = request_query(request, "identifierType");
    return type && strcmp(type, "alias") == 0;
}

/* What the name in the path stands for: an alias where the query says so, else an id. False: it is answered.
 */
static bool find_named(struct request *request, struct named_alert *ret_named)
{
    const char *name = request_name(request, 0);
    bool by_alias = is_named_by_alias(request);
    size_t n = 0;
    *ret_named = (struct named_alert){.request = request, .incident = by_alias ? -1 : incident_of(name)};
    if (ret_named->incident >= 0)
        return true;
    if (by_alias)
        return opsgenie_find_alias(request, name, ret_named);
    for (const char *c = name; *c && n < GROUP_HASH_BYTES - 1; c++)
        if (*c != '-')
            ret_named->hash[n++] = (char)tolower((unsigned char)*c);
    return n < GROUP_HASH_BYTES - 1 || request_ask(request, find_alias, ret_named);
}

void answer_opsgenie(struct request *request)
{
    struct json_writer writer = answer_json(request);
    request->answer.status = MHD_HTTP_ACCEPTED;
    alerts_count(request);
    jw_begin_object(&writer);
    jw_pair(&writer, "result", "Request will be processed");
    jw_name(&writer, "took");
    jw_double(&writer, 0.001);
    bool known = request->batch.group_key && (request->batch.n_alerts || request->outcome.incident);
    jw_pair(&writer, "requestId",
            known ? alert_id(request->arena, &request->batch)
                  : opsgenie_request_id(request->arena, request->outcome.incident));
    jw_end_object(&writer);
}

static enum input_kind input_of(const char *action)
{
    if (strcmp(action, "close") == 0)
        return INPUT_RESOLVE;
    if (strcmp(action, "snooze") == 0)
        return INPUT_MUTE;
    return strcmp(action, "acknowledge") == 0 ? INPUT_ACKNOWLEDGE : INPUT_NOTE;
}

static void act_on_incident(struct request *request, struct json root, const char *action)
{
    const char *user, *note, *end;
    int64_t end_us = 0;
    enum input_kind kind = input_of(action);
    if (request_text(request, root, "user", &user) < 0 || request_text(request, root, "note", &note) < 0 ||
        request_text(request, root, "endTime", &end) < 0)
        return;
    if (kind == INPUT_MUTE && (!end || time_parse_sent(end, strlen(end), &end_us) < 0 || end_us == 0)) {
        answer_problem(request, PROBLEM_INVALID, "endTime",
                       "endTime is not a time such as 2026-03-01T09:00:00Z");
        return;
    }
    if (!note && kind == INPUT_NOTE) {
        answer_problem(request, PROBLEM_INVALID, "note", "a note needs a text");
        return;
    }
    request->input = (struct input){
        .kind = kind,
        .incident = incident_of(request_name(request, 0)),
        .actor = user ? arena_printf(request->arena, "opsgenie:%.100s", user) : "source:opsgenie",
        .text = note || kind != INPUT_MUTE ? note : "snoozed by its sender",
        .for_s = kind == INPUT_MUTE ? mute_length_s(end_us - request_now_us(request)) : 0,
    };
    request_submit(request, NULL);
}

static void act_on_alias(struct request *request, struct json root, const char *action, const char *alias)
{
    struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "alias", alias);
    jw_pair(&writer, "action", action);
    static const char *const kept[] = {"user", "note", "endTime"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const char *text = json_text(json_get(root, kept[i]), NULL);
        if (text && *text)
            jw_pair(&writer, kept[i], text);
    }
    jw_end_object(&writer);
    request_replace_body(request, &body);
    alerts_submit(request, intake_format("opsgenie"));
}

static void act(struct request *request, const char *action)
{
    struct json root;
    struct named_alert named = {0};
    if (request_object(request, &root) < 0)
        return;
    if (is_named_by_alias(request))
        act_on_alias(request, root, action, request_name(request, 0));
    else if (!find_named(request, &named))
        return;
    else if (named.alias)
        act_on_alias(request, root, action, named.alias);
    else if (named.incident >= 0)
        act_on_incident(request, root, action);
    else
        answer_problem(request, PROBLEM_NOT_FOUND, NULL,
                       "no alert has this id: name it by its alias, with ?identifierType=alias");
}

void close_opsgenie(struct request *request)
{
    act(request, "close");
}

void acknowledge_opsgenie(struct request *request)
{
    act(request, "acknowledge");
}

void note_opsgenie(struct request *request)
{
    act(request, "note");
}

void snooze_opsgenie(struct request *request)
{
    act(request, "snooze");
}

/* Tags are kept as a note: nothing here is told apart by them. */
void tag_opsgenie(struct request *request)
{
    struct json root;
    const char *user, *note;
    if (request_object(request, &root) < 0 || request_text(request, root, "user", &user) < 0 ||
        request_text(request, root, "note", &note) < 0)
        return;
    struct buf body = {0};
    scoped_buf struct buf text = {0};
    for (struct json_iter i = json_first(json_get(root, "tags")); json_more(&i); json_next(&i)) {
        const char *tag = json_text(i.value, NULL);
        if (tag && *tag)
            buf_printf(&text, "%s%.100s", text.n_bytes ? ", " : "tagged: ", tag);
    }
    if (!text.n_bytes) {
        answer_problem(request, PROBLEM_INVALID, "tags", "tags must be a list of texts");
        return;
    }
    if (note && *note)
        buf_printf(&text, ": %s", note);
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "note", buf_text(&text));
    if (user)
        jw_pair(&writer, "user", user);
    jw_end_object(&writer);
    request_replace_body(request, &body);
    act(request, "note");
}

void refuse_opsgenie(struct request *request)
{
    answer_problem(
        request, PROBLEM_NOT_IMPLEMENTED, NULL,
        "an incident follows its runbook here: an acknowledgement is not taken back, and whom to "
        "escalate to is not for the sender to say; acknowledge, snooze, notes and close are heard");
}

/* The incident of what the path names; *ret_incident stays empty where it was heard and is of none. False: it
 * is answered. */
static bool load_named(struct request *request, const char *missing, struct named_alert *ret_named,
                       struct incident *ret_incident)
{
    struct err err = {0};
    struct ledger *ledger = NULL;
    if (!find_named(request, ret_named))
        return false;
    int64_t number = ret_named->incident;
    if (number > 0 && !(ledger = request_ledger(request)))
        return false;
    if (number >= 0 && (!ledger || ledger_incident(ledger, request->arena, number, ret_incident, &err) == 0))
        return true;
    answer_problem(request, PROBLEM_NOT_FOUND, NULL, "%s", missing);
    return false;
}

static void end_data(struct request *request, struct json_writer *writer)
{
    jw_end_object(writer);
    jw_name(writer, "took");
    jw_double(writer, 0.001);
    jw_pair(writer, "requestId", request_name(request, 0));
    jw_end_object(writer);
}

/* What a client asks until it knows that its request was carried out; ours are, before they are answered. */
void get_opsgenie_request(struct request *request)
{
    struct named_alert named;
    struct incident incident = {0};
    if (!load_named(request, "there is no such request", &named, &incident))
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "data");
    jw_begin_object(&writer);
    jw_pair_bool(&writer, "success", true);
    jw_pair_bool(&writer, "isSuccess", true);
    jw_pair(&writer, "status", incident.number ? incident.title : "Heard");
    jw_pair(&writer, "alertId", incident.number || named.alias ? request_name(request, 0) : "");
    if (named.alias)
        jw_pair(&writer, "alias", named.alias);
    end_data(request, &writer);
}

void opsgenie_write_alert(struct json_writer *writer, const struct request *request, const char *id,
                          const char *alias, const struct incident *incident)
{
    bool over = incident->number && incident->resolved_us;
    int rank = incident->severity_rank;
    jw_pair(writer, "id", id);
    jw_pair(writer, "tinyId", arena_printf(request->arena, "%lld", (long long)incident->number));
    jw_pair(writer, "alias", alias);
    jw_pair(writer, "message", incident->title ? incident->title : "");
    jw_pair(writer, "status", over ? "closed" : "open");
    jw_pair(writer, "priority", arena_printf(request->arena, "P%d", rank < 1 ? 3 : rank > 5 ? 5 : rank));
    jw_pair_bool(writer, "acknowledged", incident->acknowledged_us != 0 && !over);
    jw_pair_bool(writer, "isSeen", incident->acknowledged_us != 0);
    jw_pair_bool(writer, "snoozed", incident->muted_until_us > request_now_us(request));
    jw_pair_int(writer, "count", incident->n_alerts);
    jw_pair(writer, "owner", incident->acknowledged_by ? incident->acknowledged_by : "");
    jw_name(writer, "tags"); /* a tag is a note of the incident here */
    jw_begin_array(writer);
    jw_end_array(writer);
    if (incident->opened_us)
        jw_pair_time(writer, "createdAt", incident->opened_us);
}

/* The incident as Opsgenie shows an alert. */
void get_opsgenie_alert(struct request *request)
{
    struct named_alert named;
    struct incident incident = {0};
    if (!load_named(request, "no alert has this name", &named, &incident))
        return;
    struct json_writer writer = answer_json(request);
    jw_begin_object(&writer);
    jw_name(&writer, "data");
    jw_begin_object(&writer);
    opsgenie_write_alert(&writer, request, request_name(request, 0), named.alias ? named.alias : "",
                         &incident);
    end_data(request, &writer);
}

/* ---- any JSON ---- */

struct mapping {
    struct request *request;
    struct json root;
    struct buf body;
    bool found, mapped;
    struct err err;
};

static void map_body(void *context, const struct config *config, const struct library *library)
{
    struct mapping *mapping = context;
    (void)library;
    const struct config_source *source = config_source(config, request_name(mapping->request, 0));
    mapping->found = source != NULL;
    mapping->mapped = source && intake_map(mapping->request->arena, source, mapping->root, &mapping->body,
                                           &mapping->err) == 0;
}

void post_source(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    struct mapping mapping = {.request = request};
    if (request_json(request, &mapping.root) < 0)
        return;
    if (!backend->ask_site(backend->core, map_body, &mapping))
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL,
                       "the configuration is still being read; try again");
    else if (!mapping.found)
        answer_problem(request, PROBLEM_NOT_FOUND, NULL,
                       "no source is called \"%.100s\": add it to sources: in the configuration",
                       request_name(request, 0));
    else if (!mapping.mapped)
        answer_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s", mapping.err.text);
    if (!mapping.mapped) {
        buf_free(&mapping.body);
        return;
    }
    request_replace_body(request, &mapping.body);
    alerts_submit(request, intake_format(INTAKE_GENERIC));
}

/* Not answer_alerts: such a request waits at the start until the mapping is there. */
void answer_mapped(struct request *request)
{
    answer_alerts(request);
}
