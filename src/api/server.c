/* The HTTP server: a few threads, each serving its own connections (api/http_thread.h). A request that
 * waits for the engine is suspended and costs no thread. Closed on purpose: what is slow, what is too large,
 * and more connections than the limit; never what is merely busy (that is 503 with Retry-After). */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/handlers.h"
#include "api/query.h"
#include "api/server.h"
#include "api/session.h"
#include "api/stream.h"
#include "api/tls.h"
#include "base/hash.h"
#include "base/log.h"

enum {
    THREADS = 2,
    /* Without the descriptor by which the library's own loop is woken (MHD_USE_ITC). */
    SUSPEND_RESUME = MHD_ALLOW_SUSPEND_RESUME & ~MHD_USE_ITC,
    CONNECTION_BYTES =
        16 * 1024, /* header, and the piece of the body that is read at once; cleared a request */
    /* Not a multiple of the intervals at which Prometheus sends (15 s, 1 min): a connection closed in the
     * moment of the next POST would lose it. */
    IDLE_TIME_S = 13,
    STOP_TIME_S = 5,
};

/* What a page from here may do: draw itself from this server. */
static void add_browser_headers(const struct answer *answer, struct MHD_Response *response)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
         "manifest-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action "
         "'self'"},
        {"Referrer-Policy", "no-referrer"},
        {"X-Frame-Options", "DENY"},
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy",
                            answer->is_for_any_site ? "cross-origin" : "same-origin");
    if (answer->is_for_any_site)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if (!answer->is_nobodys_window)
        MHD_add_response_header(response, "Cross-Origin-Opener-Policy", "same-origin");
}

static void add_headers(const struct request *request, struct MHD_Response *response)
{
    const struct answer *answer = &request->answer;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
                            answer->lasts ? "public, max-age=31536000, immutable" : "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (answer->lasts)
        MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    if (answer->encoding)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_ENCODING, answer->encoding);
    if (*session_if_secure(request))
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (answer->content_type)
        add_browser_headers(answer, response);
    if (answer->location)
        MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, answer->location);
    if (answer->cookie)
        MHD_add_response_header(response, MHD_HTTP_HEADER_SET_COOKIE, answer->cookie);
    if (answer->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->content_type);
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, request->allow);
    if (answer->status == MHD_HTTP_UNAUTHORIZED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    if (answer->status == MHD_HTTP_SERVICE_UNAVAILABLE)
        MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "5");
    if (pool_stopping(request->api->pool))
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

/* What was read may be asked for again with If-None-Match: then only whether it has changed is answered
 * (RFC 9110, 13.1.2). ret_tag is "" for what has no tag. */
static void tag_answer(struct request *request, char ret_tag[TAG_HEX_BYTES + 2])
{
    struct answer *answer = &request->answer;
    char hex[TAG_HEX_BYTES];
    *ret_tag = '\0';
    if (answer->status != MHD_HTTP_OK || answer->stream || !request->route ||
        request->route->auth < AUTH_READ || strcmp(request->route->method, "GET") != 0)
        return;
    if (!answer->tag)
        tag_hex(answer->body.at, answer->body.n_bytes, hex);
    snprintf(ret_tag, TAG_HEX_BYTES + 2, "\"%s\"", answer->tag ? answer->tag : hex);
    const char *known = request_header(request, MHD_HTTP_HEADER_IF_NONE_MATCH);
    if (known && (strcmp(known, "*") == 0 || strstr(known, ret_tag))) {
        answer->status = MHD_HTTP_NOT_MODIFIED;
        buf_clear(&answer->body);
    }
}

