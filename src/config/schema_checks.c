/* The rows of `checks:`. */
#include "config/config.h"
#include "config/schema.h"

enum { DAY = 86400 };

// NOLINTNEXTLINE(bugprone-macro-parentheses): the name of a member cannot stand in parentheses
#define PART(kind, field) (offsetof(struct config_check, kind.field) - offsetof(struct config_check, kind))
#define KIND(kind, rows)                                                                                     \
    static const struct section kind##_section = {#kind " check", rows, sizeof(rows) / sizeof *(rows), 0,    \
                                                  (int)PART(kind, line)}

static const char *const http_measures[] = {"status", "latency", "certificate", NULL};
static const char *const metric_forms[] = {"gauge", "rate", "increase", "quantile", NULL};
static const char *const combinations[] = {"worst", "sum", "max", "min", "average", NULL};

#define REQUEST_KEYS(kind)                                                                                   \
    {"url", VALUE_WEB_URL, PART(kind, request.url), .required = true, .help = "http or https"},              \
        {"bearer", VALUE_SECRET, PART(kind, request.bearer),                                                 \
         .help = "token for the header Authorization: env:NAME, file:PATH or credential:NAME"},              \
    {                                                                                                        \
        "ca", VALUE_PATH, PART(kind, request.ca),                                                            \
            .help = "file of the certificates to trust; the system's when not given"                         \
    }

static const struct key http_keys[] = {
    REQUEST_KEYS(http),
    {"status", VALUE_STATUS, PART(http, status), .fallback = "200-299",
     .help = "what the answer may say, as 200-299,304"},
    {"measure", VALUE_CHOICE, PART(http, measure), .fallback = "status", .choices = http_measures,
     .help = "the number for above and below: latency, or certificate (time until it expires)"},
    {"field", VALUE_POINTER, PART(http, field), .help = "a place in the answer's JSON, as /queue/depth"},
    {"equals", VALUE_TEXT, PART(http, equals), .help = "the text that must stand there"},
};
KIND(http, http_keys);

static const struct key metrics_keys[] = {
    REQUEST_KEYS(metrics),
    {"metric", VALUE_SELECTOR, PART(metrics, metric), .required = true,
     .help = "name or name{label=\"value\"}; of a histogram without _bucket"},
    {"as", VALUE_CHOICE, PART(metrics, as), .fallback = "gauge", .choices = metric_forms,
     .help = "gauge: as it stands; rate: a second; increase: in the window; quantile: of a histogram"},
    {"quantile", VALUE_NUMBER, PART(metrics, quantile), .fallback = "none", .help = "0 to 1, as 0.95"},
    {"per", VALUE_SELECTOR, PART(metrics, per), .help = "divided by this one, taken the same way"},
    {"window", VALUE_DURATION, PART(metrics, window_s), .fallback = "5m", .least = 2, .most = DAY,
     .help = "over which rates are taken"},
    {"combine", VALUE_CHOICE, PART(metrics, combine), .fallback = "worst", .choices = combinations,
     .help = "how several gauges become one number; worst: the one nearest to the limit, or beyond"},
    {"absent", VALUE_NUMBER, PART(metrics, absent), .fallback = "none",
     .help = "what counts when no series fits; an error when not given"},
};
KIND(metrics, metrics_keys);

static const struct key promql_keys[] = {
    REQUEST_KEYS(promql),
    {"query", VALUE_TEXT, PART(promql, query), .required = true, .help = "an instant query"},
    {"combine", VALUE_CHOICE, PART(promql, combine), .fallback = "worst", .choices = combinations,
     .help = "how several series become one number"},
    {"absent", VALUE_NUMBER, PART(promql, absent), .fallback = "none",
     .help = "what counts when the result is empty; an error when not given"},
};
KIND(promql, promql_keys);

static const struct key tcp_keys[] = {
    {"address", VALUE_ADDRESS, PART(tcp, address), .required = true,
     .help = "HOST:PORT; the number is the time in which it is reached"},
};
KIND(tcp, tcp_keys);

