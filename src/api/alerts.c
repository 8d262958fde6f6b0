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

void post_alerts(struct request *request)
{
    const struct intake_format *format = format_of(request->route);
    struct intake_body body = {format, buf_text(&request->body), request->body.n_bytes,
                               clock_wall_us(request->api->clock)};
    struct err err = {0};
    const char *field = NULL;
    if (!request->document)
        request->document = json_document_new();
    if (intake_parse(&body, request->document, request->arena, &request->batch, &field, &err) < 0) {
        log_event(LOG_WARNING, "alert.refused", "format=%s field=%s error=%s", format->name,
                  log_quote(field ? field : ""), log_quote(err.text));
        answer_problem(request, PROBLEM_BAD_REQUEST, field, "%s", err.text);
        return;
    }
    if (request->batch.n_alerts == 0 && !request->batch.group_key) { /* [] says nothing */
        answer_empty(request);
        return;
    }
    request->input = (struct input){.kind = INPUT_ALERTS, .actor = format->name, .batch = &request->batch};
    request_submit(request, format);
}

void answer_alerts(struct request *request)
{
    struct metrics *metrics = &request->api->metrics;
    atomic_fetch_add(&metrics->alerts_accepted, request->batch.n_alerts);
    answer_empty(request);
}
