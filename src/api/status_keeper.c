#include "api/status_keeper.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "api/server.h"
#include "base/log.h"
#include "base/must.h"
#include "base/thread.h"
#include "ledger/update.h"
#include "update/status_files.h"

enum {
    UPDATES_LIMIT = 300,
    MOST_FORMATS = 16,
    SOON_MS = 1000,           /* after a change: a storm of commits is no reason to read at each of them */
    LATER_MS = 30000,         /* without one: windows of maintenance begin and end */
    FIRST_MS = 200,           /* until the runbooks and the configuration are there */
    CONNECTIONS_OF_ONE = 256, /* a proxy has many */
    CONNECTION_BYTES = 16 * 1024,
    IDLE_TIME_S = 10,
};

struct status_keeper {
    struct api *api;
    const char *folder;
    struct MHD_Daemon *daemon; /* of its own address, or NULL */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ending, news;
    enum status_kept state;
    struct buf pages[MOST_FORMATS]; /* in the order of status_formats */
    bool folder_failed;
};

/* ---- reading ---- */

struct reading_page {
    struct arena *arena;
    struct status_input input;
    struct buf *pages;
    bool exists;
};

static int read_incidents(struct reading_page *page, struct ledger *ledger, struct err *err)
{
    struct arena *arena = page->arena;
    struct update *updates = NULL;
    int got = ledger_updates(ledger, arena, LEDGER_UPDATES_ON_PAGE, UPDATES_LIMIT, &updates,
                             &page->input.n_updates, err);
    struct incident *incidents = arena_alloc(arena, (page->input.n_updates + 1) * sizeof *incidents);
    size_t n = 0;
    for (size_t i = 0; got == 0 && i < page->input.n_updates; i++) {
        bool known = false;
        for (size_t k = 0; k < n && !known; k++)
            known = incidents[k].number == updates[i].incident;
        if (!known)
            got = ledger_incident(ledger, arena, updates[i].incident, &incidents[n++], err);
    }
    page->input.updates = updates;
    page->input.incidents = incidents;
    page->input.n_incidents = n;
    return got;
}

static void write_pages(void *context, const struct config *config, const struct library *library)
{
    struct reading_page *page = context;
    (void)library;
    page->exists = config->status_page.title != NULL;
    if (!page->exists)
        return;
    page->input.config = config;
    page->input.url = config->status_page.url ? config->status_page.url
                                              : arena_printf(page->arena, "%s/status",
                                                             config->public_url ? config->public_url : "");
    for (size_t i = 0; status_formats[i].path; i++)
        status_formats[i].write(&page->pages[i], &page->input);
}

/* -1: it cannot be read now, and stays as it was. */
static int read_page(struct status_keeper *keeper, struct reading_page *page, enum status_kept *ret_state)
{
    struct api *api = keeper->api;
    struct err err = {0};
    struct ledger *ledger = api_take_ledger(api);
    if (!ledger)
        return -1;
    page->input.now_us = clock_wall_us(api->clock);
    page->input.instance = arena_strdup(page->arena, ledger_instance(ledger));
    int got = read_incidents(page, ledger, &err);
    api_give_ledger(api, ledger);
    if (got != 0) {
        log_event(LOG_ERROR, "status_page.not_read", "error=%s", log_quote(err.text));
        return -1;
    }
    bool there = api->backend.ask_site(api->backend.core, write_pages, page);
    *ret_state = !there ? STATUS_NOT_YET : page->exists ? STATUS_KEPT : STATUS_NONE;
    return 0;
}

/* ---- keeping ---- */

static bool same(const struct buf *a, const struct buf *b)
{
    return a->n_bytes == b->n_bytes && (a->n_bytes == 0 || memcmp(a->at, b->at, a->n_bytes) == 0);
}

/* The page, and not what only tells the time of writing. */
static void write_folder(struct status_keeper *keeper, const struct buf *pages)
{
    struct err err = {0};
    bool failed = status_files_write(keeper->folder, pages, &err) != 0;
    if (failed && !keeper->folder_failed)
        log_event(LOG_ERROR, "status_page.not_written", "error=%s", log_quote(err.text));
    keeper->folder_failed = failed;
}

/* False: to be tried again soon. */
static bool refresh(struct status_keeper *keeper)
{
    struct buf pages[MOST_FORMATS] = {0};
    enum status_kept state = STATUS_NOT_YET;
    scoped_arena struct arena *arena = arena_new();
    struct reading_page page = {.arena = arena, .pages = pages};
    bool got = read_page(keeper, &page, &state) == 0;
    if (got) {
        bool differs = state == STATUS_KEPT && (keeper->folder_failed || !same(&pages[0], &keeper->pages[0]));
        pthread_mutex_lock(&keeper->lock);
        keeper->state = state;
        for (size_t i = 0; i < MOST_FORMATS; i++) {
            struct buf old = keeper->pages[i];
            keeper->pages[i] = pages[i];
            pages[i] = old;
        }
        pthread_mutex_unlock(&keeper->lock);
        if (differs && keeper->folder)
            write_folder(keeper, keeper->pages); /* nobody else changes them */
    }
    for (size_t i = 0; i < MOST_FORMATS; i++)
        buf_free(&pages[i]);
    return got && !keeper->folder_failed;
}