static const struct key dns_keys[] = {
    {"name", VALUE_WORD, PART(dns, name), .required = true,
     .help = "must resolve; the number is the time that takes"},
    {"address", VALUE_WORD, PART(dns, address), .help = "one that must be among those found"},
};
KIND(dns, dns_keys);

static const struct key postgresql_keys[] = {
    {"url", VALUE_STORE, PART(postgresql, url), .required = true, .help = "postgresql://USER@HOST/DATABASE"},
    {"secret", VALUE_SECRET, PART(postgresql, secret),
     .help = "the user's password: env:NAME, file:PATH or credential:NAME"},
    {"query", VALUE_TEXT, PART(postgresql, query), .required = true,
     .help = "gives one number: the first column of the first row; it may only read"},
    {"label", VALUE_WORD, PART(postgresql, label),
     .help =
         "each row is one to judge: its name, which becomes this label of an alert of its own, and a number"},
    {"absent", VALUE_NUMBER, PART(postgresql, absent), .fallback = "none",
     .help = "what counts when no row comes, or NULL; an error when not given"},
};
KIND(postgresql, postgresql_keys);

static const struct key redis_keys[] = {
    {"address", VALUE_ADDRESS, PART(redis, address), .required = true, .help = "HOST:PORT"},
    {"secret", VALUE_SECRET, PART(redis, secret),
     .help = "the password: env:NAME, file:PATH or credential:NAME"},
    {"command", VALUE_TEXT, PART(redis, command), .required = true,
     .help = "that gives a number, as LLEN queue; INFO:field reads a field of INFO"},
};
KIND(redis, redis_keys);

static const char *const file_measures[] = {"age", "size", NULL};
static const struct key file_keys[] = {
    {"path", VALUE_PATH, PART(file, path), .required = true, .help = "on this host; must be there"},
    {"measure", VALUE_CHOICE, PART(file, measure), .fallback = "age", .choices = file_measures,
     .help = "age: since it was written; size: in bytes"},
};
KIND(file, file_keys);

static const struct key log_keys[] = {
    {"path", VALUE_PATH, PART(log, path), .required = true,
     .help = "on this host; followed from its end on, over rotations"},
    {"pattern", VALUE_PATTERN, PART(log, pattern), .required = true,
     .help = "a Perl expression; the number is that of the lines that have it"},
    {"label", VALUE_WORD, PART(log, label),
     .help =
         "a group of the pattern, as user in (?<user>\\S+): counted by it, each with an alert of its own"},
    {"window", VALUE_DURATION, PART(log, window_s), .fallback = "5m", .least = 1, .most = DAY,
     .help = "in which they are counted"},
};
KIND(log, log_keys);

static const struct key command_keys[] = {
    {"run", VALUE_TEXT, PART(command, run), .required = true,
     .help =
         "for bash, as the user of the steps; exit status 0 is well, or with limits the number it prints"},
    {"allow", VALUE_BOOL, PART(command, allow), .fallback = "false",
     .help = "run it though the rules of risk do not class it read"},
};
KIND(command, command_keys);

static const struct key drift_keys[] = {
    {"profile", VALUE_PATH, PART(drift, profile), .help = "made by crashcart drift profile"},
    {"pin", VALUE_WORD, PART(drift, pin), .help = "takes no other profile"},
    {"reference", VALUE_PATH, PART(drift, reference), .help = "the rows themselves, in place of a profile"},
    {"current", VALUE_PATH, PART(drift, current), .required = true, .help = "CSV, NDJSON or .npy"},
    {"segment", VALUE_TEXT, PART(drift, segment), .help = "column of the reference that splits the rows"},
    {"time", VALUE_TEXT, PART(drift, time), .help = "column of the reference: when a row was made"},
    {"score", VALUE_TEXT, PART(drift, score), .help = "column of the reference; score when not given"},
    {"label", VALUE_TEXT, PART(drift, label), .help = "column of the reference; label when not given"},
    {"max_age", VALUE_DURATION, PART(drift, max_age_s), .fallback = "0s", .least = 0, .most = 366 * DAY,
     .help = "bad when the newest row is older (0s: it may be)"},
    {"auprc", VALUE_NUMBER, PART(drift, auprc), .fallback = "none", .help = "bad below this"},
    {"ece", VALUE_NUMBER, PART(drift, ece), .fallback = "none", .help = "bad above this"},
    {"brier", VALUE_NUMBER, PART(drift, brier), .fallback = "none", .help = "bad above this"},
    {"precision", VALUE_NUMBER, PART(drift, precision), .fallback = "none", .help = "bad below this"},
    {"recall", VALUE_NUMBER, PART(drift, recall), .fallback = "none", .help = "bad below this"},
};
KIND(drift, drift_keys);

