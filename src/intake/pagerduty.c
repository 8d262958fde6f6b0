/* PagerDuty's Events API v2, as its clients send it (developer.pagerduty.com, "Send an alert event"):
 *   {"routing_key":"...","event_action":"trigger","dedup_key":"disk-1","client":"monit","client_url":"...",
 *    "payload":{"summary":"disk full","source":"db-1","severity":"critical","component":"postgres",
 *               "group":"prod","class":"disk","timestamp":"...","custom_details":{}},
 *    "links":[{"href":"...","text":"..."}],"images":[{"src":"...","alt":"..."}]}
 * A dedup_key is the identity of a trouble and its messages: trigger, acknowledge, resolve. It becomes a
 * group that the message is the whole state of. Where Alertmanager is the client, the alerts that it lists as
 * text are taken for what they are; elsewhere the message is one alert, and its key one of its labels, so
 * that two keys with the same words stay two alerts. */
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "intake/draft.h"

enum { KEY_CHARS_LIMIT = 255, ROUTING_BYTES_LIMIT = 255, LINKS_LIMIT = 10 };

static int refuse(const char **ret_field, struct err *err, const char *field, const char *why)
{
    if (ret_field)
        *ret_field = field;
    return err_set(err, "'%s' %s", field, why);
}

static size_t count_chars(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* A key of ours for a message without one: the same for the same message. */
static const char *make_key(struct arena *arena, struct json root, int64_t received_us)
{
    const char *summary = json_text(json_get(json_get(root, "payload"), "summary"), NULL);
    const char *text = arena_printf(arena, "%s\n%lld", summary ? summary : "", (long long)received_us);
    char hex[SHA256_HEX_BYTES];
    sha256_hex(text, strlen(text), hex);
    return arena_strndup(arena, hex, 32);
}

static int read_key(struct arena *arena, struct json root, int64_t received_us, bool is_trigger,
                    struct alert_batch *batch, const char **ret_field, struct err *err)
{
    struct json given = json_get(root, "dedup_key");
    size_t n_bytes = 0;
    const char *key = json_text(given, &n_bytes);
    bool has_zero = key && strlen(key) != n_bytes;
    if (json_kind(given) == JSON_NUMBER)
        key = scalar_text(arena, given); /* a client that names its troubles by number */
    const char *routing = json_text(json_get(root, "routing_key"), NULL);
    if (key && (has_zero || count_chars(key) > KEY_CHARS_LIMIT))
        return refuse(ret_field, err, "dedup_key", "is longer than 255 characters");
    if ((!key || !*key) && !is_trigger)
        return refuse(ret_field, err, "dedup_key", "is missing or blank");
    if (!routing || !*routing || strnlen(routing, ROUTING_BYTES_LIMIT + 1) > ROUTING_BYTES_LIMIT)
        return refuse(ret_field, err, "routing_key", "is missing or blank");
    batch->dedup_key = key && *key ? key : make_key(arena, root, received_us);
    batch->group_key = arena_printf(arena, "%s/%s", routing, batch->dedup_key);
    return 0;
}

static int check_payload(struct json payload, const char **ret_field, struct err *err)
{
    static const char *const severities[] = {"critical", "error", "warning", "info"};
    const char *severity = json_text(json_get(payload, "severity"), NULL);
    bool known = false;
    for (size_t i = 0; severity && i < sizeof severities / sizeof *severities; i++)
        known = known || strcmp(severity, severities[i]) == 0;
    const char *summary = json_text(json_get(payload, "summary"), NULL);
    const char *source = json_text(json_get(payload, "source"), NULL);
    if (!summary || !*summary)
        return refuse(ret_field, err, "payload.summary", "is missing or blank");
    if (!source || !*source)
        return refuse(ret_field, err, "payload.source", "is missing or blank");
    if (!known)
        return refuse(ret_field, err, "payload.severity", "is none of critical, error, warning, info");
    return 0;
}

/* "link", "link_2" and so on: where each leads, and behind it what the sender calls it. */
static void add_places(struct draft *draft, struct json list, const char *name, const char *where,
                       const char *called)
{
    struct arena *arena = draft->place->arena;
    int n = 0;
    for (struct json_iter i = json_first(list); json_more(&i) && n < LINKS_LIMIT; json_next(&i)) {
        const char *href = json_text(json_get(i.value, where), NULL);
        const char *text = json_text(json_get(i.value, called), NULL);
        if (!href || !*href)
            continue;
        if (text && *text && strcmp(text, href) != 0)
            href = arena_printf(arena, "%s (%s)", href, text);
        draft_annotation(draft, ++n == 1 ? name : arena_printf(arena, "%s_%d", name, n), href);
    }
}

static void add_links(struct draft *draft, struct json root)
{
    add_places(draft, json_get(root, "links"), "link", "href", "text");
    add_places(draft, json_get(root, "images"), "image", "src", "alt");
    draft_annotation(draft, "client", json_text(json_get(root, "client"), NULL));
}

/* One alert of the message as a whole. What it is about: its class, or what it says. */
static int read_event(const struct place *place, struct json root, const char *key, struct alert *ret_alert)
{
    struct json payload = json_get(root, "payload"), details = json_get(payload, "custom_details");
    const char *summary = json_text(json_get(payload, "summary"), NULL);
    const char *source = json_text(json_get(payload, "source"), NULL);
    const char *component = json_text(json_get(payload, "component"), NULL);
    const char *class = json_text(json_get(payload, "class"), NULL);
    const char *named = json_text(json_get(details, "alertname"), NULL);
    const char *service = json_text(json_get(details, "service"), NULL);
    struct draft draft = {.place = place};
    draft_url(&draft, json_text(json_get(root, "client_url"), NULL));
    draft_annotation(&draft, "summary", summary);
    add_links(&draft, root);
    draft_annotation(&draft, "details", scalar_text(place->arena, details));
    draft_details(&draft, details);
    if (draft_label(&draft, "alertname",
                    named && *named   ? named
                    : class && *class ? class
                                      : summary) < 0 ||
        draft_label(&draft, "service",
                    service && *service       ? service
                    : component && *component ? component
                                              : source) < 0 ||
        draft_label(&draft, "source", source) < 0 ||
        draft_label(&draft, "group", json_text(json_get(payload, "group"), NULL)) < 0 ||
        draft_label(&draft, "severity", json_text(json_get(payload, "severity"), NULL)) < 0 ||
        draft_label(&draft, "dedup_key", key) < 0 || draft_finish(&draft, ret_alert) < 0)
        return -1;
    const char *time = json_text(json_get(payload, "timestamp"), NULL);
    if (time && time_parse_sent(time, strlen(time), &ret_alert->starts_us) < 0)
        ret_alert->starts_us = 0; /* a wrong clock is no reason to lose an alert */
    return 0;
}

/* Alertmanager from 0.29 on: [{"status":"firing","labels":{},"annotations":{},"startsAt":"...",...}]. 1: it
 * is no such list, or holds what is no alert. */
static int read_list(struct place *place, struct json list, struct alert_batch *batch)
{
    struct aside aside = {0};
    struct alert_members members;
    if (json_kind(list) != JSON_ARRAY || json_count(list) == 0 || json_count(list) > ALERTS_LIMIT)
        return 1;
    batch->alerts = arena_alloc(place->arena, json_count(list) * sizeof *batch->alerts);
    batch->group_whole = true;
    place->aside = &aside;
    for (struct json_iter i = json_first(list); json_more(&i); json_next(&i)) {
        struct alert *alert = &batch->alerts[batch->n_alerts];
        if (alert_read(place, i.value, alert, &members) == 0)
            batch->n_alerts++;
        else if (!aside_passes(place))
            break;
        alert->ends_us = 0;
    }
    place->aside = NULL;
    if (batch->n_alerts == json_count(list))
        return 0;
    batch->n_alerts = 0; /* the message as a whole is heard */
    return 1;
}

static int read_trigger(struct place *place, struct json root, struct alert_batch *batch,
                        const char **ret_field)
{
    struct json payload = json_get(root, "payload");
    struct json firing = json_get(json_get(payload, "custom_details"), "firing");
    if (check_payload(payload, ret_field, place->err) < 0)
        return -1;
    int read = read_list(place, firing, batch);
    if (read == 1)
        read = listed_alerts_read(place, json_text(firing, NULL), batch);
    if (read != 1)
        return read;
    batch->alerts->key = batch->group_key;
    return read_event(place, root, batch->dedup_key, batch->alerts);
}

int pagerduty_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                    const char **ret_field, struct err *err)
{
    struct alert_batch batch = {.source = "pagerduty", .lasting = true};
    struct place place = {.arena = arena, .list = "payload", .ret_field = ret_field, .err = err};
    const char *action = json_text(json_get(root, "event_action"), NULL);
    if (json_kind(root) != JSON_OBJECT)
        return err_set(err, "the body must be an object with \"event_action\"");
    bool is_trigger = action && strcmp(action, "trigger") == 0;
    bool is_resolve = action && strcmp(action, "resolve") == 0;
    if (!is_trigger && !is_resolve && (!action || strcmp(action, "acknowledge") != 0))
        return refuse(ret_field, err, "event_action", "is none of trigger, acknowledge, resolve");
    if (read_key(arena, root, received_us, is_trigger, &batch, ret_field, err) < 0 ||
        (is_trigger && read_trigger(&place, root, &batch, ret_field) < 0))
        return -1;
    batch.group_resolved = is_resolve;
    if (!is_trigger && !is_resolve)
        batch.acknowledged_by = "source:pagerduty";
    *ret_batch = batch;
    return 0;
}
