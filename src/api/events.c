#include "api/events.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/incident_json.h"
#include "api/server.h"
#include "api/stream.h"
#include "base/list.h"
#include "base/log.h"

enum {
    RECENT = 1024,           /* events that are kept written */
    PIECE = 256,             /* read from the ledger at once */
    PIECE_BYTES = 64 * 1024, /* about what a watcher is given at once */
    /* Proxies and clients take a line that is silent for long to be dead; and only by writing is it seen that
     * a client has gone. */
    ALIVE_US = 15 * 1000000,
    /* A thousand commits a second do not wake everybody a thousand times. */
    TOGETHER_US = 20 * 1000,
    CLIENT_WAITS_MS = 2000,
};

struct written {
    int64_t position, incident;
    struct buf text;
};

struct watch {
    struct stream stream;
    struct watchers *watchers;
    struct MHD_Connection *connection;
    struct http_thread *thread;
    int64_t position;     /* told up to there */
    int64_t incident;     /* 0: all */
    struct access access; /* whose texts are on the heap, or "" */
    struct sight sight;
    bool silent; /* for so long that it is told something: a comment */
    bool sleeps; /* its connection is suspended */
    struct watch *next, **back;
};

struct watchers {
    struct api *api;
    pthread_mutex_t lock; /* of all that follows, the watches too */
    struct watch *first;
    size_t n_sleeping;
    bool ending, news_wait;
    int64_t told_us, alive_us; /* when all were woken last */
    uint64_t n_news, n_read;   /* news that came; those that recent holds */
    struct written recent[RECENT];
    size_t n_recent;  /* at position p: recent[p % RECENT]; the last n_recent positions */
    int64_t position; /* of the newest in recent; -1: not known yet */
};

struct watchers *watchers_new(struct api *api)
{
    struct watchers *watchers = heap_alloc(sizeof *watchers);
    watchers->api = api;
    watchers->position = -1;
    watchers->n_news = 1;
    pthread_mutex_init(&watchers->lock, NULL);
    return watchers;
}

void watchers_free(struct watchers *watchers)
{
    for (size_t i = 0; i < RECENT; i++)
        buf_free(&watchers->recent[i].text);
    pthread_mutex_destroy(&watchers->lock);
    heap_free_(&watchers);
}

/* ---- with the lock held ---- */

static void wake_all(struct watchers *watchers, bool silent)
{
    for (struct watch *watch = watchers->first; watch; watch = watch->next) {
        watch->silent |= silent;
        if (!watch->sleeps)
            continue;
        watch->sleeps = false;
        MHD_resume_connection(watch->connection);
        http_thread_wake(watch->thread);
    }
    watchers->n_sleeping = 0;
    watchers->news_wait = false;
    watchers->told_us = clock_monotonic_us(watchers->api->clock);
}

static void write_event(struct buf *out, const struct event_row *row)
{
    buf_printf(out, "id: %lld\ndata: ", (long long)row->position);
    struct json_writer writer = jw_start(out);
    json_event(&writer, row);
    buf_puts(out, "\n\n");
}

static void keep(struct watchers *watchers, const struct event_row *row)
{
    struct written *written = &watchers->recent[row->position % RECENT];
    written->position = row->position;
    written->incident = row->incident;
    buf_clear(&written->text);
    write_event(&written->text, row);
    watchers->position = row->position;
    watchers->n_recent += watchers->n_recent < RECENT;
}

static void refresh(struct watchers *watchers, struct ledger *ledger)
{
    scoped_arena struct arena *arena = arena_new();
    uint64_t n_news = watchers->n_news;
    struct event_row *rows = NULL;
    size_t n = 0;
    struct err err = {0};
    int got = watchers->position < 0
                  ? ledger_last_position(ledger, &watchers->position, &err)
                  : ledger_events(ledger, arena, watchers->position, PIECE, &rows, &n, &err);
    for (size_t i = 0; got == 0 && i < n; i++)
        keep(watchers, &rows[i]);
    if (got == 0 && n < PIECE)
        watchers->n_read = n_news;
    if (got != 0)
        log_event(LOG_ERROR, "api.events", "error=%s", log_quote(err.text));
}

/* True: all that it is to hear is in recent. */
static bool is_recent(const struct watchers *watchers, const struct watch *watch)
{
    return watch->position >= watchers->position - (int64_t)watchers->n_recent;
}

/* Is it for them to hear? Who is kept to some services hears of the incidents of those. */
static bool hears(struct watch *watch, struct ledger *ledger, int64_t incident)
{
    if (watch->incident && incident != watch->incident)
        return false;
    return access_sees(&watch->access, ledger, &watch->sight, incident);
}

static void tell_recent(const struct watchers *watchers, struct watch *watch, struct ledger *ledger)
{
    while (watch->position < watchers->position && watch->stream.out.n_bytes < PIECE_BYTES) {
        const struct written *written = &watchers->recent[++watch->position % RECENT];
        if (hears(watch, ledger, written->incident))
            buf_add(&watch->stream.out, written->text.at, written->text.n_bytes);
    }
}

static void tell_from_ledger(struct watch *watch, struct ledger *ledger)
{
    scoped_arena struct arena *arena = arena_new();
    struct event_row *rows = NULL;
    size_t n = 0;
    struct err err = {0};
    if (ledger_events(ledger, arena, watch->position, PIECE, &rows, &n, &err) != 0)
        log_event(LOG_ERROR, "api.events", "error=%s", log_quote(err.text));
    for (size_t i = 0; i < n; i++) {
        watch->position = rows[i].position;
        if (hears(watch, ledger, rows[i].incident))
            write_event(&watch->stream.out, &rows[i]);
    }
}