#define KIND_KEY(kind, text)                                                                                 \
    {                                                                                                        \
#kind, VALUE_OPTIONAL, offsetof(struct config_check, kind), .section = &kind##_section,              \
                                                                    .help = (text)                           \
    }

static const struct key check_keys[] = {
    {"id", VALUE_ID, offsetof(struct config_check, id), .required = true, .help = "the name of the check"},
    {"alert", VALUE_TEXT, offsetof(struct config_check, alert), .fallback = CHECK_FAILING_ALERT,
     .help = "the name of its alert, by which runbooks are found"},
    {"service", VALUE_TEXT, offsetof(struct config_check, service), .help = "whose trouble it is"},
    {"severity", VALUE_TEXT, offsetof(struct config_check, severity), .help = "label of its alerts"},
    {"labels", VALUE_LABELS, offsetof(struct config_check, labels), .help = "further labels"},
    {"every", VALUE_DURATION, offsetof(struct config_check, every_s), .fallback = "30s", .least = 1,
     .most = 7 * DAY, .help = "how often it looks"},
    {"timeout", VALUE_DURATION, offsetof(struct config_check, timeout_s), .fallback = "10s", .least = 1,
     .most = 300, .help = "how long a look may take"},
    {"for", VALUE_DURATION, offsetof(struct config_check, for_s), .fallback = "0s", .least = 0,
     .most = 7 * DAY, .help = "bad for so long raises the alert"},
    {"times", VALUE_COUNT, offsetof(struct config_check, times), .fallback = "1", .least = 1, .most = 1000,
     .help = "bad so many times in a row, at least, raises the alert"},
    {"clear_for", VALUE_DURATION, offsetof(struct config_check, clear_for_s), .fallback = "0s", .least = 0,
     .most = 7 * DAY, .help = "good for so long ends it"},
    {"above", VALUE_NUMBER, offsetof(struct config_check, above), .fallback = "none",
     .help = "bad above this: 0.2, 200ms, 5%, 14d, 2GiB"},
    {"below", VALUE_NUMBER, offsetof(struct config_check, below), .fallback = "none",
     .help = "bad below this"},
    {"clear", VALUE_NUMBER, offsetof(struct config_check, clear), .fallback = "none",
     .help = "good again only within this; the limit itself when not given"},
    KIND_KEY(http, "asks a URL"),
    KIND_KEY(metrics, "reads a page in the text format of Prometheus"),
    KIND_KEY(promql, "asks a Prometheus"),
    KIND_KEY(tcp, "connects"),
    KIND_KEY(dns, "resolves a name"),
    KIND_KEY(postgresql, "asks a PostgreSQL for one number"),
    KIND_KEY(redis, "asks a Redis for one number"),
    KIND_KEY(file, "looks whether a file is fresh"),
    KIND_KEY(log, "counts lines of a log"),
    KIND_KEY(command, "runs a command of yours"),
    KIND_KEY(drift, "compares what a model gets and answers with a reference"),
};
const struct section checks_section = {"check", check_keys, sizeof check_keys / sizeof *check_keys,
                                       sizeof(struct config_check), (int)offsetof(struct config_check, line)};
