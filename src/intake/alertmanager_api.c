/* What Prometheus and amtool post to Alertmanager (API v2, openapi.yaml postableAlerts):
 *   [{"labels":{"alertname":"X"},"annotations":{},"startsAt":"...","endsAt":"...","generatorURL":"..."}]
 * Every sender repeats what still fires; so an alert without endsAt ends when it is not repeated in time.
 * Like there, an alert without sense (no label, an end before its start; here also one beyond a limit) does
 * not keep the others of its body out: its sender would post the same body again, and nobody would be paged.
 */
#include "intake/intake_priv.h"

int alert_array_read(struct arena *arena, struct json root, bool in_order, struct alert_batch *batch,
                     const char **ret_field, struct err *err)
{
    struct aside aside = {0};
    struct room room = {.n_alerts = json_count(root)};
    struct place place = {
        .arena = arena, .list = "", .ret_field = ret_field, .err = err, .aside = &aside, .room = &room};
    if (alerts_begin(arena, root, "", ret_field, &batch->alerts, err) < 0)
        return -1;
    for (struct json_iter item = json_first(root); json_more(&item); json_next(&item), place.i++) {
        struct alert *alert = &batch->alerts[batch->n_alerts];
        struct alert_members members;
        int got = alert_read(&place, item.value, alert, &members);
        if (got == 0 && in_order && alert->ends_us != 0 && alert->starts_us > alert->ends_us)
            got = place_set_aside(&place, "endsAt", "startsAt is after endsAt");
        if (got == 0)
            batch->n_alerts++;
        else if (!aside_passes(&place))
            return -1;
    }
    return aside_result(&place, batch->n_alerts);
}

int alertmanager_api_parse(struct arena *arena, struct json root, int64_t received_us,
                           struct alert_batch *ret_batch, const char **ret_field, struct err *err)
{
    (void)received_us;
    *ret_batch = (struct alert_batch){.source = "alertmanager-api"};
    if (json_kind(root) == JSON_NULL) /* how Go writes a list of none */
        return 0;
    return alert_array_read(arena, root, true, ret_batch, ret_field, err);
}
