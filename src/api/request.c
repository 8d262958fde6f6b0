/* One request, from its header to its answer. A refused request is still read to its end (within bounds)
 * before it is answered: a client that is busy sending sees a broken connection otherwise, and no reason. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/handlers.h"
#include "api/query.h"
#include "api/server.h"
#include "base/log.h"

enum {
    BODY_BYTES = 1024 * 1024,         /* but for intake */
    DISCARD_BYTES = 64 * 1024 * 1024, /* of a refused body */
    BODIES_BYTES = 64 * 1024 * 1024,  /* of all requests together; beyond: 503 */
    BODY_TIME_US = 60 * 1000000,      /* from the first byte of a body to the last */
    KEPT_BYTES = 256 * 1024,          /* a spare request keeps no more */
    TEXT_BYTES = 16 * 1024,
    ACTOR_BYTES = 64,
    BODY_LEVELS = 16,
};

struct request *request_new(struct http_thread *thread, struct MHD_Connection *connection)
{
    struct api *api = thread->api;
    struct request *request = pool_take_request(api->pool);
    if (!request) {
        request = heap_alloc(sizeof *request);
        request->arena = arena_new();
    }
    request->api = api;
    request->thread = thread;
    request->connection = connection;
    request->began_us = clock_monotonic_us(api->clock);
    pool_begin(api->pool, USE_REQUEST);
    return request;
}

void request_free(struct request *request)
{
    buf_free(&request->body);
    buf_free(&request->answer.body);
    json_document_free(request->document);
    arena_free(request->arena);
    heap_free_(&request);
}

void request_done(struct request *request)
{
    struct pool *pool = request->api->pool;
    struct buf body = request->body, answer = request->answer.body;
    struct json_document *document = request->document;
    struct arena *arena = request->arena;
    atomic_fetch_sub(&request->api->body_bytes, body.n_bytes);
    if (body.capacity > KEPT_BYTES) { /* a parsed document is many times its text */
        buf_free(&body);
        json_document_free(document);
        document = NULL;
    }
    if (answer.capacity > KEPT_BYTES)
        buf_free(&answer);
    buf_clear(&body);
    buf_clear(&answer);
    arena_reset(arena);
    *request = (struct request){.arena = arena, .document = document, .body = body, .answer.body = answer};
    pool_give_request(pool, request);
    pool_end(pool, USE_REQUEST);
}

int64_t request_now_us(const struct request *request)
{
    return clock_wall_us(request->api->clock);
}

bool request_must_wait(struct request *request, const char *who)
{
    int64_t wait_s = throttle_wait_s(request->api->throttle, who, request_now_us(request));
    if (wait_s)
        answer_problem(request, PROBLEM_TOO_MANY, NULL,
                       "too many tries have failed; the next is possible in %lld s", (long long)wait_s);
    return wait_s > 0;
}

const char *request_name(const struct request *request, size_t i)
{
    return arena_strndup(request->arena, request->parts.names[i], request->parts.name_bytes[i]);
}

