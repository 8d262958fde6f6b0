/* One alert as JSON -> struct alert. Texts point into the parsed document, whose strings are closed by a NUL,
 * until batch_keep() copies them into one piece an alert: the form in which the engine compares and keeps
 * them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/must.h"
#include "intake/intake_priv.h"

static int refuse(const struct place *place, const char *member, const char *format, va_list ap)
{
    char reason[400];
    vsnprintf(reason, sizeof reason, format, ap);
    const char *dot = *member ? "." : "";
    if (place->ret_field)
        *place->ret_field = arena_printf(place->arena, "%s[%zu]%s%s", place->list, place->i, dot, member);
    return err_set(place->err, "alert %zu of the body: %s", place->i + 1, reason);
}

int place_refuse(const struct place *place, const char *member, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    refuse(place, member, format, ap);
    va_end(ap);
    return -1;
}

int place_set_aside(const struct place *place, const char *member, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    refuse(place, member, format, ap);
    va_end(ap);
    if (place->aside)
        place->aside->last = true;
    return -1;
}

bool aside_passes(const struct place *place)
{
    struct aside *aside = place->aside;
    if (!aside->last)
        return false;
    aside->last = false;
    if (aside->n++ > 0)
        return true;
    aside->field = place->ret_field ? *place->ret_field : NULL;
    if (place->err)
        aside->err = *place->err;
    return true;
}

int aside_result(const struct place *place, size_t n_alerts)
{
    const struct aside *aside = place->aside;
    if (aside->n == 0)
        return 0;
    if (place->ret_field)
        *place->ret_field = aside->field;
    if (n_alerts == 0)
        return err_set(place->err, "%s", aside->err.text);
    err_set(place->err, "%.500s (of the %zu alerts %zu refused, the others were taken)", aside->err.text,
            n_alerts + aside->n, aside->n);
    return INTAKE_PARTLY;
}

static bool is_absent(struct json value)
{
    enum json_kind kind = json_kind(value);
    return kind == JSON_NONE || kind == JSON_NULL;
}

int text_read(const struct place *place, struct json value, const char *member, size_t limit_bytes,
              const char **ret_text)
{
    size_t n_bytes = 0;
    const char *text = json_text(value, &n_bytes);
    if (is_absent(value) || (text && n_bytes == 0)) {
        *ret_text = NULL;
        return 0;
    }
    if (!text)
        return place_refuse(place, member, "%s must be a text", member);
    if (n_bytes > limit_bytes)
        return place_set_aside(place, member, "%s is longer than %zu bytes", member, limit_bytes);
    if (memchr(text, '\0', n_bytes))
        return place_set_aside(place, member, "%s holds a NUL character", member);
    *ret_text = text;
    return 0;
}

static int check_name(const struct place *place, const char *member, const char *name, size_t n_bytes)
{
    if (n_bytes == 0)
        return place_set_aside(place, member, "a name in %s is empty", member);
    if (n_bytes > NAME_BYTES_LIMIT)
        return place_set_aside(place, member, "a name in %s is longer than %d bytes", member,
                               NAME_BYTES_LIMIT);
    if (memchr(name, '\0', n_bytes))
        return place_set_aside(place, member, "a name in %s holds a NUL character", member);
    return 0;
}

const char *prose_cut(struct arena *arena, const char *text, size_t limit_bytes)
{
    static const char CUT[] = " ... (cut)";
    size_t n = limit_bytes - sizeof CUT;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return arena_printf(arena, "%.*s%s", (int)n, text, CUT);
}

/* The text of a member, or NULL: refused. */
static const char *read_value(const struct place *place, const char *member, const struct json_iter *item,
                              size_t limit_bytes, size_t *ret_n_bytes)
{
    const char *value = item->text, *wrong = NULL;
    size_t n_bytes = item->text_bytes;
    if (value && n_bytes > limit_bytes && limit_bytes == TEXT_BYTES_LIMIT && !memchr(value, '\0', n_bytes)) {
        value = prose_cut(place->arena, value, limit_bytes);
        n_bytes = strlen(value);
    }
    *ret_n_bytes = n_bytes;
    if (!value)
        wrong = "must be a text";
    else if (n_bytes > limit_bytes)
        wrong = arena_printf(place->arena, "is longer than %zu bytes", limit_bytes);
    else if (memchr(value, '\0', n_bytes))
        wrong = "holds a NUL character";
    if (!wrong)
        return value;
    if (value)
        place_set_aside(place, member, "the value of \"%s\" in %s %s", item->name, member, wrong);
    else
        place_refuse(place, member, "the value of \"%s\" in %s %s", item->name, member, wrong);
    return NULL;
}

/* Most names differ in the first byte. */
static int name_order(const char *a, const char *b)
{
    int order = (unsigned char)*a - (unsigned char)*b;
    return order ? order : strcmp(a, b);
}

static const char *room_take(struct room *room, const char *text, size_t n_bytes)
{
    if (!room->fits || (size_t)(room->end - room->at) <= n_bytes) {
        room->fits = false;
        return text;
    }
    char *at = memcpy(room->at, text, n_bytes);
    at[n_bytes] = '\0';
    room->at += n_bytes + 1;
    return at;
}

