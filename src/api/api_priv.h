/* What the files of api/ share: the request, its answer, the routes. */
#pragma once

#include <microhttpd.h>
#include <stdatomic.h>
#include <stdint.h>

#include "api/api.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

struct request;

/* ---- routes ---- */

enum auth {
    AUTH_OPEN,
    AUTH_INTAKE, /* no token needed from this machine itself */
    AUTH_TOKEN
};

struct route {
    const char *method;
    const char *path; /* "/api/v1/incidents/{}/notes": {} is a decimal number */
    enum auth auth;
    const char *query; /* the names it knows, " state before "; NULL: others are passed over */
    void (*handle)(struct request *request);  /* answers, or submits */
    void (*decided)(struct request *request); /* answers what was submitted and done; NULL: 200, empty */
};

enum { ROUTE_NUMBERS = 2 };

extern const struct route routes[]; /* ended by one without a path */
size_t routes_count(void);

/* The route, or NULL: then ret_allow is what the path does allow ("GET, POST"), or "" when there is no such
 * path. ret_allow holds ROUTE_ALLOW_BYTES. */
enum { ROUTE_ALLOW_BYTES = 64 };
const struct route *route_find(const char *method, const char *path, int64_t ret_numbers[ROUTE_NUMBERS],
                               char *ret_allow);

/* ---- answers ---- */

enum problem {
    PROBLEM_BAD_REQUEST,
    PROBLEM_UNAUTHORIZED,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD,
    PROBLEM_CONFLICT,
    PROBLEM_TOO_LARGE,
    PROBLEM_MEDIA_TYPE,
    PROBLEM_INVALID,
    PROBLEM_INTERNAL,
    PROBLEM_NOT_IMPLEMENTED,
    PROBLEM_UNAVAILABLE,
    N_PROBLEMS
};