const char *request_query(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *request_header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* Browsers can send other types to any site without asking it first, JSON not: so the type is also what keeps
 * a web page from raising alerts through somebody's own browser. */
static bool type_is_json(const struct request *request)
{
    static const char json[] = "application/json";
    const char *type = request_header(request, MHD_HTTP_HEADER_CONTENT_TYPE);
    if (!type || strncasecmp(type, json, sizeof json - 1) != 0)
        return false;
    char after = type[sizeof json - 1];
    return after == '\0' || after == ';' || after == ' ';
}

static unsigned long long stated_length(const struct request *request)
{
    const char *length = request_header(request, MHD_HTTP_HEADER_CONTENT_LENGTH);
    return length ? strtoull(length, NULL, 10) : 0;
}

static void refuse_length(struct request *request)
{
    answer_problem(request, PROBLEM_TOO_LARGE, NULL,
                   "the body is larger than the %zu MiB that this path takes",
                   request->body_limit_bytes / (1024 * 1024));
}

static bool is_intake(const struct route *route)
{
    return route->auth == AUTH_INTAKE || route->auth == AUTH_SILENCE;
}

/* Alertmanager's API is as strict as Alertmanager. Elsewhere whoever posts by `curl -d` and never looks at
 * the answer is heard, too: what a page of another site makes a browser post wants a token anyway (auth.c).
 */
static bool wants_type(const struct route *route)
{
    return is_intake(route) && strcmp(route->method, "POST") == 0 && strncmp(route->path, "/api/", 5) == 0;
}

static void check_length(struct request *request)
{
    request->body_limit_bytes = is_intake(request->route) ? INTAKE_BODY_BYTES : BODY_BYTES;
    if (stated_length(request) > request->body_limit_bytes)
        refuse_length(request);
}

bool request_is_hopeless(const struct request *request)
{
    return request->answer.status && stated_length(request) > DISCARD_BYTES;
}

void api_give_ledger(struct api *api, struct ledger *ledger)
{
    if (!ledger_is_lost(ledger)) {
        pool_give_ledger(api->pool, ledger);
        return;
    }
    ledger_close(ledger);
    if (api->backend.reader_lost)
        api->backend.reader_lost(api->backend.core);
}

void request_drop_ledger(struct request *request)
{
    if (request->ledger)
        api_give_ledger(request->api, request->ledger);
    request->ledger = NULL;
}

void request_admit(struct request *request, const char *method, const char *path)
{
    request->route = route_find(method, path, &request->parts, request->allow);
    if (!utf8_valid(path, strlen(path)))
        answer_problem(request, PROBLEM_BAD_REQUEST, NULL, "the path holds bytes that are no text");
    else if (!request->route && *request->allow)
        answer_problem(request, PROBLEM_METHOD, NULL, "%.20s is not for this path; it takes %s", method,
                       request->allow);
    else if (!request->route && !console_says_nowhere(request, method, path))
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is nothing at this path");
    else if (request->route && pool_stopping(request->api->pool))
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the server is stopping");
    else if (request->route)
        auth_check(request);
    request_drop_ledger(request); /* there are few, and a body may take long to come */
    if (!request->route || request->answer.status)
        return;
    if (wants_type(request->route) && !type_is_json(request))
        answer_problem(request, PROBLEM_MEDIA_TYPE, NULL, "send Content-Type: application/json");
    else if (query_check(request))
        check_length(request);
}

int request_receive(struct request *request, const char *bytes, size_t n_bytes)
{
    request->n_received_bytes += n_bytes;
    if (clock_monotonic_us(request->api->clock) - request->began_us > BODY_TIME_US)
        return -1;
    if (request->answer.status) /* refused: its end is awaited only */
        return request->n_received_bytes > DISCARD_BYTES ? -1 : 0;
    if (request->n_received_bytes > request->body_limit_bytes) {
        refuse_length(request);
        return 0;
    }
    size_t before = atomic_fetch_add(&request->api->body_bytes, n_bytes);
    buf_add(&request->body, bytes, n_bytes);
    if (before + n_bytes > BODIES_BYTES)
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "too many requests are being received; try again");
    return 0;
}

bool request_run(struct request *request)
{
    if (request->answer.status)
        return false;
    if (request_waits_for_start(request))
        return true;
    if (!request->route->decided) /* it reads, which takes a while */
        http_thread_tell_engine(request->thread);
    if (request_read_once(request) < 0)
        return false;
    request->route->handle(request);
    /* Once submitted, the request may be at work in the engine's thread: only the state may be looked at. */
    if (atomic_load(&request->state) != REQUEST_RECEIVING)
        return true;
    request_drop_ledger(request);
    return false;
}

void request_finish(struct request *request)
{
    if (request->outcome.code != OUTCOME_DONE && !request->answers_refusal)
        answer_outcome(request, &request->outcome);
    else if (request->input.kind == INPUT_EVIDENCE_READ)
        request->route->handle(request); /* that it is read is on record now */
    else if (request->route->decided)
        request->route->decided(request);
    else
        answer_empty(request);
    request_drop_ledger(request);
}

static int open_reader(const struct api *api, struct ledger **ret_ledger, struct err *err)
{
    if (api->readers_given)
        return err_set(err, "its connections are all in use, or lost");
    return ledger_open_reader(&api->ledger, ret_ledger, err);
}

struct ledger *api_take_ledger(struct api *api)
{
    struct err err = {0};
    struct ledger *ledger = pool_take_ledger(api->pool);
    return ledger || open_reader(api, &ledger, &err) == 0 ? ledger : NULL;
}

void request_pack_body(struct request *request, const void *bytes, size_t n_bytes)
{
    atomic_fetch_sub(&request->api->body_bytes, request->body.n_bytes);
    buf_clear(&request->body);
    buf_add(&request->body, bytes, n_bytes);
    atomic_fetch_add(&request->api->body_bytes, n_bytes);
}

