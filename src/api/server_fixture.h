/* For tests: the server over real sockets, with a real engine and ledger behind it, on a thread of their own.
 * The backend is the smallest that keeps the contract, and can be told to hold, to be full and to fail. */
#pragma once

#include <ftw.h>
#include <stdatomic.h>

#include "api/http_fixture.h"
#include "config/config.h"

enum mode { MODE_DONE, MODE_HOLD, MODE_FULL, MODE_UNAVAILABLE, MODE_STOPS };

struct backend {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    enum mode mode;
    bool stopping;
    struct {
        const struct input *input;
        void (*done)(void *context, const struct outcome *outcome);
        void *context;
    } waiting[64];
    size_t n_waiting;
    size_t n_submitted, n_alerts;
    struct input last;
    char actor[80], text[200], format[40];
    char once_key[65], once_sha256[65]; /* "": it had none */
    struct buf body;
};

static struct backend backend;
static const char *configuration; /* NULL: the defaults */
static struct config *config;
static struct engine *engine;
static struct ledger *ledger;
static char folder[64];
static struct api *api;
static unsigned port;

static int submit(void *core, const struct input *input, const struct intake_format *format, const char *body,
                  size_t n_bytes, void (*done)(void *context, const struct outcome *outcome), void *context)
{
    struct backend *b = core;
    pthread_mutex_lock(&b->lock);
    bool full = b->mode == MODE_FULL;
    if (!full) {
        b->n_submitted++;
        b->last = *input;
        b->n_alerts += input->batch ? input->batch->n_alerts : 0;
        snprintf(b->actor, sizeof b->actor, "%s", input->actor);
        snprintf(b->text, sizeof b->text, "%s", input->text ? input->text : "");
        snprintf(b->once_key, sizeof b->once_key, "%s", input->once ? input->once->key : "");
        snprintf(b->once_sha256, sizeof b->once_sha256, "%s", input->once ? input->once->sha256 : "");
        snprintf(b->format, sizeof b->format, "%s", format ? format->name : "");
        buf_clear(&b->body);
        buf_add(&b->body, body ? body : "", n_bytes);
        b->waiting[b->n_waiting].input = input;
        b->waiting[b->n_waiting].done = done;
        b->waiting[b->n_waiting++].context = context;
        pthread_cond_broadcast(&b->changed);
    }
    pthread_mutex_unlock(&b->lock);
    return full ? -1 : 0;
}

/* One input, one transaction. */
static struct outcome decide(const struct input *input)
{
    scoped_arena struct arena *arena = arena_new();
    struct decisions decisions = {.arena = arena};
    int64_t now_us = clock_wall_us(clock_system());
    struct err err = {0};
    engine_decide(engine, input, now_us, &decisions);
    if (ledger_begin(ledger, &err) != 0 || ledger_record(ledger, &decisions, now_us, &err) != 0 ||
        ledger_commit(ledger, &err) != 0)
        fprintf(stderr, "%s\n", err.text);
    else
        api_news(api);
    return decisions.outcome;
}

static void *work(void *context)
{
    struct backend *b = context;
    pthread_mutex_lock(&b->lock);
    while (!b->stopping || b->n_waiting) {
        if (b->n_waiting == 0 || (b->mode == MODE_HOLD && !b->stopping)) {
            pthread_cond_wait(&b->changed, &b->lock);
            continue;
        }
        struct outcome outcome = {.code = OUTCOME_UNAVAILABLE, .message = "the disk is full"};
        size_t i = --b->n_waiting;
        void (*done)(void *, const struct outcome *) = b->waiting[i].done;
        void *of = b->waiting[i].context;
        if (b->mode != MODE_UNAVAILABLE)
            outcome = decide(b->waiting[i].input);
        pthread_mutex_unlock(&b->lock);
        done(of, &outcome);
        pthread_mutex_lock(&b->lock);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

static bool ask(void *core, void (*question)(void *context, const struct engine *engine), void *context)
{
    struct backend *b = core;
    pthread_mutex_lock(&b->lock);
    bool put = b->mode != MODE_STOPS;
    if (put)
        question(context, engine);
    pthread_mutex_unlock(&b->lock);
    return put;
}

static bool ask_site(void *core,
                     void (*question)(void *context, const struct config *config,
                                      const struct library *library),
                     void *context)
{
    struct backend *b = core;
    pthread_mutex_lock(&b->lock);
    question(context, config, NULL);
    pthread_mutex_unlock(&b->lock);
    return true;
}

static bool is_ready(void *core)
{
    return core != NULL;
}

static __attribute__((unused)) void set_mode(enum mode mode)
{
    pthread_mutex_lock(&backend.lock);
    backend.mode = mode;
    pthread_cond_broadcast(&backend.changed);
    pthread_mutex_unlock(&backend.lock);
}

static void start_backend(void)
{
    struct config_errors errors = {0};
    struct err err;
    snprintf(folder, sizeof folder, "/tmp/crashcart-api-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(ledger_open(&(struct ledger_place){.data_dir = folder}, &ledger, &err), 0);
    config = config_parse(configuration ? "c.yaml" : NULL, configuration,
                          configuration ? strlen(configuration) : 0, &errors);
    assert_non_null(config);
    engine = engine_new(config, NULL);
    backend = (struct backend){0};
    pthread_mutex_init(&backend.lock, NULL);
    pthread_cond_init(&backend.changed, NULL);
    pthread_create(&backend.thread, NULL, work, &backend);
}

static void start_with(struct api_options options)
{
    struct api_backend table = {
        .core = &backend, .submit = submit, .ask = ask, .ready = is_ready, .ask_site = ask_site};
    struct err err;
    start_backend();
    options.listen_fd = http_listen(&port);
    options.ledger.data_dir = folder;
    options.token = TOKEN;
    if (api_start(&options, &table, &api, &err) < 0)
        fail_msg("%s", err.text);
}

static __attribute__((unused)) int start(void **state)
{
    (void)state;
    start_with((struct api_options){.clock = clock_system(), .idle_time_s = 5});
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

static int stop(void **state)
{
    (void)state;
    pthread_mutex_lock(&backend.lock);
    backend.stopping = true;
    pthread_cond_broadcast(&backend.changed);
    pthread_mutex_unlock(&backend.lock);
    pthread_join(backend.thread, NULL);
    api_stop(api);
    engine_free(engine);
    ledger_close(ledger);
    config_free(config);
    buf_free(&backend.body);
    pthread_cond_destroy(&backend.changed);
    pthread_mutex_destroy(&backend.lock);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    backend = (struct backend){0}; /* what only it still points to is a leak */
    return 0;
}

/* ---- what is expected ---- */

static __attribute__((unused)) struct http_answer post(const char *path, const char *body)
{
    return http_send(port, &(struct http_request){.method = "POST", .path = path, .body = body});
}

static __attribute__((unused)) struct http_answer get(const char *path)
{
    return http_send(port, &(struct http_request){.method = "GET", .path = path});
}

static __attribute__((unused)) void assert_says(const struct http_answer *answer, long status,
                                                const char *words)
{
    if (answer->status != status || !strstr(buf_text(&answer->body), words))
        fail_msg("%ld %s; expected %ld and \"%s\"", answer->status, buf_text(&answer->body), status, words);
}

static __attribute__((unused)) void assert_posted(const char *path, const char *body, long status,
                                                  const char *words)
{
    scoped_answer struct http_answer answer = post(path, body);
    assert_says(&answer, status, words);
}

static __attribute__((unused)) void assert_got(const char *path, long status, const char *words)
{
    scoped_answer struct http_answer answer = get(path);
    assert_says(&answer, status, words);
}
