#include "config/checks.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/read_priv.h"

const char *const check_kind_names[N_CHECK_KINDS] = {
    [CHECK_HTTP] = "http",       [CHECK_METRICS] = "metrics", [CHECK_PROMQL] = "promql",
    [CHECK_TCP] = "tcp",         [CHECK_DNS] = "dns",         [CHECK_POSTGRESQL] = "postgresql",
    [CHECK_REDIS] = "redis",     [CHECK_FILE] = "file",       [CHECK_LOG] = "log",
    [CHECK_COMMAND] = "command", [CHECK_DRIFT] = "drift",
};

#define LABEL_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

static const size_t line_offsets[N_CHECK_KINDS] = {
    [CHECK_HTTP] = offsetof(struct config_check, http.line),
    [CHECK_METRICS] = offsetof(struct config_check, metrics.line),
    [CHECK_PROMQL] = offsetof(struct config_check, promql.line),
    [CHECK_TCP] = offsetof(struct config_check, tcp.line),
    [CHECK_DNS] = offsetof(struct config_check, dns.line),
    [CHECK_POSTGRESQL] = offsetof(struct config_check, postgresql.line),
    [CHECK_REDIS] = offsetof(struct config_check, redis.line),
    [CHECK_FILE] = offsetof(struct config_check, file.line),
    [CHECK_LOG] = offsetof(struct config_check, log.line),
    [CHECK_COMMAND] = offsetof(struct config_check, command.line),
    [CHECK_DRIFT] = offsetof(struct config_check, drift.line),
};

static int line_of(const struct config_check *check, size_t kind)
{
    return *(const int *)(const void *)((const char *)check + line_offsets[kind]);
}

enum check_kind_id check_kind_of(const struct config_check *check)
{
    size_t kind = 0;
    while (kind < N_CHECK_KINDS && !line_of(check, kind))
        kind++;
    return (enum check_kind_id)kind;
}

/* ---- labels ---- */

static void put(struct label *labels, size_t *n, const char *name, const char *value)
{
    size_t at = 0;
    if (!value || !*value)
        return;
    while (at < *n && strcmp(labels[at].name, name) < 0)
        at++;
    if (at < *n && strcmp(labels[at].name, name) == 0)
        return;
    memmove(labels + at + 1, labels + at, (*n - at) * sizeof *labels);
    labels[at] = (struct label){name, value};
    ++*n;
}

struct label *check_labels(struct arena *arena, const struct config_check *check, bool is_error,
                           size_t *ret_n)
{
    struct label *labels = arena_alloc(arena, (check->labels.n + 4) * sizeof *labels);
    size_t n = 0;
    put(labels, &n, "alertname", is_error ? CHECK_ERROR_ALERT : check->alert);
    put(labels, &n, "check", check->id);
    put(labels, &n, "service", check->service);
    put(labels, &n, "severity", check->severity);
    list_each (label, &check->labels)
        put(labels, &n, label->name, label->value);
    *ret_n = n;
    return labels;
}

/* ---- what stands in texts ---- */

int selector_parse(struct arena *arena, const char *text, const char **ret_name,
                   struct matchers *ret_matchers, struct err *err)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || text[n] == '_' || text[n] == ':')
        n++;
    const char *rest = text + n;
    size_t n_rest = strlen(rest);
    if (n == 0 || isdigit((unsigned char)text[0]) || (*rest && (*rest != '{' || rest[n_rest - 1] != '}')))
        return err_set(err, "\"%.60s\" names no series; write it like http_requests_total{code=~\"5..\"}",
                       text);
    if (n_rest > 2 && matchers_parse(rest, ret_matchers, err) < 0)
        return err_prefix(err, "\"%.60s\": ", text);
    *ret_name = arena_strndup(arena, text, n);
    return 0;
}

int address_split(const char *address, char host[256], char port[6])
{
    const char *colon = strrchr(address, ':');
    size_t n = colon ? (size_t)(colon - address) : 0, n_port = colon ? strlen(colon + 1) : 0;
    bool six = n > 2 && address[0] == '[' && address[n - 1] == ']';
    char *end;
    if (n_port < 1 || n_port > 5 || !isdigit((unsigned char)colon[1]))
        return -1;
    long number = strtol(colon + 1, &end, 10);
    n -= six ? 2 : 0;
    if (*end || number < 1 || number > 65535 || n < 1 || n > 255 ||
        strcspn(address + six, six ? "] /@" : ": /@") < n)
        return -1;
    memcpy(host, address + six, n);
    host[n] = '\0';
    memcpy(port, colon + 1, n_port + 1);
    return 0;
}

bool status_fits(const char *ranges, long status)
{
    for (const char *at = ranges;;) {
        char *end;
        if (!isdigit((unsigned char)*at))
            return false;
        long from = strtol(at, &end, 10), to = from;
        if (*end == '-' && isdigit((unsigned char)end[1]))
            to = strtol(end + 1, &end, 10);
        bool sound = from >= 100 && from <= to && to <= 599 && (*end == ',' || !*end);
        if (!sound || (status >= from && status <= to) || (!*end && status == -1))
            return sound;
        if (!*end)
            return false;
        at = end + 1;
        at += *at == ' ';
    }
}

/* ---- the row as a whole ---- */

static void check_kind(const struct reading *reading, const struct config_check *check)
{
    size_t n = 0;
    scoped_buf struct buf all = {0};
    for (size_t kind = 0; kind < N_CHECK_KINDS; kind++) {
        n += line_of(check, kind) > 0;
        buf_printf(&all, "%s%s", kind ? ", " : "", check_kind_names[kind]);
    }
    if (n != 1)
        error_add(reading, check->line, "check \"%s\" must have exactly one of: %s", check->id,
                  buf_text(&all));
}