struct ledger *request_ledger(struct request *request)
{
    struct err err = {0};
    if (!request->ledger)
        request->ledger = pool_take_ledger(request->api->pool);
    if (!request->ledger && open_reader(request->api, &request->ledger, &err) != 0) {
        request->ledger = NULL;
        log_event(LOG_ERROR, "api.ledger", "error=%s", log_quote(err.text));
        answer_problem(request, PROBLEM_UNAVAILABLE, NULL, "the ledger cannot be read: %s", err.text);
    }
    return request->ledger;
}

void request_unanswered(struct request *request)
{
    answer_string_problem(request, PROBLEM_UNAVAILABLE, "the server is busy or stopping; try again");
}

bool request_ask(struct request *request, void (*question)(void *context, const struct engine *engine),
                 void *context)
{
    const struct api_backend *backend = &request->api->backend;
    bool put = backend->ask(backend->core, question, context);
    if (!put)
        request_unanswered(request);
    return put;
}

int request_query_number(struct request *request, const char *name, int64_t otherwise, int64_t most,
                         int64_t *ret_number)
{
    const char *text = request_query(request, name);
    *ret_number = otherwise;
    if (!text)
        return 0;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number > most) {
        answer_problem(request, PROBLEM_BAD_REQUEST, name, "%s must be a number from 0 to %lld", name,
                       (long long)most);
        return -1;
    }
    *ret_number = number;
    return 0;
}

int request_json(struct request *request, struct json *ret_root)
{
    struct err err = {0};
    struct json root = {0};
    if (!request->document)
        request->document = json_document_new();
    if (request->body.n_bytes && json_parse(request->document, buf_text(&request->body),
                                            request->body.n_bytes, BODY_LEVELS, &root, &err) < 0) {
        answer_problem(request, PROBLEM_BAD_REQUEST, NULL, "%s", err.text);
        return -1;
    }
    *ret_root = root;
    return 0;
}

int request_object(struct request *request, struct json *ret_root)
{
    struct json root = {0};
    if (request_json(request, &root) < 0)
        return -1;
    if (json_kind(root) != JSON_NONE && json_kind(root) != JSON_OBJECT) {
        answer_problem(request, PROBLEM_BAD_REQUEST, NULL, "the body must be a JSON object");
        return -1;
    }
    *ret_root = root;
    return 0;
}

void request_replace_body(struct request *request, struct buf *body)
{
    atomic_fetch_sub(&request->api->body_bytes, request->body.n_bytes);
    atomic_fetch_add(&request->api->body_bytes, body->n_bytes);
    buf_free(&request->body);
    request->body = *body;
    *body = (struct buf){0};
}

int request_text(struct request *request, struct json root, const char *name, const char **ret_text)
{
    size_t n_bytes = 0;
    struct json value = json_get(root, name);
    const char *text = json_text(value, &n_bytes);
    if (json_kind(value) > JSON_NULL && (!text || n_bytes > TEXT_BYTES || strlen(text) != n_bytes)) {
        answer_problem(request, PROBLEM_INVALID, name, "%s must be a text of at most %d bytes", name,
                       TEXT_BYTES);
        return -1;
    }
    *ret_text = text && *text ? text : NULL;
    return 0;
}

int request_needed(struct request *request, struct json root, const char *name, const char **ret_text)
{
    if (request_text(request, root, name, ret_text) < 0)
        return -1;
    if (*ret_text)
        return 0;
    answer_problem(request, PROBLEM_INVALID, name, "\"%s\" is missing", name);
    return -1;
}

static bool is_person(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+-";
    size_t n = strspn(name, allowed);
    return n > 0 && n <= ACTOR_BYTES && name[n] == '\0';
}

static int check_person(struct request *request, const char *name, const char *person)
{
    if (!person || is_person(person))
        return 0;
    answer_problem(request, PROBLEM_INVALID, name, "a person is named by an id such as \"ana\"");
    return -1;
}

int request_person(struct request *request, struct json root, const char *name, const char **ret_person)
{
    return request_text(request, root, name, ret_person) < 0 ? -1 : check_person(request, name, *ret_person);
}

int request_actor(struct request *request, struct json root, const char **ret_actor)
{
    const struct access *access = &request->access;
    const char *person;
    if (request_person(request, root, "as", &person) < 0)
        return -1;
    if (!person)
        person = request_header(request, "X-Crashcart-As");
    if (check_person(request, "as", person) < 0)
        return -1;
    if (!access->speaks_for_all && !access->is_local)
        person = access->person; /* nobody signs in to speak for another */
    *ret_actor = person             ? arena_printf(request->arena, "person:%s", person)
                 : access->is_local ? "local"
                 : !access->name    ? "token:admin"
                                    : arena_printf(request->arena, "token:%s", access->name);
    return 0;
}