static void room_begin(struct arena *arena, struct room *room)
{
    enum { LEAST_BYTES = 4 * 1024, MOST_BYTES = 32 * 1024, ALERTS_A_ROOM = MOST_BYTES / LEAST_BYTES };
    if (room->end - room->at < LEAST_BYTES) {
        size_t n_bytes = room->n_alerts < ALERTS_A_ROOM ? room->n_alerts * LEAST_BYTES : MOST_BYTES;
        room->at = arena_room(arena, n_bytes);
        room->end = room->at + n_bytes;
    }
    room->fits = true;
}

/* Keeps labels sorted. Senders sort already, so that the search from the end is one comparison. */
static size_t insert(struct label *labels, size_t n, struct label label)
{
    size_t at = n;
    int order = 1;
    while (at > 0 && (order = name_order(labels[at - 1].name, label.name)) > 0)
        at--;
    if (at > 0 && order == 0) {
        labels[at - 1].value = label.value;
        return n;
    }
    memmove(labels + at + 1, labels + at, (n - at) * sizeof *labels);
    labels[at] = label;
    return n + 1;
}

static size_t drop_empty_values(struct label *labels, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (*labels[i].value)
            labels[kept++] = labels[i];
    return kept;
}

int labels_read(const struct place *place, struct json object, const char *member, size_t value_limit_bytes,
                struct label **ret_labels, size_t *ret_n)
{
    __attribute__((uninitialized)) struct label found[LABELS_LIMIT]; /* zeroing it cost as much as reading */
    struct room nowhere = {0}, *room = place->room ? place->room : &nowhere;
    size_t n = 0, n_members = 0;
    bool empty_is_none = value_limit_bytes != TEXT_BYTES_LIMIT; /* of labels, not of prose */
    if (!is_absent(object) && json_kind(object) != JSON_OBJECT)
        return place_refuse(place, member, "%s must be an object of names and texts", member);
    for (struct json_iter item = json_first(object); json_more(&item); json_next(&item)) {
        if (++n_members > LABELS_LIMIT)
            return place_set_aside(place, member, "more than %d %s", LABELS_LIMIT, member);
        if (check_name(place, member, item.name, item.name_bytes) < 0)
            return -1;
        size_t value_bytes;
        const char *value = read_value(place, member, &item, value_limit_bytes, &value_bytes);
        if (!value)
            return -1;
        struct label label = {room_take(room, item.name, item.name_bytes), value};
        label.value = room_take(room, value, value_bytes);
        n = insert(found, n, label);
        room->fits &= (*value || !empty_is_none) && n == n_members && found[n - 1].name == label.name;
    }
    if (empty_is_none)
        n = drop_empty_values(found, n);
    *ret_labels = NULL;
    if (n) {
        *ret_labels = arena_alloc(place->arena, n * sizeof **ret_labels);
        memcpy(*ret_labels, found, n * sizeof **ret_labels);
    }
    *ret_n = n;
    return 0;
}

/* Years 0000 and 0001 are how "no time" is printed: absent, not long ago. last: of the alert before, which
 * mostly says the same. */
static int time_read(const struct place *place, struct json value, const char *member,
                     struct known_time *last, int64_t *ret_us)
{
    size_t n_bytes = 0;
    const char *text = json_text(value, &n_bytes);
    int64_t us = 0;
    if (text && n_bytes && n_bytes == last->n_bytes && memcmp(text, last->text, n_bytes) == 0) {
        *ret_us = last->us;
        return 0;
    }
    if (is_absent(value) || (text && n_bytes == 0)) {
        *ret_us = 0;
        return 0;
    }
    if (!text || time_parse_sent(text, n_bytes, &us) < 0)
        return place_refuse(place, member, "%s is not a time such as 2026-03-01T09:00:00Z", member);
    bool is_epoch = us == 0 && strncmp(text, "000", 3) != 0; /* a real moment whose number means "none" */
    *ret_us = is_epoch ? 1 : us;
    *last = (struct known_time){text, n_bytes, *ret_us};
    return 0;
}

static struct alert_members find_members(struct json object)
{
#define MEMBER(name, member)                                                                                 \
    {                                                                                                        \
        name, sizeof(name) - 1, offsetof(struct alert_members, member)                                       \
    }
    static const struct {
        const char *name;
        size_t name_bytes, offset;
    } rows[] = {
        MEMBER("labels", labels),
        MEMBER("annotations", annotations),
        MEMBER("startsAt", starts),
        MEMBER("endsAt", ends),
        MEMBER("generatorURL", generator_url),
        MEMBER("status", status),
        MEMBER("valueString", value_string),
    };
#undef MEMBER
    struct alert_members members = {0};
    for (struct json_iter item = json_first(object); json_more(&item); json_next(&item))
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (item.name_bytes == rows[i].name_bytes &&
                memcmp(item.name, rows[i].name, item.name_bytes) == 0)
                memcpy((char *)&members + rows[i].offset, &item.value, sizeof item.value);
    return members;
}

enum { TEXTS_LIMIT = 4 * LABELS_LIMIT + 1 };

