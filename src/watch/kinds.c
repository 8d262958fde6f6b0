#include "watch/watch_priv.h"

const struct check_kind *const check_kinds[N_CHECK_KINDS] = {
    [CHECK_HTTP] = &http_kind,       [CHECK_METRICS] = &metrics_kind, [CHECK_PROMQL] = &promql_kind,
    [CHECK_TCP] = &tcp_kind,         [CHECK_DNS] = &dns_kind,         [CHECK_POSTGRESQL] = &postgresql_kind,
    [CHECK_REDIS] = &redis_kind,     [CHECK_FILE] = &file_kind,       [CHECK_LOG] = &log_kind,
    [CHECK_COMMAND] = &command_kind, [CHECK_DRIFT] = &drift_kind,
};
