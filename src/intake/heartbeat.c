/* A sign of life, as api/heartbeats.c writes it from a path such as /heartbeat/nightly/fail:
 *   {"heartbeat":"nightly","signal":"fail","text":"exit status 3"} */
#include <string.h>

#include "intake/intake_priv.h"

static const char *const signals[N_HEARTBEAT_SIGNALS] = {
    [HEARTBEAT_SUCCESS] = "success",
    [HEARTBEAT_START] = "start",
    [HEARTBEAT_FAIL] = "fail",
    [HEARTBEAT_LOG] = "log",
};

const char *heartbeat_signal_name(enum heartbeat_signal signal)
{
    return signals[signal];
}

int heartbeat_parse(struct arena *arena, struct json root, int64_t received_us, struct alert_batch *ret_batch,
                    const char **ret_field, struct err *err)
{
    (void)received_us;
    struct alert_batch batch = {.source = "heartbeat"};
    struct place place = {.arena = arena, .list = "", .ret_field = ret_field, .err = err};
    const char *signal = json_text(json_get(root, "signal"), NULL);
    if (text_read(&place, json_get(root, "heartbeat"), "heartbeat", NAME_BYTES_LIMIT, &batch.heartbeat) < 0 ||
        text_read(&place, json_get(root, "text"), "text", TEXT_BYTES_LIMIT, &batch.signal_text) < 0)
        return -1;
    for (size_t i = 0; signal && batch.heartbeat && i < N_HEARTBEAT_SIGNALS; i++) {
        if (strcmp(signal, signals[i]) == 0) {
            batch.signal = (enum heartbeat_signal)i;
            *ret_batch = batch;
            return 0;
        }
    }
    return err_set(err, "a sign of life names its heartbeat and a signal");
}