static void wait_ms(struct status_keeper *keeper, long ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_cond_timedwait(&keeper->changed, &keeper->lock, &until);
}

static int64_t now_ms(void)
{
    return clock_monotonic_us(clock_system()) / 1000;
}

static void *keep(void *context)
{
    struct status_keeper *keeper = context;
    int64_t read_ms = 0;
    bool again = false;
    pthread_mutex_lock(&keeper->lock);
    while (!keeper->ending) {
        bool soon = keeper->state != STATUS_NONE && (keeper->news || again);
        int64_t pause_ms = keeper->state == STATUS_NOT_YET ? FIRST_MS : soon ? SOON_MS : LATER_MS;
        int64_t left_ms = read_ms ? read_ms + pause_ms - now_ms() : 0;
        if (left_ms > 0) {
            wait_ms(keeper, (long)left_ms);
            continue;
        }
        keeper->news = false;
        pthread_mutex_unlock(&keeper->lock);
        again = !refresh(keeper);
        read_ms = now_ms();
        pthread_mutex_lock(&keeper->lock);
    }
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

/* ---- its own address ---- */

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status, const char *type,
                              bool for_any_site, struct buf *body)
{
    size_t n_bytes = body->n_bytes;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(n_bytes, buf_steal(body), MHD_RESPMEM_MUST_FREE);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
                            status == MHD_HTTP_OK ? "public, max-age=10" : "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Content-Security-Policy",
                            "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'");
    if (for_any_site)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *n_upload, void **request_of)
{
    static int seen;
    struct status_keeper *keeper = context;
    struct buf body = {0};
    (void)version;
    (void)upload;
    if (!*request_of) {
        *request_of = &seen;
        return MHD_YES;
    }
    if (*n_upload) { /* a body is of no use here */
        *n_upload = 0;
        return MHD_YES;
    }
    const struct status_format *format = status_format_of(strcmp(url, "/") == 0 ? "/status" : url);
    bool reads = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    unsigned status = !reads ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND;
    if (reads && format)
        switch (status_keeper_copy(keeper, format, &body)) {
        case STATUS_KEPT:
            return answer(connection, MHD_HTTP_OK, format->type, format->is_for_programs, &body);
        case STATUS_NOT_YET:
            status = MHD_HTTP_SERVICE_UNAVAILABLE;
            break;
        default:
            break;
        }
    buf_printf(&body, "%u: here is the status page, and nothing else.\n", status);
    return answer(connection, status, "text/plain; charset=utf-8", false, &body);
}

static int serve(struct status_keeper *keeper, int listen_fd, struct err *err)
{
    keeper->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, keeper,
        MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)API_STATUS_CONNECTIONS,
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_OF_ONE, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE_TIME_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    return keeper->daemon ? 0 : err_set(err, "the server of the status page does not start");
}

/* ---- its life ---- */

int status_keeper_start(struct api *api, int listen_fd, const char *folder, struct status_keeper **ret_keeper,
                        struct err *err)
{
    struct status_keeper *keeper = heap_alloc(sizeof *keeper);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&keeper->lock, NULL);
    keeper->api = api;
    keeper->folder = folder;
    keeper->state = STATUS_NOT_YET;
    must(status_files_count() <= MOST_FORMATS);
    int failed = listen_fd > 0 ? serve(keeper, listen_fd, err) : 0;
    if (failed == 0 && (errno = thread_start(&keeper->thread, keep, keeper)) != 0)
        failed = err_set(err, "the thread of the status page does not start: %s", strerror(errno));
    if (failed == 0) {
        *ret_keeper = keeper;
        return 0;
    }
    if (keeper->daemon)
        MHD_stop_daemon(keeper->daemon);
    heap_free_(&keeper);
    return -1;
}

void status_keeper_stop(struct status_keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->ending = true;
    pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
    pthread_join(keeper->thread, NULL);
    if (keeper->daemon)
        MHD_stop_daemon(keeper->daemon);
    for (size_t i = 0; i < MOST_FORMATS; i++)
        buf_free(&keeper->pages[i]);
    pthread_cond_destroy(&keeper->changed);
    pthread_mutex_destroy(&keeper->lock);
    heap_free_(&keeper);
}

void status_keeper_news(struct status_keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    bool wakes = !keeper->news && keeper->state != STATUS_NONE;
    keeper->news = true;
    if (wakes)
        pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->lock);
}

enum status_kept status_keeper_copy(struct status_keeper *keeper, const struct status_format *format,
                                    struct buf *out)
{
    pthread_mutex_lock(&keeper->lock);
    enum status_kept state = keeper->state;
    if (state == STATUS_KEPT)
        buf_add(out, keeper->pages[format - status_formats].at,
                keeper->pages[format - status_formats].n_bytes);
    pthread_mutex_unlock(&keeper->lock);
    return state;
}