/* False: nothing is left to tell now. */
static bool tell(struct watchers *watchers, struct watch *watch, struct ledger *ledger)
{
    if (watchers->n_read != watchers->n_news || watchers->position < 0)
        refresh(watchers, ledger);
    if (watchers->position < 0)
        return false;
    if (watch->position < 0 || watch->position > watchers->position) { /* from now on */
        watch->position = watchers->position;
        buf_printf(&watch->stream.out, "retry: %d\nid: %lld\n\n", CLIENT_WAITS_MS,
                   (long long)watch->position);
    }
    int64_t before = watch->position;
    if (is_recent(watchers, watch))
        tell_recent(watchers, watch, ledger);
    else
        tell_from_ledger(watch, ledger);
    return watch->position != before;
}

/* ---- a stream ---- */

static enum stream_got write_more(struct stream *stream)
{
    struct watch *watch = (struct watch *)stream;
    struct watchers *watchers = watch->watchers;
    struct ledger *ledger = api_take_ledger(watchers->api);
    pthread_mutex_lock(&watchers->lock);
    bool ended = watchers->ending;
    while (!ended && stream->out.n_bytes == 0 && ledger && tell(watchers, watch, ledger)) {
    }
    if (watch->silent && watch->access.key && ledger)
        ended |= !access_still_counts(ledger, watch->access.key, clock_wall_us(watchers->api->clock));
    if (!ended && stream->out.n_bytes == 0 && watch->silent)
        buf_puts(&stream->out, ":\n\n");
    watch->silent = false;
    if (!ended && stream->out.n_bytes == 0) {
        watch->sleeps = true;
        watchers->n_sleeping++;
        MHD_suspend_connection(watch->connection);
    }
    pthread_mutex_unlock(&watchers->lock);
    if (ledger)
        pool_give_ledger(watchers->api->pool, ledger);
    return ended ? STREAM_END : STREAM_MORE;
}

static void watch_free(struct stream *stream)
{
    struct watch *watch = (struct watch *)stream;
    struct watchers *watchers = watch->watchers;
    pthread_mutex_lock(&watchers->lock);
    *watch->back = watch->next;
    if (watch->next)
        watch->next->back = watch->back;
    pthread_mutex_unlock(&watchers->lock);
    heap_free_(&watch->access.services);
    heap_free_(&watch->access.key);
    heap_free_(&watch);
}

static int read_position(struct request *request, int64_t *ret_position)
{
    const char *id = request_header(request, "Last-Event-ID");
    char *end;
    if (request_query_number(request, "after", -1, INT64_MAX, ret_position) < 0)
        return -1;
    if (!id)
        return 0;
    *ret_position = strtoll(id, &end, 10);
    if (end != id && *end == '\0' && *ret_position >= 0)
        return 0;
    answer_problem(request, PROBLEM_BAD_REQUEST, "Last-Event-ID",
                   "Last-Event-ID is the id of an event that came");
    return -1;
}

void get_events(struct request *request)
{
    struct watchers *watchers = request->api->watchers;
    int64_t position, incident;
    if (read_position(request, &position) < 0 ||
        request_query_number(request, "incident", 0, INT64_MAX, &incident) < 0)
        return;
    struct watch *watch = heap_alloc(sizeof *watch);
    *watch = (struct watch){.stream = {.write_more = write_more, .free = watch_free},
                            .watchers = watchers,
                            .connection = request->connection,
                            .thread = request->thread,
                            .position = position,
                            .incident = incident,
                            .access = {.services = heap_strdup(request->access.services),
                                       .key = request->access.key ? heap_strdup(request->access.key) : NULL}};
    pthread_mutex_lock(&watchers->lock);
    watch->back = &watchers->first;
    watch->next = watchers->first;
    if (!watchers->first)
        watchers->alive_us = clock_monotonic_us(request->api->clock);
    if (watch->next)
        watch->next->back = &watch->next;
    watchers->first = watch;
    pthread_mutex_unlock(&watchers->lock);
    answer_stream(request, "text/event-stream", &watch->stream);
}

/* ---- from outside ---- */

void watchers_news(struct watchers *watchers)
{
    pthread_mutex_lock(&watchers->lock);
    watchers->n_news++;
    bool now = clock_monotonic_us(watchers->api->clock) - watchers->told_us >= TOGETHER_US;
    struct http_thread *later =
        watchers->first && !now && !watchers->news_wait ? watchers->first->thread : NULL;
    watchers->news_wait = watchers->first && !now;
    if (watchers->n_sleeping && now)
        wake_all(watchers, false);
    if (later)
        http_thread_wake(later); /* it sleeps no longer than until then */
    pthread_mutex_unlock(&watchers->lock);
}

void watchers_end(struct watchers *watchers)
{
    pthread_mutex_lock(&watchers->lock);
    watchers->ending = true;
    wake_all(watchers, false);
    pthread_mutex_unlock(&watchers->lock);
}

int watchers_tick(struct watchers *watchers)
{
    int64_t now_us = clock_monotonic_us(watchers->api->clock);
    int64_t wait_us = -1;
    pthread_mutex_lock(&watchers->lock);
    if (watchers->first) {
        bool silent = now_us - watchers->alive_us >= ALIVE_US;
        if (silent)
            watchers->alive_us = now_us;
        if (silent || (watchers->news_wait && now_us - watchers->told_us >= TOGETHER_US))
            wake_all(watchers, silent);
        wait_us = watchers->news_wait ? watchers->told_us + TOGETHER_US - now_us
                                      : watchers->alive_us + ALIVE_US - now_us;
    }
    pthread_mutex_unlock(&watchers->lock);
    return wait_us < 0 ? -1 : (int)(wait_us / 1000 + 1);
}
