/* Anything that can POST JSON. Without a mapping the words that most tools use are understood:
 *   {"name":"DiskFull","service":"db","severity":"critical","status":"firing","summary":"...","key":"disk-1",
 *    "labels":{"host":"db-1"},"annotations":{},"starts_at":"...","url":"..."}
 * alone, in an array, or under "alerts". With one (configuration: sources), intake_map() turns a foreign
 * shape into this one, and that is what is kept: a mapping that changes later does not change what was heard.
 *
 * A key is the identity of a trouble: it is over whatever its alerts were called. The alerts of an array are
 * told apart by their labels, of which their key is one, and none ends for another of its key that fires. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "intake/draft.h"

/* Member of a body that a mapping made: whose. */
#define MAPPED_BY "mapped_by"

static const char *const over_words[] = {"resolved", "resolve", "ok",      "up",       "closed",   "close",
                                         "recovery", "normal",  "cleared", "inactive", "recovered"};

/* The first member of those names that has a text, number or truth value. */
static const char *first_text(struct arena *arena, struct json object, const char *const *names)
{
    for (; *names; names++) {
        const char *text = scalar_text(arena, json_get(object, *names));
        if (text)
            return text;
    }
    return NULL;
}

#define FIRST(arena, object, ...) first_text(arena, object, (const char *const[]){__VA_ARGS__, NULL})

static int add_members(struct draft *draft, struct json object, bool labels)
{
    if (json_kind(object) != JSON_OBJECT)
        return 0;
    for (struct json_iter i = json_first(object); json_more(&i); json_next(&i)) {
        const char *value = scalar_text(draft->place->arena, i.value);
        if (labels && draft_label(draft, i.name, value) < 0)
            return -1;
        if (!labels)
            draft_annotation(draft, i.name, value);
    }
    return 0;
}

static bool is_over(const char *status)
{
    for (size_t i = 0; status && i < sizeof over_words / sizeof *over_words; i++)
        if (strcasecmp(status, over_words[i]) == 0)
            return true;
    return false;
}

/* A moment as RFC 3339, or seconds or milliseconds since 1970; 0 when it is none of them. */
static int64_t time_of(struct json value)
{
    int64_t us = 0;
    const char *text = json_text(value, NULL);
    double number = json_number(value, 0);
    if (text)
        return time_parse_rfc3339(text, strlen(text), &us) < 0 ? 0 : us;
    if (!(number > 0 && number < 1e14))
        return 0;
    return (int64_t)(number * (number > 1e11 ? 1e3 : 1e6));
}

static int64_t first_time(struct json object, const char *const *names)
{
    for (; *names; names++) {
        int64_t us = time_of(json_get(object, *names));
        if (us)
            return us;
    }
    return 0;
}

/* Two sources that count their troubles from 1 do not mean the same one. */
static const char *name_trouble(struct arena *arena, struct json object, const char *key)
{
    const char *source = json_text(json_get(object, MAPPED_BY), NULL);
    return key && source && *source ? arena_printf(arena, "%.*s/%s", NAME_BYTES_LIMIT, source, key) : key;
}

static int read_one(const struct place *place, struct json object, int64_t received_us,
                    struct alert *ret_alert)
{
    struct arena *arena = place->arena;
    struct draft draft = {.place = place};
    if (json_kind(object) != JSON_OBJECT)
        return place_refuse(place, "", "it must be an object");
    const char *key = FIRST(arena, object, "key", "dedup_key", "dedup", "fingerprint", "alert_uid", "id");
    if (add_members(&draft, json_get(object, "labels"), true) < 0 ||
        draft_label(&draft, "alertname",
                    FIRST(arena, object, "alertname", "name", "title", "summary", "message")) < 0 ||
        draft_label(&draft, "service", FIRST(arena, object, "service", "host", "source")) < 0 ||
        draft_label(&draft, "severity", FIRST(arena, object, "severity", "priority", "level")) < 0 ||
        draft_label(&draft, "key", key) < 0)
        return -1;
    add_members(&draft, json_get(object, "annotations"), false);
    draft_annotation(&draft, "summary", FIRST(arena, object, "summary", "message"));
    draft_annotation(&draft, "description", FIRST(arena, object, "description", "details", "text"));
    draft_annotation(&draft, "runbook_url", FIRST(arena, object, "runbook_url", "runbook"));
    draft_url(&draft, FIRST(arena, object, "url", "link", "generatorURL", "link_to_upstream_details"));
    if (draft_finish(&draft, ret_alert) < 0)
        return -1;
    ret_alert->starts_us =
        first_time(object, (const char *const[]){"starts_at", "startsAt", "timestamp", NULL});
    ret_alert->ends_us = first_time(object, (const char *const[]){"ends_at", "endsAt", NULL});
    if (is_over(FIRST(arena, object, "status", "state", "action")) &&
        (!ret_alert->ends_us || ret_alert->ends_us > received_us))
        ret_alert->ends_us = received_us;
    ret_alert->key = name_trouble(arena, object, key);
    return 0;
}

static int read_single(struct place *place, struct json root, int64_t received_us, struct alert_batch *batch)
{
    batch->alerts = arena_alloc(place->arena, sizeof *batch->alerts);
    batch->n_alerts = 1;
    if (read_one(place, root, received_us, batch->alerts) < 0)
        return -1;
    if (!batch->alerts->key)
        return 0;
    batch->group_key = batch->alerts->key;
    batch->group_whole = true;
    batch->group_resolved = batch->alerts->ends_us && batch->alerts->ends_us <= received_us;
    return 0;
}

