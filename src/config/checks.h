/* What is looked at without any other system: a row of `checks:`. A check reads one thing every so often and
 * holds it against limits; its kind is the one section of the row that says where the reading comes from.
 *
 *   checks:
 *     - {id: api-slow, service: api, every: 10s, for: 1m, above: 200ms, clear: 150ms,
 *        metrics: {url: "http://api:8000/metrics", metric: latency_seconds, as: quantile, quantile: 0.95}}
 *
 * A check has two alerts: that what it looks at is bad (`alert`, "CheckFailing" when not given), and that it
 * could not be looked at ("CheckError"). Their labels are a function of the row alone, so that the process
 * that looks and the one that keeps alerts agree about them. Included by config.h. */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list.h"
#include "config/matcher.h"
#include "runbook/label.h"

struct reading;

enum check_kind_id {
    CHECK_HTTP,
    CHECK_METRICS,
    CHECK_PROMQL,
    CHECK_TCP,
    CHECK_DNS,
    CHECK_POSTGRESQL,
    CHECK_REDIS,
    CHECK_FILE,
    CHECK_LOG,
    CHECK_COMMAND,
    CHECK_DRIFT,
    N_CHECK_KINDS
};

/* Who asks over HTTP, and how. */
struct check_request {
    const char *url;
    const char *bearer; /* place of a token, or NULL */
    const char *ca;     /* file of certificates to trust instead of the system's, or NULL */
};

struct config_check {
    const char *id;
    const char *alert;              /* the alert's name */
    const char *service, *severity; /* labels, or NULL */
    LIST(struct label) labels;      /* further ones */
    int64_t every_s, timeout_s;
    int64_t for_s, clear_for_s; /* bad for so long raises, good for so long ends */
    int64_t times;              /* readings in a row that raise, at least; 1 */
    double above, below;        /* bad beyond; NAN: no limit */
    double clear;               /* good again only within this; NAN: as the limit */
    struct {
        struct check_request request;
        const char *status;  /* "200-299" */
        const char *measure; /* "status", "latency", "certificate" */
        const char *field;   /* pointer into the JSON of the answer, or NULL */
        const char *equals;  /* what must stand there; NULL: it is a number for the limits */
        int line;            /* 0: the check is not of this kind, as in all of these */
    } http;
    struct {
        struct check_request request;
        const char *metric, *per; /* selectors; per may be NULL */
        const char *as;           /* "gauge", "rate", "increase", "quantile" */
        double quantile;
        int64_t window_s;
        const char *combine; /* "worst", "sum", "max", "min", "average" */
        double absent;       /* what counts when no series fits; NAN: an error */
        int line;
    } metrics;
    struct {
        struct check_request request; /* of the Prometheus itself, without /api/v1/query */
        const char *query, *combine;
        double absent;
        int line;
    } promql;
    struct {
        const char *address; /* HOST:PORT */
        int line;
    } tcp;
    struct {
        const char *name, *address; /* address: one of those found; or NULL */
        int line;
    } dns;
    struct {
        const char *url, *secret, *query;
        const char *label; /* for the first column: rows are judged one by one; or NULL */
        double absent;     /* what counts when no row comes; NAN: an error */
        int line;
    } postgresql;
    struct {
        const char *address, *secret, *command; /* command: words with blanks between */
        int line;
    } redis;
    struct {
        const char *path, *measure; /* "age", "size" */
        int line;
    } file;
    struct {
        const char *path, *pattern;
        const char *label; /* a group of the pattern: lines are counted by what it holds; or NULL */
        int64_t window_s;
        int line;
    } log;
    struct {
        const char *run; /* for the shell */
        bool allow;      /* it is run though it is not classed `read` */
        int line;
    } command;
    struct { /* the PSI of the feature that drifted most is the number for the limits */
        const char *profile, *pin, *reference; /* one of profile and reference */
        const char *current;
        const char *segment, *time, *score, *label;  /* columns of the reference */
        int64_t max_age_s;                           /* 0: any */
        double auprc, precision, recall, ece, brier; /* bad below, the last two above; NAN: no limit */
        int line;
    } drift;
    int line;
};

extern const char *const check_kind_names[N_CHECK_KINDS];
/* N_CHECK_KINDS: it has none. */
enum check_kind_id check_kind_of(const struct config_check *check);

/* Does a look give a number, and not just whether it is well? */
bool check_measures(const struct config_check *check);
/* Is that the name of a label that only a look knows: whom it found? */
bool check_names_subject(const struct config_check *check, const char *label);

#define CHECK_SOURCE        "check" /* of its alerts */
#define CHECK_ERROR_ALERT   "CheckError"
#define CHECK_FAILING_ALERT "CheckFailing" /* when the row gives it no name */
/* The labels of its alert, or of the one that it could not be looked at; sorted by name. */
struct label *check_labels(struct arena *arena, const struct config_check *check, bool is_error,
                           size_t *ret_n);

/* name{label="value",...}: the series of a metric. Matchers are on the heap and added. -1: no selector. */
int selector_parse(struct arena *arena, const char *text, const char **ret_name,
                   struct matchers *ret_matchers, struct err *err);
/* "HOST:PORT", "[::1]:6379" -> host (at most 255 bytes and the NUL) and port. -1: neither. */
int address_split(const char *address, char host[256], char port[6]);
/* Does the status lie in one of "200-299,304"? -1 for status: is the text sound? */
bool status_fits(const char *ranges, long status);

/* What a schema cannot say of it. */
void config_check_check(const struct reading *reading, const struct config_check *check);