/* The texts of an alert in order: of each label and annotation its name and its value, and the URL. */
static size_t list_texts(struct alert *alert, const char **texts[TEXTS_LIMIT])
{
    size_t n = 0;
    must(alert->n_labels <= LABELS_LIMIT && alert->n_annotations <= LABELS_LIMIT);
    for (size_t i = 0; i < alert->n_labels; i++) {
        texts[n++] = &alert->labels[i].name;
        texts[n++] = &alert->labels[i].value;
    }
    for (size_t i = 0; i < alert->n_annotations; i++) {
        texts[n++] = &alert->annotations[i].name;
        texts[n++] = &alert->annotations[i].value;
    }
    texts[n++] = &alert->generator_url;
    return n;
}

static void alert_pack(struct arena *arena, struct alert *alert)
{
    const char **texts[TEXTS_LIMIT];
    size_t n_bytes[TEXTS_LIMIT], n = list_texts(alert, texts), sum = 0;
    bool has_url = alert->generator_url != NULL;
    if (!has_url)
        alert->generator_url = "";
    for (size_t i = 0; i < n; i++) {
        if (i == 2 * alert->n_labels)
            alert->labels_bytes = sum;
        n_bytes[i] = strlen(*texts[i]) + 1;
        sum += n_bytes[i];
    }
    char *at = arena_room(arena, sum);
    alert->text = at;
    alert->text_bytes = sum;
    for (size_t i = 0; i < n; at += n_bytes[i++])
        *texts[i] = memcpy(at, *texts[i], n_bytes[i]);
    alert->labels_hash = index_hash(alert->text, alert->labels_bytes); /* so that the engine need not */
    if (!has_url)
        alert->generator_url = NULL;
}

void batch_keep(struct arena *arena, struct alert_batch *batch)
{
    const char **texts[] = {&batch->group_key, &batch->dedup_key,  &batch->acknowledged_by,
                            &batch->noted_by,  &batch->note,       &batch->muted_by,
                            &batch->heartbeat, &batch->signal_text};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_strdup(arena, *texts[i]);
    for (size_t i = 0; i < batch->n_alerts; i++) {
        struct alert *alert = &batch->alerts[i];
        if (alert->key)
            alert->key = arena_strdup(arena, alert->key);
        if (!alert->text)
            alert_pack(arena, alert);
    }
}

/* The texts as they were put into the room by now, with the URL. */
static void alert_settle(struct alert *alert, struct room *room, const char *text, size_t labels_bytes)
{
    const char *url = alert->generator_url ? alert->generator_url : "";
    const char *kept = room_take(room, url, strlen(url));
    if (!room->fits)
        return;
    alert->generator_url = alert->generator_url ? kept : NULL;
    alert->text = text;
    alert->labels_bytes = labels_bytes;
    alert->text_bytes = (size_t)(room->at - text);
    alert->labels_hash = index_hash(text, labels_bytes);
}

int alert_read(const struct place *place, struct json object, struct alert *ret_alert,
               struct alert_members *ret_members)
{
    if (json_kind(object) != JSON_OBJECT)
        return place_refuse(place, "", "it must be an object with labels");
    struct alert_members members = find_members(object);
    struct alert alert = {0};
    struct room nowhere = {0}, *room = place->room ? place->room : &nowhere;
    if (place->room)
        room_begin(place->arena, room);
    const char *text = room->at;
    if (labels_read(place, members.labels, "labels", LABEL_BYTES_LIMIT, &alert.labels, &alert.n_labels) < 0)
        return -1;
    size_t labels_bytes = (size_t)(room->at - text);
    if (labels_read(place, members.annotations, "annotations", TEXT_BYTES_LIMIT, &alert.annotations,
                    &alert.n_annotations) < 0 ||
        time_read(place, members.starts, "startsAt", &room->starts, &alert.starts_us) < 0 ||
        time_read(place, members.ends, "endsAt", &room->ends, &alert.ends_us) < 0 ||
        text_read(place, members.generator_url, "generatorURL", TEXT_BYTES_LIMIT, &alert.generator_url) < 0)
        return -1;
    if (alert.n_labels == 0)
        return place_set_aside(place, "labels", "it needs at least one label that is not empty");
    alert_settle(&alert, room, text, labels_bytes);
    *ret_alert = alert;
    *ret_members = members;
    return 0;
}

int alerts_begin(struct arena *arena, struct json array, const char *list, const char **ret_field,
                 struct alert **ret_alerts, struct err *err)
{
    const char *what = *list ? list : "the body";
    size_t n = 0;
    if (json_kind(array) == JSON_ARRAY) {
        n = json_count(array);
        if (n <= ALERTS_LIMIT) {
            *ret_alerts = n ? arena_alloc(arena, n * sizeof **ret_alerts) : NULL;
            return 0;
        }
    }
    if (ret_field)
        *ret_field = *list ? list : NULL;
    if (json_kind(array) != JSON_ARRAY)
        return err_set(err, "%s must be an array of alerts", what);
    return err_set(err, "%zu alerts in one body; at most %d are taken: send several bodies", n, ALERTS_LIMIT);
}
