#include "watch/watch_priv.h"

const struct check_kind *const check_kinds[N_CHECK_KINDS] = {
    [CHECK_HTTP] = &http_kind,
    [CHECK_METRICS] = &metrics_kind,
};
