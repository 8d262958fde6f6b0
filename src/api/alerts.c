/* Alerts in, whatever their format: parsed here, so that the engine gets only what is sound, and kept as the
 * bytes that came. */
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"
#include "base/log.h"

static const struct intake_format *format_of(const struct route *route)
{
    for (const struct intake_format *format = intake_formats; format->name; format++)
        if (format->path && strcmp(format->path, route->path) == 0)
            return format;
    return NULL;
}

static int parse_and_pack(struct request *request, struct reading *reading,
                          const struct intake_format *format, const char **ret_field, struct err *err)
{
    struct intake_body body = {format, buf_text(&request->body), request->body.n_bytes,
                               clock_wall_us(request->api->clock)};
    const void *packed;
    size_t n_packed;
    int got = intake_parse(&body, reading->document, request->arena, &request->batch, ret_field, err);
    if (got < 0)
        return -1;
    ledger_pack(reading->packer, body.bytes, body.n_bytes, &packed, &n_packed);
    if (packed != body.bytes)
        request_pack_body(request, packed, n_packed);
    return got;
}

int alerts_parse(struct request *request, const struct intake_format *format, const char **ret_field,
                 struct err *err)
{
    struct reading *reading = pool_take_reading(request->api->pool);
    int got = parse_and_pack(request, reading, format, ret_field, err);
    pool_give_reading(request->api->pool, reading);
    if (got != 0)
        log_event(LOG_WARNING, "alert.refused", "format=%s field=%s error=%s", format->name,
                  log_quote(*ret_field ? *ret_field : ""), log_quote(err->text));
    return got;
}

void alerts_hand_over(struct request *request, const struct intake_format *format)
{
    request->input = (struct input){.kind = INPUT_ALERTS, .actor = format->name, .batch = &request->batch};
    request_submit(request, format);
}

void alerts_submit(struct request *request, const struct intake_format *format)
{
    struct err err = {0};
    const char *field = NULL;
    const struct alert_batch *batch = &request->batch;
    int got = alerts_parse(request, format, &field, &err);
    if (got == INTAKE_PARTLY) { /* said once the others are durable */
        request->refused = arena_strdup(request->arena, err.text);
        request->refused_field = field;
    }
    if (got < 0)
        answer_problem(request, PROBLEM_BAD_REQUEST, field, "%s", err.text);
    else if (batch->n_alerts == 0 && !batch->group_key && !batch->heartbeat) /* [] says nothing */
        answer_empty(request);
    else
        alerts_hand_over(request, format);
}

void post_alerts(struct request *request)
{
    alerts_submit(request, format_of(request->route));
}

void alerts_count(struct request *request)
{
    atomic_fetch_add(&request->api->metrics.alerts_accepted, request->batch.n_alerts);
}

void answer_alerts(struct request *request)
{
    alerts_count(request);
    if (request->refused)
        answer_problem(request, PROBLEM_BAD_REQUEST, request->refused_field, "%s", request->refused);
    else
        answer_empty(request);
}
