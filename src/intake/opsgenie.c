/* Opsgenie's Alert API (docs.opsgenie.com, "Alert API"), as its clients send it:
 *   {"message":"disk full","alias":"disk-1","description":"...","priority":"P1","entity":"postgres",
 *    "source":"monit","tags":["db"],"details":{"region":"eu"},"user":"...","note":"..."}
 * and, for what a path names, the same object with "action": close, acknowledge, note, or snooze until
 * "endTime". An alias is the
 * identity of a trouble, like the dedup_key of pagerduty.c; without one what the message says and of what. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "intake/draft.h"

enum { ALIAS_BYTES_LIMIT = 512 };

static const char *text_of(struct json root, const char *member)
{
    const char *text = json_text(json_get(root, member), NULL);
    return text && *text ? text : NULL;
}

/* Alertmanager sends the labels that its alerts have in common as details: then they are labels. */
static int add_labels_or_details(struct draft *draft, struct json details)
{
    if (!text_of(details, "alertname")) {
        draft_details(draft, details);
        return 0;
    }
    for (struct json_iter i = json_first(details); json_more(&i); json_next(&i))
        if (draft_label(draft, i.name, scalar_text(draft->place->arena, i.value)) < 0)
            return -1;
    return 0;
}

static const char *tags_of(struct arena *arena, struct json tags)
{
    scoped_buf struct buf text = {0};
    for (struct json_iter i = json_first(tags); json_more(&i) && text.n_bytes < LABEL_BYTES_LIMIT;
         json_next(&i)) {
        const char *tag = json_text(i.value, NULL);
        if (tag && *tag)
            buf_printf(&text, "%s%s", text.n_bytes ? ", " : "", tag);
    }
    return text.n_bytes ? arena_strdup(arena, buf_text(&text)) : NULL;
}

static int read_message(const struct place *place, struct json root, const char *alias,
                        struct alert *ret_alert)
{
    struct draft draft = {.place = place};
    struct json details = json_get(root, "details");
    const char *message = text_of(root, "message"), *source = text_of(root, "source");
    const char *service = text_of(details, "service");
    draft_annotation(&draft, "summary", message);
    draft_annotation(&draft, "description", text_of(root, "description"));
    draft_annotation(&draft, "note", text_of(root, "note"));
    draft_annotation(&draft, "tags", tags_of(place->arena, json_get(root, "tags")));
    if (add_labels_or_details(&draft, details) < 0 || draft_label(&draft, "alertname", message) < 0 ||
        draft_label(&draft, "service", service ? service : text_of(root, "entity")) < 0 ||
        draft_label(&draft, "source", source) < 0 ||
        draft_label(&draft, "severity", text_of(root, "priority")) < 0 ||
        draft_label(&draft, "alias", alias) < 0)
        return -1;
    return draft_finish(&draft, ret_alert);
}

static int read_create(struct place *place, struct json root, struct alert_batch *batch)
{
    const char *alias = text_of(root, "alias");
    int read = listed_alerts_read(place, text_of(root, "description"), batch);
    if (read != 1)
        return read;
    if (read_message(place, root, alias, batch->alerts) < 0)
        return -1;
    if (!alias)
        batch->group_key = arena_printf(
            place->arena, "=%016llx",
            (unsigned long long)alert_fingerprint(batch->alerts->labels, batch->alerts->n_labels));
    batch->alerts->key = batch->group_key;
    return 0;
}

static int read_snooze(struct json root, const char *who, struct alert_batch *batch, struct err *err)
{
    const char *end = text_of(root, "endTime");
    if (!end || time_parse_sent(end, strlen(end), &batch->muted_until_us) < 0 || batch->muted_until_us == 0)
        return err_set(err, "'endTime' is not a time such as 2026-03-01T09:00:00Z");
    batch->muted_by = who;
    return 0;
}

static int read_verb(struct arena *arena, struct json root, const char *action, struct alert_batch *batch,
                     struct err *err)
{
    const char *user = text_of(root, "user");
    const char *who = user && strlen(user) <= NAME_BYTES_LIMIT ? arena_printf(arena, "opsgenie:%s", user)
                                                               : "source:opsgenie";
    const char *note = text_of(root, "note");
    if (note) {
        batch->noted_by = who;
        batch->note = note;
    }
    if (strcmp(action, "close") == 0)
        batch->group_resolved = true;
    else if (strcmp(action, "acknowledge") == 0)
        batch->acknowledged_by = who;
    else if (strcmp(action, "snooze") == 0)
        return read_snooze(root, who, batch, err);
    else if (strcmp(action, "note") != 0)
        return err_set(err, "'action' is none of close, acknowledge, note, snooze");
    return 0;
}

int opsgenie_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                   const char **ret_field, struct err *err)
{
    (void)received_us;
    struct alert_batch batch = {.source = "opsgenie", .lasting = true};
    struct place place = {.arena = arena, .list = "alert", .ret_field = ret_field, .err = err};
    const char *action = text_of(root, "action"), *message = text_of(root, "message");
    const char *alias = text_of(root, "alias");
    if (!action && !message) {
        if (ret_field)
            *ret_field = "message";
        return err_set(err, "Message can not be empty.");
    }
    if (alias && strlen(alias) > ALIAS_BYTES_LIMIT)
        return err_set(err, "alias is longer than %d characters", ALIAS_BYTES_LIMIT);
    if (!alias && action)
        return err_set(err, "alias is missing");
    if (!alias && strlen(message) > LABEL_BYTES_LIMIT)
        return err_set(err, "message is longer than %d bytes", LABEL_BYTES_LIMIT);
    batch.dedup_key = alias ? alias : message;
    batch.group_key = batch.dedup_key;
    if ((action ? read_verb(arena, root, action, &batch, err) : read_create(&place, root, &batch)) < 0)
        return -1;
    *ret_batch = batch;
    return 0;
}
