/* What the watch tells core, in the shape of Alertmanager's API (watch/tell.c). Its alerts stand until it
 * says that they are over: a check is not repeated like a rule of Prometheus is. When
 * the clock was set back between they may end before they began. */
#include "intake/intake_priv.h"

int check_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                const char **ret_field, struct err *err)
{
    (void)received_us;
    *ret_batch = (struct alert_batch){.source = INTAKE_CHECK, .lasting = true};
    return alert_array_read(arena, root, false, ret_batch, ret_field, err);
}
