#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"

static void write_labels(struct json_writer *writer, const char *name, const struct label *labels, size_t n)
{
    jw_name(writer, name);
    jw_begin_object(writer);
    for (size_t i = 0; i < n; i++)
        jw_pair(writer, labels[i].name, labels[i].value);
    jw_end_object(writer);
}

static void write_time(struct json_writer *writer, const char *name, int64_t us)
{
    if (us)
        jw_pair_time(writer, name, us);
    else
        jw_pair(writer, name, "0001-01-01T00:00:00Z"); /* as Go prints no time */
}

static void write_alerts(struct json_writer *writer, const struct alert_batch *batch)
{
    jw_begin_array(writer);
    for (size_t i = 0; i < batch->n_alerts; i++) {
        const struct alert *alert = &batch->alerts[i];
        jw_begin_object(writer);
        if (batch->lasting)
            jw_pair(writer, "status", alert->ends_us ? "resolved" : "firing");
        write_labels(writer, "labels", alert->labels, alert->n_labels);
        write_labels(writer, "annotations", alert->annotations, alert->n_annotations);
        write_time(writer, "startsAt", alert->starts_us);
        if (alert->ends_us || batch->lasting)
            write_time(writer, "endsAt", alert->ends_us);
        jw_end_object(writer);
    }
    jw_end_array(writer);
}

static struct row row_of(const char *format, struct buf *body)
{
    struct row row = {.format = format, .n_bytes = body->n_bytes};
    row.bytes = heap_alloc(body->n_bytes + 1);
    memcpy(row.bytes, body->at, body->n_bytes);
    buf_free(body);
    return row;
}

struct row row_of_batch(const struct alert_batch *batch)
{
    struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    if (!batch->lasting) {
        write_alerts(&writer, batch);
        return row_of("alertmanager-api", &body);
    }
    jw_begin_object(&writer);
    jw_pair(&writer, "version", "4");
    jw_pair(&writer, "groupKey", batch->group_key);
    jw_pair(&writer, "status", batch->group_resolved ? "resolved" : "firing");
    jw_pair_int(&writer, "truncatedAlerts", batch->group_whole ? 0 : 1);
    jw_name(&writer, "alerts");
    write_alerts(&writer, batch);
    jw_end_object(&writer);
    return row_of("alertmanager-webhook", &body);
}

struct row row_of_signal(const char *heartbeat, enum heartbeat_signal signal)
{
    struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    jw_begin_object(&writer);
    jw_pair(&writer, "heartbeat", heartbeat);
    jw_pair(&writer, "signal", heartbeat_signal_name(signal));
    jw_end_object(&writer);
    return row_of("heartbeat", &body);
}

static void add_standing(void *context, const struct alert_view *view)
{
    intake_snapshot_add(context, view);
}

struct row row_of_standing(const struct engine *engine, uint32_t *before, uint32_t n, int64_t now_us)
{
    struct buf body = {0};
    struct json_writer writer = jw_start(&body);
    intake_snapshot_begin(&writer);
    *before = engine_some_alerts(engine, 0, *before, n, add_standing, &writer);
    intake_snapshot_end(&writer);
    struct row row = row_of(INTAKE_SNAPSHOT, &body);
    row.received_us = now_us;
    return row;
}

struct row row_copy(const struct row *row)
{
    struct row copy = *row;
    copy.bytes = heap_alloc(row->n_bytes + 1);
    memcpy(copy.bytes, row->bytes, row->n_bytes);
    return copy;
}

void row_free(struct row *row)
{
    free(row->bytes);
    row->bytes = NULL;
}

static struct intake_body body_of(const struct row *row)
{
    return (struct intake_body){intake_format(row->format), row->bytes, row->n_bytes, row->received_us};
}

struct alert_batch row_read_batch(const struct row *row, struct json_document *document, struct arena *arena)
{
    struct intake_body body = body_of(row);
    struct alert_batch batch;
    struct err err = {0};
    if (intake_parse(&body, document, arena, &batch, NULL, &err) != 0)
        fprintf(stderr, "%s: %s\n", err.text, row->bytes);
    must(!*err.text);
    return batch;
}

static void restore_batch(void *context, const struct alert_batch *batch, int64_t received_us)
{
    engine_restore_alerts(context, batch, received_us);
}

void row_restore(const struct row *row, struct json_document *document, struct engine *engine)
{
    struct intake_body body = body_of(row);
    struct err err = {0};
    if (intake_each_batch(&body, document, restore_batch, engine, &err) != 0)
        fprintf(stderr, "%s: %s\n", err.text, row->bytes);
    must(!*err.text);
}
