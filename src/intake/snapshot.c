/* The alerts that stand, as the inbox keeps them after compaction:
 *   [
 *   {"updated_us":1767225600000000,"source":"alertmanager-api","lasting":false,"starts_us":...,"labels":{...}}
 *   ,{...}
 *   ]
 * A JSON array, written so that each line can be parsed by itself: reading a hundred thousand alerts takes
 * the memory of one. Each alert is a batch of its own, for alerts of one request may differ in group and
 * source. It was heard no later than the snapshot was taken, although the clock may have been set back
 * between: or what is dated later would end those that stand. */
#include <string.h>

#include "engine/engine.h"
#include "intake/intake_priv.h"

void intake_snapshot_begin(struct json_writer *writer)
{
    jw_begin_array(writer);
    buf_putc(writer->out, '\n');
}

static void write_labels(struct json_writer *writer, const char *name, const struct label *labels, size_t n)
{
    jw_name(writer, name);
    jw_begin_object(writer);
    for (size_t i = 0; i < n; i++)
        jw_pair(writer, labels[i].name, labels[i].value);
    jw_end_object(writer);
}

void intake_snapshot_add(struct json_writer *writer, const struct alert_view *view)
{
    const struct alert *alert = &view->alert;
    jw_begin_object(writer);
    jw_pair_int(writer, "updated_us", view->updated_us);
    jw_pair(writer, "source", view->source);
    jw_pair(writer, "group_key", view->group_key);
    if (view->one_trouble)
        jw_pair_bool(writer, "one_trouble", true);
    jw_pair_bool(writer, "lasting", view->lasting);
    jw_pair_int(writer, "starts_us", alert->starts_us);
    jw_pair_int(writer, "ends_us", alert->ends_us);
    jw_pair(writer, "generator_url", alert->generator_url);
    write_labels(writer, "labels", alert->labels, alert->n_labels);
    write_labels(writer, "annotations", alert->annotations, alert->n_annotations);
    jw_end_object(writer);
    buf_putc(writer->out, '\n');
}

void intake_snapshot_end(struct json_writer *writer)
{
    jw_end_array(writer);
    buf_putc(writer->out, '\n');
}

static int read_line(struct arena *arena, struct json root, size_t line, struct alert *ret_alert,
                     struct alert_batch *ret_batch, struct err *err)
{
    struct place place = {.arena = arena, .list = "", .i = line, .err = err};
    struct alert alert = {.starts_us = json_int(json_get(root, "starts_us"), 0),
                          .ends_us = json_int(json_get(root, "ends_us"), 0)};
    struct alert_batch batch = {.lasting = json_bool(json_get(root, "lasting"), false), .n_alerts = 1};
    if (labels_read(&place, json_get(root, "labels"), "labels", LABEL_BYTES_LIMIT, &alert.labels,
                    &alert.n_labels) < 0 ||
        labels_read(&place, json_get(root, "annotations"), "annotations", TEXT_BYTES_LIMIT,
                    &alert.annotations, &alert.n_annotations) < 0 ||
        text_read(&place, json_get(root, "generator_url"), "generator_url", TEXT_BYTES_LIMIT,
                  &alert.generator_url) < 0 ||
        text_read(&place, json_get(root, "source"), "source", NAME_BYTES_LIMIT, &batch.source) < 0 ||
        text_read(&place, json_get(root, "group_key"), "group_key", GROUP_KEY_BYTES_LIMIT, &batch.group_key) <
            0)
        return -1;
    if (alert.n_labels == 0)
        return place_refuse(&place, "labels", "it has no label");
    if (json_bool(json_get(root, "one_trouble"), false))
        alert.key = batch.group_key;
    *ret_alert = alert;
    *ret_batch = batch;
    return 0;
}

int snapshot_each_batch(const struct intake_body *body, struct json_document *document, intake_visit *visit,
                        void *context, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    const char *end = body->bytes + body->n_bytes;
    size_t n_alerts = 0;
    for (const char *at = body->bytes, *next; at < end; at = next) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *line_end = newline ? newline : end;
        next = newline ? newline + 1 : end;
        at += *at == ',';
        if (at >= line_end || *at == '[' || *at == ']')
            continue;
        struct json root;
        struct alert alert;
        struct alert_batch batch;
        if (json_parse(document, at, (size_t)(line_end - at), INTAKE_DEPTH, &root, err) < 0 ||
            read_line(arena, root, n_alerts, &alert, &batch, err) < 0)
            return err_prefix(err, "the snapshot of alerts, alert %zu: ", n_alerts + 1);
        batch.alerts = &alert;
        batch_keep(arena, &batch);
        int64_t updated_us = json_int(json_get(root, "updated_us"), body->received_us);
        visit(context, &batch, updated_us < body->received_us ? updated_us : body->received_us);
        arena_reset(arena);
        n_alerts++;
    }
    return 0;
}