bool check_measures(const struct config_check *check)
{
    if (check->command.line)
        return !isnan(check->above) || !isnan(check->below);
    if (check->http.line)
        return check->http.field ? !check->http.equals : strcmp(check->http.measure, "status") != 0;
    return true;
}

/* By which rows or lines are counted, or NULL. */
static const char *check_label_of(const struct config_check *check)
{
    return check->postgresql.line ? check->postgresql.label : check->log.line ? check->log.label : NULL;
}

bool check_names_subject(const struct config_check *check, const char *label)
{
    static const char *const drifted[] = {"feature", "features", "segment", "segments"};
    const char *name = check_label_of(check);
    for (size_t i = 0; check->drift.line && i < sizeof drifted / sizeof *drifted; i++)
        if (strcmp(drifted[i], label) == 0)
            return true;
    return name && strcmp(name, label) == 0;
}

/* The time that it takes is a number, but being reached is enough. */
static bool wants_limit(const struct config_check *check)
{
    if (check->drift.line)
        return isnan(check->drift.auprc) && isnan(check->drift.precision) && isnan(check->drift.recall) &&
               isnan(check->drift.ece) && isnan(check->drift.brier) && !check->drift.max_age_s;
    return !check->tcp.line && !check->dns.line && !check->command.line;
}

static void check_limits(const struct reading *reading, const struct config_check *check)
{
    bool above = !isnan(check->above), below = !isnan(check->below), clear = !isnan(check->clear);
    if (!check_measures(check)) {
        if (above || below || clear)
            error_add(
                reading, check->line,
                "check \"%s\" has limits, but reads no number; add measure: latency or a field:", check->id);
        return;
    }
    if (!above && !below && wants_limit(check))
        error_add(reading, check->line, "check \"%s\" has no limit; add above: or below:", check->id);
    if (above && below && check->below >= check->above)
        error_add(reading, check->line,
                  "check \"%s\": every number is bad; below: must be less than above:", check->id);
    if (clear && above == below)
        error_add(reading, check->line,
                  "check \"%s\": clear: belongs to one limit, above: or below:", check->id);
    else if (clear && (above ? check->clear > check->above : check->clear < check->below))
        error_add(reading, check->line,
                  "check \"%s\": clear: lies beyond the limit; it must lie on the good side", check->id);
}

static void check_metrics(const struct reading *reading, const struct config_check *check)
{
    bool quantile = strcmp(check->metrics.as, "quantile") == 0;
    if (quantile == isnan(check->metrics.quantile))
        error_add(reading, check->metrics.line,
                  "check \"%s\": as: quantile and quantile: 0.95 belong together", check->id);
    if (quantile && check->metrics.per)
        error_add(reading, check->metrics.line, "check \"%s\": a quantile is per nothing; take per: out",
                  check->id);
    if (check->metrics.window_s < 2 * check->every_s && strcmp(check->metrics.as, "gauge") != 0)
        error_add(reading, check->metrics.line,
                  "check \"%s\": window: must span two readings at least, twice %llds", check->id,
                  (long long)check->every_s);
}

/* A label that names a subject is a name of a label, none of those that all alerts of the check have, and of
 * a log's pattern a group. */
static void check_subject(const struct reading *reading, const struct config_check *check, const char *label,
                          int line)
{
    static const char *const taken[] = {"alertname", "check", "service", "severity"};
    bool sound = isalpha((unsigned char)*label) && strspn(label, LABEL_CHARACTERS) == strlen(label);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        sound = sound && strcmp(label, taken[i]) != 0;
    list_each (other, &check->labels)
        sound = sound && strcmp(label, other->name) != 0;
    if (!sound)
        error_add(reading, line,
                  "check \"%s\": label: %s cannot be it; letters, digits and _, and no label that all its "
                  "alerts have",
                  check->id, label);
    if (isnan(check->above) || !isnan(check->below))
        error_add(reading, check->line, "check \"%s\": with label: the limit is above:", check->id);
}

static bool has_group(const char *pattern, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = pattern; (at = strstr(at, name)); at++)
        if (at - pattern >= 3 && at[-1] == '<' && at[n] == '>' &&
            (at[-2] == '?' || (at[-2] == 'P' && at[-3] == '?')))
            return true;
    return false;
}

static void check_subjects(const struct reading *reading, const struct config_check *check)
{
    const char *label = check_label_of(check);
    check_subject(reading, check, label, check->postgresql.line ? check->postgresql.line : check->log.line);
    if (check->log.line && check->log.pattern && !has_group(check->log.pattern, label))
        error_add(reading, check->log.line, "check \"%s\": the pattern has no group (?<%s>...)", check->id,
                  label);
}

void config_check_check(const struct reading *reading, const struct config_check *check)
{
    if (errors_full(reading))
        return;
    check_kind(reading, check);
    check_limits(reading, check);
    if (check->metrics.line && check->metrics.metric)
        check_metrics(reading, check);
    if (check_label_of(check))
        check_subjects(reading, check);
    if (check->drift.line && (check->drift.profile != NULL) == (check->drift.reference != NULL))
        error_add(reading, check->drift.line, "check \"%s\": one of profile: and reference: is wanted",
                  check->id);
    if (check->http.line && check->http.equals && !check->http.field)
        error_add(reading, check->http.line, "check \"%s\": equals: needs a field: to look at", check->id);
    if (strcmp(check->alert, CHECK_ERROR_ALERT) == 0)
        error_add(reading, check->line,
                  "check \"%s\": the name " CHECK_ERROR_ALERT " is that of checks that cannot look",
                  check->id);
}
