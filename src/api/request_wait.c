/* A request waits, for the engine mostly: without a thread, and without the system calls that suspending its
 * connection costs where the answer comes with the next commit. */
#include "api/handlers.h"
#include "api/server.h"

enum { HELD_ROUNDS = 64 /* of its thread's loop; who waits for longer is suspended */ };

/* Any thread. */
static void go_on(struct request *request, enum request_state state)
{
    struct http_thread *thread = request->thread;
    struct MHD_Connection *connection = request->connection;
    int before = atomic_exchange(&request->state, state); /* from here on the request may be gone */
    if (before == REQUEST_LEFT)
        request_done(request);
    else if (before != REQUEST_HELD)
        MHD_resume_connection(connection);
    http_thread_wake(thread);
    pool_end(thread->api->pool, USE_SUBMITTED);
}

static void begun(void *context)
{
    go_on(context, REQUEST_RECEIVING);
}

/* Whoever asks what there is must not be told of the moment before the restart was over. Alerts wait for
 * nothing. */
bool request_waits_for_start(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    if (request->route->auth == AUTH_OPEN || request->route->decided == answer_alerts ||
        !backend->not_begun || !backend->not_begun(backend->core, NULL, NULL))
        return false;
    pool_begin(request->api->pool, USE_SUBMITTED);
    atomic_store(&request->state, REQUEST_WAITING);
    MHD_suspend_connection(request->connection);
    if (!backend->not_begun(backend->core, begun, request))
        begun(request);
    return true;
}

static void held_no_more(struct request *request)
{
    request->thread->n_held -= request->held;
    request->held = false;
}

static void suspend_held(struct request *request)
{
    int held = REQUEST_HELD;
    MHD_suspend_connection(request->connection);
    held_no_more(request);
    if (!atomic_compare_exchange_strong(&request->state, &held, REQUEST_SUBMITTED))
        MHD_resume_connection(request->connection);
}

bool request_still_waits(struct request *request)
{
    int state = atomic_load(&request->state);
    if (state == REQUEST_HELD && ++request->n_rounds > HELD_ROUNDS)
        suspend_held(request);
    else if (state == REQUEST_DECIDED)
        held_no_more(request);
    return state == REQUEST_HELD || state == REQUEST_WAITING || state == REQUEST_SUBMITTED;
}

bool request_may_go(struct request *request)
{
    int held = REQUEST_HELD;
    held_no_more(request);
    return !atomic_compare_exchange_strong(&request->state, &held, REQUEST_LEFT);
}

void request_decided(struct request *request, const struct outcome *outcome)
{
    request->outcome = *outcome;
    go_on(request, REQUEST_DECIDED);
}

static void decided(void *context, const struct outcome *outcome)
{
    request_decided(context, outcome);
}

static void suspend(struct request *request)
{
    request_drop_ledger(request);
    pool_begin(request->api->pool, USE_SUBMITTED);
    atomic_store(&request->state, REQUEST_SUBMITTED);
    MHD_suspend_connection(request->connection);
}

/* What the engine answers at its next commit is worth neither the two system calls by which its connection is
 * suspended nor the one by which the library then looks whether anything came meanwhile. */
static void hold(struct request *request)
{
    request_drop_ledger(request);
    pool_begin(request->api->pool, USE_SUBMITTED);
    request->held = true;
    request->thread->n_held++;
    atomic_store(&request->state, REQUEST_HELD);
}

static const struct outcome full = {.code = OUTCOME_UNAVAILABLE,
                                    .message = "more is waiting than can be taken; try again"};

void request_work(struct request *request, void (*work)(struct request *request))
{
    suspend(request);
    if (!door_take(request->api->door, request, work))
        request_decided(request, &full);
}

static void provider_answered(void *context)
{
    struct request *request = context;
    if (!door_take(request->api->door, request, request->work_next))
        request_decided(request, &full);
}

bool request_work_after_provider(struct request *request, const struct api_provider_question *question,
                                 struct api_provider_answer *ret_answer,
                                 void (*work)(struct request *request))
{
    const struct api_backend *backend = &request->api->backend;
    if (!backend->ask_provider)
        return false;
    request->work_next = work;
    suspend(request);
    if (backend->ask_provider(backend->core, question, request->arena, ret_answer, provider_answered,
                              request) < 0)
        request_decided(request, &full);
    return true;
}

void request_submit_suspended(struct request *request)
{
    const struct api_backend *backend = &request->api->backend;
    request->input.once = request->once;
    if (backend->submit(backend->core, &request->input, NULL, NULL, 0, decided, request) < 0)
        request_decided(request, &full);
    else if (backend->wake)
        backend->wake(backend->core);
}

void request_submit(struct request *request, const struct intake_format *format)
{
    const struct api_backend *backend = &request->api->backend;
    const char *body = format ? buf_text(&request->body) : NULL;
    size_t n_bytes = format ? request->body.n_bytes : 0;
    struct http_thread *thread = request->thread;
    size_t n_alerts = request->batch.n_alerts;
    request->input.once = request->once;
    hold(request);
    if (backend->submit(backend->core, &request->input, format, body, n_bytes, decided, request) < 0)
        decided(request, &full);
    http_thread_has_submitted(thread, n_alerts); /* the request is the engine's */
}
