#include <string.h>

#include "intake/intake_priv.h"

const struct intake_format intake_formats[] = {
    {"alertmanager-api", "/api/v2/alerts", "POST", alertmanager_api_parse},
    {"alertmanager-webhook", "/intake/alertmanager", "POST", alertmanager_webhook_parse},
    {"grafana", "/intake/grafana", "POST", alertmanager_webhook_parse},
    {"pagerduty", "/v2/enqueue", "POST", pagerduty_parse},
    {"opsgenie", "/v2/alerts", "POST", opsgenie_parse},
    {INTAKE_GENERIC, "/intake/generic", "POST", generic_parse},
    {"heartbeat", NULL, NULL, heartbeat_parse},
    {INTAKE_CHECK, NULL, NULL, check_parse},
    {INTAKE_SNAPSHOT, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL},
};

const struct intake_format *intake_format(const char *name)
{
    for (const struct intake_format *format = intake_formats; format->name; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

int intake_parse(const struct intake_body *body, struct json_document *document, struct arena *arena,
                 struct alert_batch *ret_batch, const char **ret_field, struct err *err)
{
    struct json root;
    if (ret_field)
        *ret_field = NULL;
    if (body->n_bytes > INTAKE_BODY_BYTES)
        return err_set(err, "the body is larger than %d MiB", INTAKE_BODY_BYTES / (1024 * 1024));
    if (!body->format->parse)
        return err_set(err, "%s is not a format that can be posted", body->format->name);
    if (json_parse(document, body->bytes, body->n_bytes, INTAKE_DEPTH, &root, err) < 0)
        return -1;
    int got = body->format->parse(arena, root, body->received_us, ret_batch, ret_field, err);
    if (got >= 0)
        batch_keep(arena, ret_batch);
    return got;
}

int intake_each_batch(const struct intake_body *body, struct json_document *document, intake_visit *visit,
                      void *context, struct err *err)
{
    if (!body->format->parse)
        return snapshot_each_batch(body, document, visit, context, err);
    scoped_arena struct arena *arena = arena_new();
    struct alert_batch batch;
    if (intake_parse(body, document, arena, &batch, NULL, err) < 0)
        return -1;
    visit(context, &batch, body->received_us);
    return 0;
}