int generic_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                  const char **ret_field, struct err *err)
{
    struct alert_batch batch = {.source = "generic", .lasting = true};
    struct json list = json_kind(root) == JSON_ARRAY ? root : json_get(root, "alerts");
    struct aside aside = {0};
    struct place place = {.arena = arena,
                          .list = json_kind(root) == JSON_ARRAY ? "" : "alerts",
                          .ret_field = ret_field,
                          .err = err};
    if (json_kind(root) != JSON_ARRAY && json_kind(root) != JSON_OBJECT)
        return err_set(err, "the body must be an alert as a JSON object, or an array of them");
    if (json_kind(list) != JSON_ARRAY) {
        if (read_single(&place, root, received_us, &batch) < 0)
            return -1;
        *ret_batch = batch;
        return 0;
    }
    if (alerts_begin(arena, list, place.list, ret_field, &batch.alerts, err) < 0)
        return -1;
    place.aside = &aside;
    for (struct json_iter i = json_first(list); json_more(&i); json_next(&i), place.i++) {
        if (read_one(&place, i.value, received_us, &batch.alerts[batch.n_alerts]) == 0)
            batch.n_alerts++;
        else if (!aside_passes(&place))
            return -1;
    }
    *ret_batch = batch;
    return aside_result(&place, batch.n_alerts);
}

/* ---- mapping ---- */

/* The value that a JSON pointer (RFC 6901) names; none when there is no such place. */
static struct json value_at(struct arena *arena, struct json root, const char *pointer)
{
    while (*pointer == '/') {
        size_t n = strcspn(++pointer, "/"), at = 0;
        char *name = arena_alloc(arena, n + 1);
        for (size_t i = 0; i < n; i++) {
            bool escaped = pointer[i] == '~' && i + 1 < n && (pointer[i + 1] == '0' || pointer[i + 1] == '1');
            name[at++] = escaped ? (pointer[++i] == '1' ? '/' : '~') : pointer[i];
        }
        pointer += n;
        if (json_kind(root) == JSON_ARRAY) {
            size_t n_digits = strspn(name, "0123456789");
            bool number = n_digits > 0 && n_digits < 8 && !name[n_digits];
            int64_t wanted = number ? strtoll(name, NULL, 10) : -1;
            struct json_iter i = json_first(root);
            for (; wanted > 0 && json_more(&i); wanted--)
                json_next(&i);
            root = wanted == 0 && json_more(&i) ? i.value : (struct json){0};
        } else {
            root = json_get(root, name);
        }
    }
    return root;
}

/* A pointer into the body, or the text itself. */
static const char *mapped_text(struct arena *arena, struct json item, const char *what)
{
    return what && *what == '/' ? scalar_text(arena, value_at(arena, item, what)) : what;
}

static void write_mapped(struct arena *arena, struct json_writer *writer, struct json item, const char *name,
                         const struct label *list, size_t n)
{
    jw_name(writer, name);
    jw_begin_object(writer);
    for (size_t i = 0; i < n; i++) {
        const char *value = mapped_text(arena, item, list[i].value);
        if (value)
            jw_pair(writer, list[i].name, value);
    }
    jw_end_object(writer);
}

static bool says_resolved(struct arena *arena, const struct config_source *source, struct json item)
{
    list_each (when, &source->resolved) {
        const char *value = mapped_text(arena, item, when->name);
        if (value && strcasecmp(value, when->value) == 0)
            return true;
    }
    return false;
}

static void map_one(struct arena *arena, const struct config_source *source, struct json item,
                    struct json_writer *writer)
{
    jw_begin_object(writer);
    write_mapped(arena, writer, item, "labels", source->labels.at, source->labels.n);
    write_mapped(arena, writer, item, "annotations", source->annotations.at, source->annotations.n);
    const char *key = mapped_text(arena, item, source->key), *url = mapped_text(arena, item, source->url);
    if (key) {
        jw_pair(writer, "key", key);
        jw_pair(writer, MAPPED_BY, source->id);
    }
    if (url)
        jw_pair(writer, "url", url);
    if (source->starts) {
        jw_name(writer, "starts_at");
        jw_time(writer, time_of(value_at(arena, item, source->starts)));
    }
    jw_pair(writer, "status", says_resolved(arena, source, item) ? "resolved" : "firing");
    jw_end_object(writer);
}

int intake_map(struct arena *arena, const struct config_source *source, struct json root,
               struct buf *ret_body, struct err *err)
{
    struct json list = source->each ? value_at(arena, root, source->each) : root;
    struct json_writer writer = jw_start(ret_body);
    if (source->each && json_kind(list) != JSON_ARRAY)
        return err_set(err, "the body has no array at %s, where the source \"%s\" has its alerts",
                       source->each, source->id);
    if (json_kind(list) != JSON_ARRAY) {
        map_one(arena, source, list, &writer);
        return 0;
    }
    if (json_count(list) > ALERTS_LIMIT)
        return err_set(err, "%zu alerts in one body; at most %d are taken", json_count(list), ALERTS_LIMIT);
    jw_begin_array(&writer);
    for (struct json_iter i = json_first(list); json_more(&i); json_next(&i))
        map_one(arena, source, i.value, &writer);
    jw_end_array(&writer);
    return 0;
}
