/* What the watch tells core, in the shape of Alertmanager's API (watch/tell.c). Its alerts stand until it
 * says that they are over: a check is not repeated like a rule of Prometheus is. */
#include "intake/intake_priv.h"

int check_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                const char **ret_field, struct err *err)
{
    if (alertmanager_api_parse(arena, root, received_us, ret_batch, ret_field, err) < 0)
        return -1;
    ret_batch->source = INTAKE_CHECK;
    ret_batch->lasting = true;
    return 0;
}