/* Answers with the problem's status and {"error":{"code","message","field"}}. field may be NULL. */
void answer_problem(struct request *request, enum problem problem, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for what the engine refused. */
void answer_outcome(struct request *request, const struct outcome *outcome);

/* 200 with JSON that the caller writes, or with text that it adds to request->answer.body. */
struct json_writer answer_json(struct request *request);
struct buf *answer_text(struct request *request, const char *content_type);
void answer_empty(struct request *request); /* 200 */

struct answer {
    unsigned status; /* 0: none yet */
    struct buf body;
    const char *content_type; /* NULL: no body */
};

/* ---- a request: from its header to its answer; belongs to the connection's thread, but for `state` ---- */

enum request_state {
    REQUEST_RECEIVING,
    REQUEST_SUBMITTED, /* the backend has it: nobody else touches it */
    REQUEST_DECIDED    /* outcome is set */
};

struct request {
    struct api *api;
    struct MHD_Connection *connection;
    const struct route *route; /* NULL: none fits */
    int64_t numbers[ROUTE_NUMBERS];
    char allow[ROUTE_ALLOW_BYTES];
    int64_t began_us; /* monotonic */
    size_t body_limit_bytes, n_received_bytes;
    struct buf body;
    struct arena *arena;
    struct json_document *document;
    struct ledger *ledger; /* a reader, while the handler runs and asks for one */
    struct input input;
    struct alert_batch batch;
    struct outcome outcome;
    struct answer answer;
    _Atomic int state;
    struct request *next; /* in the pool */
};

struct request *request_new(struct api *api, struct MHD_Connection *connection);
void request_done(struct request *request); /* back to the pool */

/* From the header alone: route, token, type and length of the body. Answers when it is refused already. */
void request_admit(struct request *request, const char *method, const char *path);
/* Refused already, and its body is too long to be read to the end: answered at once, and closed. */
bool request_is_hopeless(const struct request *request);
/* A piece of the body. -1: the connection is to be dropped. */
int request_receive(struct request *request, const char *bytes, size_t n_bytes);
/* All is there: calls the route's handler. True: submitted, the answer comes later. */
bool request_run(struct request *request);
/* After the backend's answer. */
void request_finish(struct request *request);

/* A reader of the ledger, or NULL and a problem is answered. */
struct ledger *request_ledger(struct request *request);
/* The value in the query string, or NULL. */
const char *request_query(const struct request *request, const char *name);
const char *request_header(const struct request *request, const char *name);
/* A number from the query, otherwise when it is not there. -1: refused, and answered so. */
int request_query_number(struct request *request, const char *name, int64_t otherwise, int64_t most,
                         int64_t *ret_number);
/* The body as a JSON object; none when it is empty. -1: refused, and answered so. */
int request_object(struct request *request, struct json *ret_root);
/* A text member of it; NULL when it is missing. -1: refused, and answered so. */
int request_text(struct request *request, struct json root, const char *name, const char **ret_text);
/* Who writes: the token, or the person that it speaks for (member "as", or header X-Crashcart-As). */
int request_actor(struct request *request, struct json root, const char **ret_actor);
/* Hands request->input to the engine; with format, the body is kept in the inbox. */
void request_submit(struct request *request, const struct intake_format *format);

/* May this request use a route of that class? */
bool auth_allows(const struct request *request, enum auth auth);

/* ---- the server ---- */

struct metrics {
    _Atomic uint64_t alerts_accepted, batches_accepted;
    _Atomic uint64_t *answers; /* (routes + 1) x N_STATUSES */
};

/* Statuses that are counted apart; the last stands for all others. */
enum { N_STATUSES = 14 };
extern const unsigned metrics_statuses[N_STATUSES];
void metrics_count(struct metrics *metrics, const struct route *route, unsigned status);

struct api {
    struct api_backend backend;
    const char *data_dir;
    char token[65];
    const struct clock *clock;
    int64_t started_us;
    struct MHD_Daemon *daemon;
    struct MHD_Response *empty; /* what every accepted alert is answered with */
    struct metrics metrics;
    _Atomic size_t body_bytes; /* held by all requests together */
    struct pool *pool;
    struct connections *connections;
};

/* Spare requests and ledger readers, and the count of those in use (api/pool.c). Any thread. */
struct pool *pool_new(void);
void pool_free(struct pool *pool);
struct request *pool_take_request(struct pool *pool); /* NULL: make one */
void pool_give_request(struct pool *pool, struct request *request);
struct ledger *pool_take_ledger(struct pool *pool); /* NULL: open one */
void pool_give_ledger(struct pool *pool, struct ledger *ledger);
enum use { USE_REQUEST, USE_SUBMITTED, N_USES };
void pool_begin(struct pool *pool, enum use use);
void pool_end(struct pool *pool, enum use use);
bool pool_stop(struct pool *pool); /* true: it was stopping already */
bool pool_stopping(struct pool *pool);
bool pool_wait_idle(struct pool *pool, enum use use, int64_t most_s); /* false: time ran out */
void request_free(struct request *request);

/* Who is connected, so that slow headers do not keep others out (api/connections.c). */
struct connections *connections_new(const struct clock *clock, size_t n_limit);
void connections_free(struct connections *connections);
void connections_notify(void *connections, struct MHD_Connection *connection, void **of,
                        enum MHD_ConnectionNotificationCode code);
/* It waits for a header since then (monotonic); 0: its header is there. */
void connection_waits(struct MHD_Connection *connection, int64_t since_us);

/* ---- what several nouns write ---- */

void json_incident(struct json_writer *writer, const struct incident *incident);
void json_step(struct json_writer *writer, const struct run_step *step);

/* ---- handlers, a file a noun ---- */

void post_alerts(struct request *request);
void answer_alerts(struct request *request);
void get_alerts(struct request *request);
void get_alert_groups(struct request *request);
void get_status(struct request *request);
void get_receivers(struct request *request);
void get_silences(struct request *request);
void post_silence(struct request *request);
void get_incidents(struct request *request);
void get_incident(struct request *request); /* also the answer to every verb: the incident as it is now */
void get_timeline(struct request *request);
void get_steps(struct request *request);
void post_acknowledge(struct request *request);
void post_note(struct request *request);
void post_resolve(struct request *request);
void get_report(struct request *request);
void post_approve(struct request *request);
void post_deny(struct request *request);
void answer_step(struct request *request);
void get_health(struct request *request);
void get_ready(struct request *request);
void get_metrics(struct request *request);
