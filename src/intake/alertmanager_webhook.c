/* What Alertmanager's webhook receiver sends (version 4, notify/webhook), and Grafana, whose message is a
 * superset with version "1":
 *   {"version":"4","groupKey":"{}:{alertname=\"X\"}","status":"firing","truncatedAlerts":0,
 *    "alerts":[{"status":"firing","labels":{},"annotations":{},"startsAt":"...","endsAt":"0001-01-01T00:00:00Z"}]}
 * One message is the whole state of one group, unless max_alerts cut it. Nothing is repeated while it fires
 * (repeat_interval is hours), so its alerts last until they are resolved. Each alert's own status decides:
 * endsAt of a firing one says nothing. The common* members are computed over the cut list and are not read.
 */
#include <string.h>

#include "intake/intake_priv.h"

static bool says(struct json value, const char *word)
{
    const char *text = json_text(value, NULL);
    return text && strcmp(text, word) == 0;
}

/* A firing alert has no end. A resolved one ends now at the latest, whatever the sender's clock says. */
static int64_t end_of(const struct alert *alert, bool resolved, int64_t received_us)
{
    if (!resolved)
        return 0;
    return alert->ends_us != 0 && alert->ends_us < received_us ? alert->ends_us : received_us;
}

/* Grafana says what was measured beside the annotations: it becomes one of them, for choosing the severity.
 * One that is no text, or long, is let go: the alert matters more. */
static void keep_value_string(struct arena *arena, struct json value, struct alert *alert)
{
    enum { VALUE_STRING_BYTES = 2000 };
    static const char name[] = "valueString";
    size_t n_bytes = 0, at = 0;
    const char *text = json_text(value, &n_bytes);
    if (!text || n_bytes == 0 || n_bytes > VALUE_STRING_BYTES || memchr(text, '\0', n_bytes) ||
        alert->n_annotations >= LABELS_LIMIT || label_value(alert->annotations, alert->n_annotations, name))
        return;
    struct label *annotations = arena_alloc(arena, (alert->n_annotations + 1) * sizeof *annotations);
    while (at < alert->n_annotations && strcmp(alert->annotations[at].name, name) < 0)
        at++;
    if (at > 0)
        memcpy(annotations, alert->annotations, at * sizeof *annotations);
    annotations[at] = (struct label){name, text};
    if (at < alert->n_annotations)
        memcpy(annotations + at + 1, alert->annotations + at,
               (alert->n_annotations - at) * sizeof *annotations);
    alert->annotations = annotations;
    alert->n_annotations++;
}

static int read_alert(const struct place *place, struct json object, bool group_resolved, int64_t received_us,
                      struct alert *ret_alert)
{
    struct alert_members members;
    struct alert alert;
    if (alert_read(place, object, &alert, &members) < 0)
        return -1;
    bool resolved = says(members.status, "resolved") || (group_resolved && !says(members.status, "firing"));
    alert.ends_us = end_of(&alert, resolved, received_us);
    keep_value_string(place->arena, members.value_string, &alert);
    *ret_alert = alert;
    return 0;
}

static int read_group(struct json root, struct alert_batch *batch, const char **ret_field, struct err *err)
{
    size_t n_bytes = 0;
    struct json key = json_get(root, "groupKey");
    const char *text = json_text(key, &n_bytes);
    if (json_kind(key) > JSON_NULL &&
        (!text || n_bytes > GROUP_KEY_BYTES_LIMIT || memchr(text, '\0', n_bytes))) {
        if (ret_field)
            *ret_field = "groupKey";
        return err_set(err, "groupKey must be a text of at most %d bytes", GROUP_KEY_BYTES_LIMIT);
    }
    batch->group_key = text && *text ? text : NULL;
    batch->group_resolved = says(json_get(root, "status"), "resolved");
    batch->group_whole = batch->group_key && json_int(json_get(root, "truncatedAlerts"), 0) == 0;
    return 0;
}

int alertmanager_webhook_parse(struct arena *arena, struct json root, int64_t received_us,
                               struct alert_batch *ret_batch, const char **ret_field, struct err *err)
{
    struct alert_batch batch = {.source = "alertmanager-webhook", .lasting = true};
    struct json alerts = json_get(root, "alerts");
    struct aside aside = {0};
    struct place place = {
        .arena = arena, .list = "alerts", .ret_field = ret_field, .err = err, .aside = &aside};
    if (json_kind(root) != JSON_OBJECT)
        return err_set(err, "the body must be an object with \"alerts\", as Alertmanager's webhook sends it");
    if (read_group(root, &batch, ret_field, err) < 0 ||
        alerts_begin(arena, alerts, "alerts", ret_field, &batch.alerts, err) < 0)
        return -1;
    for (struct json_iter item = json_first(alerts); json_more(&item); json_next(&item), place.i++) {
        struct alert *alert = &batch.alerts[batch.n_alerts];
        if (read_alert(&place, item.value, batch.group_resolved, received_us, alert) == 0)
            batch.n_alerts++;
        else if (!aside_passes(&place))
            return -1;
    }
    batch.group_whole = batch.group_whole && aside.n == 0; /* what cannot be taken may still stand */
    *ret_batch = batch;
    return aside_result(&place, batch.n_alerts);
}