static enum MHD_Result send_answer(struct request *request)
{
    struct answer *answer = &request->answer;
    struct api *api = request->api;
    char tag[TAG_HEX_BYTES + 2];
    tag_answer(request, tag);
    metrics_count(&api->metrics, request->route, answer->status);
    if (answer->status == MHD_HTTP_OK && request->route && request->route->decided == answer_alerts)
        histogram_add(&api->metrics.alerts, clock_monotonic_us(api->clock) - request->began_us);
    if (answer->status == MHD_HTTP_OK && !answer->content_type && !pool_stopping(api->pool))
        return MHD_queue_response(request->connection, MHD_HTTP_OK, api->empty);
    size_t n_bytes = answer->body.n_bytes;
    struct stream *stream = answer->stream;
    answer->stream = NULL;
    struct MHD_Response *response =
        stream ? MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, CONNECTION_BYTES / 2, stream_read,
                                                   stream, stream_free)
               : MHD_create_response_from_buffer(n_bytes, buf_steal(&answer->body), MHD_RESPMEM_MUST_FREE);
    if (!response)
        return MHD_NO;
    add_headers(request, response);
    if (*tag)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ETAG, tag);
    enum MHD_Result queued = MHD_queue_response(request->connection, answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *n_upload, void **request_of)
{
    struct http_thread *thread = context;
    struct request *request = *request_of;
    (void)version;
    if (!request) {
        http_thread_goes_on(thread);
        *request_of = request = request_new(thread, connection);
        connection_waits(connection, 0);
        request_admit(request, method, url);
        return request_is_hopeless(request) ? send_answer(request) : MHD_YES;
    }
    if (*n_upload) {
        http_thread_goes_on(thread);
        size_t n_bytes = *n_upload;
        *n_upload = 0;
        return request_receive(request, upload, n_bytes) < 0 ? MHD_NO : MHD_YES;
    }
    if (request_still_waits(request))
        return MHD_YES;
    http_thread_goes_on(thread);
    if (atomic_load(&request->state) == REQUEST_DECIDED)
        request_finish(request);
    else if (request_run(request))
        return MHD_YES;
    return send_answer(request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_of,
                         enum MHD_RequestTerminationCode why)
{
    struct http_thread *thread = context;
    struct request *request = *request_of;
    (void)why;
    http_thread_goes_on(thread);
    if (request && request_may_go(request))
        request_done(request);
    connection_waits(connection, clock_monotonic_us(thread->api->clock));
    *request_of = NULL;
}

static struct api *api_new(const struct api_options *options, const struct api_backend *backend,
                           unsigned n_connections, unsigned n_threads)
{
    struct api *api = heap_alloc(sizeof *api);
    api->backend = *backend;
    api->ledger = options->ledger;
    api->readers_given = options->n_readers > 0;
    snprintf(api->token, sizeof api->token, "%s", options->token);
    link_key_make(api->token, &api->links);
    if (options->slack_secret)
        snprintf(api->slack_secret, sizeof api->slack_secret, "%s", options->slack_secret);
    if (options->twilio_secret)
        snprintf(api->twilio_secret, sizeof api->twilio_secret, "%s", options->twilio_secret);
    api->clock = options->clock;
    api->started_us = clock_wall_us(options->clock);
    api->pool = pool_new();
    for (size_t i = 0; i < options->n_readers; i++)
        pool_give_ledger(api->pool, options->readers[i]);
    api->listen_fd = options->listen_fd;
    api->threads = heap_alloc(n_threads * sizeof *api->threads);
    api->n_threads = n_threads;
    api->connections = connections_new(options->clock, n_connections);
    api->watchers = watchers_new(api);
    api->known = known_new();
    api->door = door_new();
    api->proving = proving_new(api);
    api->throttle = throttle_new();
    api->spent_tickets = spent_tickets_new();
    metrics_start(&api->metrics);
    api->empty = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(api->empty, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    MHD_add_response_header(api->empty, "X-Content-Type-Options", "nosniff");
    return api;
}

static void api_free(struct api *api)
{
    MHD_destroy_response(api->empty);
    door_free(api->door);
    proving_free(api->proving);
    pool_free(api->pool);
    connections_free(api->connections);
    watchers_free(api->watchers);
    known_free(api->known);
    throttle_free(api->throttle);
    spent_tickets_free(api->spent_tickets);
    metrics_end(&api->metrics);
    tls_free(api->tls);
    heap_free_(&api->threads);
    heap_free_(&api);
}

void api_prepare(void)
{
    microhttpd_library();
}

void api_prepare_tls(void)
{
    gnutls_library();
}

static void threads_close(struct api *api)
{
    for (unsigned i = 0; i < api->n_threads; i++)
        http_thread_end(&api->threads[i]);
    for (unsigned i = 0; i < api->n_threads; i++)
        if (api->threads[i].daemon)
            MHD_stop_daemon(api->threads[i].daemon);
    close(api->listen_fd);
}

static int thread_open(struct api *api, struct http_thread *thread, unsigned n_connections,
                       unsigned idle_time_s, struct err *err)
{
    static char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    const struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)tls_retrieve},
                                         {MHD_OPTION_HTTPS_PRIORITIES, 0, versions},
                                         {MHD_OPTION_END, 0, NULL}};
    const struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    thread->api = api;
    thread->listen_fd = api->listen_fd;
    thread->n_limit = n_connections;
    thread->daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_TURBO | MHD_USE_NO_LISTEN_SOCKET | SUSPEND_RESUME |
                             (api->tls ? MHD_USE_TLS : 0),
                         0, NULL, NULL, on_request, thread, MHD_OPTION_CONNECTION_LIMIT, n_connections,
                         MHD_OPTION_PER_IP_CONNECTION_LIMIT, n_connections / 2, MHD_OPTION_CONNECTION_TIMEOUT,
                         idle_time_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                         MHD_OPTION_NOTIFY_COMPLETED, on_completed, thread, MHD_OPTION_NOTIFY_CONNECTION,
                         connections_notify, api->connections, MHD_OPTION_UNESCAPE_CALLBACK, query_unescape,
                         NULL, MHD_OPTION_ARRAY, api->tls ? tls : plain, MHD_OPTION_END);
    if (thread->daemon)
        return http_thread_start(thread, err);
    return err_set(err, "the HTTP server does not start: too few file descriptors (ulimit -n)");
}

