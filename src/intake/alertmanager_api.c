/* What Prometheus and amtool post to Alertmanager (API v2, openapi.yaml postableAlerts):
 *   [{"labels":{"alertname":"X"},"annotations":{},"startsAt":"...","endsAt":"...","generatorURL":"..."}]
 * Every sender repeats what still fires; so an alert without endsAt ends when it is not repeated in time. */
#include "intake/intake_priv.h"

int alertmanager_api_parse(struct arena *arena, struct json root, int64_t received_us,
                           struct alert_batch *ret_batch, const char **ret_field, struct err *err)
{
    (void)received_us;
    struct alert_batch batch = {.source = "alertmanager-api"};
    struct place place = {.arena = arena, .list = "", .ret_field = ret_field, .err = err};
    if (alerts_begin(arena, root, "", ret_field, &batch.alerts, err) < 0)
        return -1;
    for (struct json_iter item = json_first(root); json_more(&item); json_next(&item)) {
        struct alert_members members;
        place.i = batch.n_alerts;
        if (alert_read(&place, item.value, &batch.alerts[batch.n_alerts], &members) < 0)
            return -1;
        batch.n_alerts++;
    }
    *ret_batch = batch;
    return 0;
}