int api_start(const struct api_options *options, const struct api_backend *backend, struct api **ret_api,
              struct err *err)
{
    unsigned n_threads = options->n_threads ? options->n_threads : THREADS;
    unsigned n_connections = options->n_connections ? options->n_connections : API_CONNECTIONS;
    unsigned idle_time_s = options->idle_time_s ? options->idle_time_s : IDLE_TIME_S;
    struct api *api = api_new(options, backend, n_connections, n_threads);
    if (options->certificate &&
        tls_new(options->certificate, options->key, options->clock, &api->tls, err) < 0) {
        api_free(api);
        return err_prefix(err, "tls: ");
    }
    if (status_keeper_start(api, options->status_fd, options->status_folder, &api->status, err) < 0) {
        api_free(api);
        return -1;
    }
    fcntl(options->listen_fd, F_SETFL, O_NONBLOCK); /* several threads race for each connection */
    for (unsigned i = 0; i < n_threads; i++)
        if (thread_open(api, &api->threads[i], n_connections / n_threads, idle_time_s, err) < 0) {
            threads_close(api);
            status_keeper_stop(api->status);
            api_free(api);
            return -1;
        }
    *ret_api = api;
    return 0;
}

void api_hold_answers(struct api *api)
{
    if (api)
        atomic_store(&api->answers_held, true);
}

void api_give_answers(struct api *api)
{
    if (!api)
        return;
    atomic_store(&api->answers_held, false);
    for (unsigned i = 0; i < api->n_threads; i++)
        http_thread_wake_held(&api->threads[i]);
}

void api_news(struct api *api)
{
    if (!api)
        return;
    known_forget(api->known);
    watchers_news(api->watchers);
    status_keeper_news(api->status);
}

void api_stop(struct api *api)
{
    if (!api)
        return;
    /* From here on requests are answered 503. MHD_quiesce_daemon() would refuse connections instead, but with
     * a pool of threads it races with them and ends the program ("Failed to remove listen FD from epoll set",
     * libmicrohttpd 0.9.75). */
    pool_stop(api->pool);
    proving_stop(api->proving);
    watchers_end(api->watchers);
    pool_wait_idle(api->pool, USE_REQUEST, STOP_TIME_S);
    if (!pool_wait_idle(api->pool, USE_SUBMITTED, 0)) {
        log_event(LOG_ERROR, "api.stop", "error=%s", log_quote("requests still wait for the engine"));
        return;
    }
    threads_close(api);
    status_keeper_stop(api->status);
    api_free(api);
}
