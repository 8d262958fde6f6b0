/* The core process: opens everything, then decides until it is told to stop. Logic lives in the rooms below;
 * this file joins them. */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/nettle_library.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/thread.h"
#include "loop/descriptors.h"
#include "loop/folder_watch.h"
#include "loop/listen.h"
#include "loop/sandbox.h"
#include "role/admin_token.h"
#include "role/core_priv.h"
#include "role/frames.h"
#include "role/store.h"
#include "role/writable.h"

enum {
    RELOAD_DELAY_MS = 300, /* an editor saves in several steps: wait until it is quiet */
    /* A commit, and a runbook that is read, take and free some: not from and to the system each time. Most
     * runbooks take less than this. */
    SPARE_HEAP_BYTES = 8 * 1024 * 1024,
    /* What making the tables of a new ledger takes. Page by page it is a tenth of a start. */
    START_HEAP_BYTES = 1024 * 1024,
};

void core_stop(struct core *core, int exit_code)
{
    core->exit_code = exit_code;
    uv_stop(&core->loop);
}

/* ---- what api/ asks of us ---- */

static int submit(void *context, const struct input *input, const struct intake_format *format,
                  const char *body, size_t n_bytes, void (*done)(void *, const struct outcome *),
                  void *done_context)
{
    struct core *core = context;
    struct job *job = heap_alloc(sizeof *job);
    *job = (struct job){.input = input,
                        .format = format,
                        .body = body,
                        .n_bytes = n_bytes,
                        .done = done,
                        .context = done_context,
                        .on_heap = true};
    if (queue_push(&core->queue, job) < 0) {
        heap_free_(&job);
        return -1;
    }
    return 0;
}

static void wake(void *context)
{
    struct core *core = context;
    uv_async_send(&core->wake);
}

struct waiting {
    void (*question)(void *context, const struct engine *engine);
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    bool done, put;
};

static void put_question(void *context, const struct engine *engine)
{
    struct waiting *waiting = context;
    if (engine)
        waiting->question(waiting->context, engine);
    pthread_mutex_lock(&waiting->lock);
    waiting->put = engine != NULL;
    waiting->done = true;
    pthread_cond_signal(&waiting->answered);
    pthread_mutex_unlock(&waiting->lock);
}

static bool ask(void *context, void (*question)(void *, const struct engine *), void *question_context)
{
    struct core *core = context;
    struct waiting waiting = {
        question, question_context, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    struct job job = {.question = put_question, .context = &waiting};
    if (queue_push(&core->queue, &job) < 0)
        return false;
    uv_async_send(&core->wake);
    pthread_mutex_lock(&waiting.lock);
    while (!waiting.done)
        pthread_cond_wait(&waiting.answered, &waiting.lock);
    pthread_mutex_unlock(&waiting.lock);
    return waiting.put;
}

static bool ask_site(void *context, void (*question)(void *, const struct config *, const struct library *),
                     void *question_context)
{
    struct core *core = context;
    pthread_mutex_lock(&core->site_lock);
    bool there = core->site != NULL;
    if (there)
        question(question_context, core->site->config, core->site->library);
    pthread_mutex_unlock(&core->site_lock);
    return there;
}

/* Called by a worker thread: the loop's thread ends the process, in time. */
static void reader_lost(void *context)
{
    struct core *core = context;
    __atomic_store_n(&core->reader_lost, true, __ATOMIC_RELEASE);
    uv_async_send(&core->wake);
}

static bool step_output(void *context, int64_t run, int line, uint64_t from, struct buf *out,
                        struct api_output *ret_output)
{
    struct core *core = context;
    return live_read(core->live, run, line, from, out, ret_output);
}

static bool is_ready(void *context)
{
    return __atomic_load_n(&((struct core *)context)->ready, __ATOMIC_ACQUIRE);
}

static bool is_site_kept(void *context)
{
    return __atomic_load_n(&((struct core *)context)->site_kept, __ATOMIC_ACQUIRE);
}

struct patient {
    struct job job;
    void (*then)(void *context);
    void *context;
};

static void end_patience(void *context, const struct engine *engine)
{
    struct patient *patient = context;
    (void)engine;
    patient->then(patient->context);
    free(patient);
}

static bool not_begun(void *context, void (*then)(void *), void *then_context)
{
    struct core *core = context;
    if (__atomic_load_n(&core->begun, __ATOMIC_ACQUIRE))
        return false;
    if (!then)
        return true;
    struct patient *patient = heap_alloc(sizeof *patient);
    *patient = (struct patient){
        .job = {.question = end_patience, .context = patient}, .then = then, .context = then_context};
    if (queue_push(&core->queue, &patient->job) < 0) {
        free(patient);
        return false;
    }
    uv_async_send(&core->wake);
    return true;
}

/* ---- signals, files, the other processes ---- */

static void on_wake(uv_async_t *wake)
{
    struct core *core = wake->data;
    core_work(core);
}

static void on_stop(uv_signal_t *handle, int number)
{
    log_event(LOG_INFO, "core.stopping", "signal=%d", number);
    core_stop(handle->data, 0);
}

static void on_reload_due(uv_timer_t *timer)
{
    struct core *core = timer->data;
    bool asked = core->config_asked;
    core->config_asked = false;
    if (asked)
        core_load_site(core, site_read_config(core->options->config_file));
    else
        core_load_runbooks(core);
}

/* A runbook has changed: the configuration, which may be half edited, waits for whoever asks for it. */
static void plan_reload(void *context)
{
    struct core *core = context;
    uv_timer_start(&core->reload_delay, on_reload_due, RELOAD_DELAY_MS, 0);
}

static void on_reload_signal(uv_signal_t *handle, int number)
{
    (void)number;
    ((struct core *)handle->data)->config_asked = true;
    plan_reload(handle->data);
}

/* ---- opening and closing ---- */

/* The connections of the readers to a database server are made before the sandbox is entered, which lets
 * nothing be dialled; files are opened when they are wanted. */
static int open_readers(const struct ledger_place *place, struct arena *arena, struct api_options *options,
                        struct err *err)
{
    if (!place->store)
        return 0;
    options->readers = arena_alloc(arena, API_READERS * sizeof(struct ledger *));
    for (size_t i = 0; i < API_READERS; i++) {
        int result = ledger_open_reader(place, &options->readers[i], err);
        if (result != 0)
            return result; /* the process ends, and the others with it */
        options->n_readers++;
    }
    return 0;
}

static void open_loop(struct core *core)
{
    uv_loop_init(&core->loop);
    uv_async_init(&core->loop, &core->wake, on_wake);
    uv_timer_init(&core->loop, &core->timer);
    uv_timer_init(&core->loop, &core->reload_delay);
    core_mirror_open(core);
    core_alive_open(core);
    core_open_loading(core);
    uv_signal_init(&core->loop, &core->signal_stop);
    uv_signal_init(&core->loop, &core->signal_interrupt);
    uv_signal_init(&core->loop, &core->signal_reload);
    core->wake.data = core->timer.data = core->reload_delay.data = core;
    core->signal_stop.data = core->signal_interrupt.data = core->signal_reload.data = core;
    uv_signal_start(&core->signal_stop, on_stop, SIGTERM);
    uv_signal_start(&core->signal_interrupt, on_stop, SIGINT);
    uv_signal_start(&core->signal_reload, on_reload_signal, SIGHUP);
    sigset_t held; /* by the supervisor, until now */
    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    pthread_sigmask(SIG_UNBLOCK, &held, NULL);
}

/* The ledger and all that depends on where it is kept. 0, LEDGER_AWAY or -1. */
static int open_ledger(struct core *core, struct arena *arena, const struct config *config,
                       struct api_options *options, struct err *err)
{
    scoped_secret char *password = NULL;
    if (store_find(arena, config, core->options->data, &options->ledger, &password, err) < 0)
        return -1;
    int opened = ledger_open(&options->ledger, &core->ledger, err);
    if (opened == 0) /* no other server is in the folder */
        file_leftovers_remove(core->options->data);
    if (opened == 0)
        opened = open_readers(&options->ledger, arena, options, err);
    if (opened == 0 && options->ledger.store && core->options->dialler_fd > 0)
        opened = dialler_begin(&core->dialler, core->options->dialler_fd, core->options->place_fd,
                               &options->ledger, API_READERS, err);
    options->ledger.password = NULL; /* it is wiped now; nothing can be dialled later */
    return opened;
}

/* What shows that a service calls us; NULL: there is none, and what it sends is refused, and nothing else. */
static const char *read_signing_secret(struct arena *arena, const char *channel,
                                       const struct config_channel *keys)
{
    scoped_secret char *secret = NULL;
    struct err err;
    if (!keys->signing_secret)
        return NULL;
    if (secret_read(keys->signing_secret, &secret, &err) < 0) {
        log_event(LOG_ERROR, "channel.secret_missing", "channel=%s error=%s", channel, log_quote(err.text));
        return NULL;
    }
    return arena_strdup(arena, secret);
}

static void *load_libraries(void *unused)
{
    api_prepare();
    json_prepare();
    return unused;
}

/* Work beside the rest of the opening, on a thread when there is one. */
struct aside_work {
    pthread_t thread;
    bool has_thread;
};

static struct aside_work aside_begin(void *(*work)(void *context), void *context)
{
    struct aside_work aside = {0};
    aside.has_thread = thread_start(&aside.thread, work, context) == 0;
    if (!aside.has_thread)
        work(context);
    return aside;
}

static void aside_end(struct aside_work *aside)
{
    if (aside->has_thread)
        pthread_join(aside->thread, NULL);
    aside->has_thread = false;
}

/* What a start has under way. */
struct opening {
    struct arena *arena;
    const char *token_path;
    int token_made; /* 0 or -1, and why */
    struct err token_err;
    struct aside_work keeping, loading;
};

static void *make_token(void *context)
{
    struct opening *opening = context;
    opening->token_made = admin_token_make(opening->token_path, &opening->token_err);
    return NULL;
}

/* A disk that is busy takes as long to keep a token, and the library of the HTTP server as long to load, as
 * all else to open. The token goes first: no thread can begin while a library is loaded. */
static void opening_begin(struct opening *opening, const char *data)
{
    opening->token_path = arena_printf(opening->arena, "%s/admin.token", data);
    opening->keeping = aside_begin(make_token, opening);
    opening->loading = aside_begin(load_libraries, NULL);
}

static void opening_end(struct opening *opening)
{
    aside_end(&opening->keeping);
    aside_end(&opening->loading);
}

/* All that is opened before the sandbox. 0, LEDGER_AWAY or -1. */
static int open_files(struct core *core, struct opening *opening, const struct config *config,
                      struct api_options *options, struct err *err)
{
    char *token;
    struct arena *arena = opening->arena;
    int opened = site_use_policy(config, err);
    if (opened == 0)
        opened = open_ledger(core, arena, config, options, err);
    if (opened == 0)
        opened = core_open_peers(core, err);
    aside_end(&opening->keeping);
    if (opened == 0 && opening->token_made < 0)
        opened = err_set(err, "%s", opening->token_err.text);
    if (opened == 0)
        opened = admin_token_read(opening->token_path, arena, &token, err);
    if (opened == 0) {
        options->token = token;
        options->slack_secret = read_signing_secret(arena, "slack", &config->channels.slack);
        options->twilio_secret = read_signing_secret(arena, "twilio", &config->channels.twilio);
        if (options->twilio_secret)
            nettle_library(); /* libraries are loaded before the sandbox */
        options->certificate = config->tls.certificate;
        options->key = config->tls.key;
        if (options->certificate)
            api_prepare_tls();
        link_key_make(token, &core->links);
    }
    return opened;
}

/* Its own address and folder, which the sandbox leaves to it. */
static int open_status_page(const struct config_status_page *page, struct arena *arena,
                            struct api_options *options, struct err *err)
{
    if (page->folder) {
        options->status_folder = arena_strdup(arena, page->folder);
        int made = mkdir(page->folder, 0755);
        if (made == 0) /* a web server reads it, and our umask would keep it out */
            made = chmod(page->folder, 0755);
        if (made < 0 && errno != EEXIST)
            return err_set(err, "status_page.export: %s: %s", page->folder, strerror(errno));
    }
    if (page->listen && listen_open(page->listen, &options->status_fd, err) < 0)
        return err_prefix(err, "status_page.listen: ");
    return 0;
}

/* A library, a runbook, a zone can be opened also when everybody calls at once. */
static unsigned connections_most(unsigned n_descriptors, const struct config_status_page *page)
{
    unsigned own = DESCRIPTORS_RESERVED + (page->listen ? API_STATUS_CONNECTIONS : 0);
    unsigned left = n_descriptors > own ? n_descriptors - own : 0;
    unsigned least = DESCRIPTORS_NEEDED - DESCRIPTORS_RESERVED;
    return left < least ? least : left < API_CONNECTIONS ? left : API_CONNECTIONS;
}

/* What must be right before anybody is served. The runbooks follow: alerts are taken and kept meanwhile. 0,
 * LEDGER_AWAY or -1. */
static int open_core_with(struct core *core, struct opening *opening, const struct config *config,
                          struct err *err)
{
    struct arena *arena = opening->arena;
    const char *runbooks =
        arena_strdup(arena, core->options->runbooks ? core->options->runbooks : config->runbooks);
    struct api_options options = {.listen_fd = core->options->listen_fd, .clock = core->clock};
    struct api_backend backend = {core,          submit,           wake,        ask,
                                  is_ready,      not_begun,        ask_site,    reader_lost,
                                  step_output,   is_site_kept,     core->board, &core->figures,
                                  core_push_key, core_ask_provider};
    int opened = open_files(core, opening, config, &options, err);
    if (opened != 0)
        return opened;
    if (open_status_page(&config->status_page, arena, &options, err) < 0)
        return -1;
    options.n_connections = connections_most(descriptors_raise(), &config->status_page);
    core->watch = folder_watch_new(&core->loop, runbooks, plan_reload, core);
    __atomic_store_n(&core->ready, true,
                     __ATOMIC_RELEASE); /* who asks the moment it listens need not ask again */
    pulse_beat(&core->pulse);
    api_prepare(); /* both wait for who does it already */
    json_prepare();
    if (sandbox_write_only_below(core->options->data, options.status_folder, err) < 0 ||
        sandbox_enter(SANDBOX_CORE, err) < 0 || api_start(&options, &backend, &core->api, err) < 0)
        return -1;
    close(core->options->started_fd);
    return 0;
}

static int open_core(struct core *core, struct opening *opening, struct err *err)
{
    struct config *config = site_read_first_config(core->options);
    core->site_kept = core->config_kept = core->options->config_stale != NULL;
    if (!config)
        return err_set(err, "the configuration has errors");
    int opened = open_core_with(core, opening, config, err);
    if (opened != 0) {
        config_free(config);
        return opened;
    }
    core_load_site(core, config);
    return 0;
}

static void close_handle(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Whoever sees that core has gone ends, and then all are told to: why core went must still be heard of. */
static void hear_no_more(void)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);
}

static void close_core(struct core *core)
{
    hear_no_more();
    __atomic_store_n(&core->ready, false, __ATOMIC_RELEASE);
    queue_close(&core->queue);
    core_end_loading(core);
    core_compact_end(core);
    if (core->ledger)
        core_work(core); /* whoever was let in gets an answer */
    core_refuse_held(core);
    core_end_inquiries(core);
    if (core->engine && core->ledger && !core->ledger_failed)
        do
            core_seal(core);
        while (core->seal_us == 0 && !core->ledger_failed);
    api_stop(core->api);
    folder_watch_free(core->watch);
    core_close_peers(core);
    uv_walk(&core->loop, close_handle, NULL);
    uv_run(&core->loop, UV_RUN_DEFAULT);
    uv_loop_close(&core->loop);
    ledger_close(core->ledger);
    engine_free(core->engine);
    site_free(core->site);
    arena_free(core->arena);
    held_looks_free(core->looks);
    live_free(core->live);
    board_free(core->board);
    queue_free(&core->queue);
}

static void start_look(void *context, const void *order, size_t n_bytes)
{
    frames_send(((struct core *)context)->runner, FRAME_STEP_START, order, n_bytes);
}

/* Before the sandbox, which takes no descriptor for memory. */
static void open_suspects(struct core *core)
{
    int fd = core->options->suspects_fd;
    int64_t now_us = clock_monotonic_us(core->clock);
    core->suspects.inbox = suspect_open(fd, SUSPECT_INBOX, now_us);
    core->suspects.incident = suspect_open(fd, SUSPECT_INCIDENT, now_us);
    core->suspects.page = suspect_open(fd, SUSPECT_PAGE, now_us);
    if (fd > 0)
        close(fd);
}

int role_core(const struct role_options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct core core = {.options = options,
                        .clock = clock_system(),
                        .arena = arena_new(),
                        .live = live_new(),
                        .board = board_new()};
    struct opening opening = {.arena = arena};
    struct err err = {0};
    log_setup("core", LOG_INFO);
    opening_begin(&opening, options->data);
    setenv("SQLITE_TMPDIR", options->data, 1); /* the only folder that it may write to */
    umask(077);
    mallopt(M_TRIM_THRESHOLD, SPARE_HEAP_BYTES);
    heap_grows_ahead();
    mallopt(M_MMAP_THRESHOLD, 2 * SPARE_HEAP_BYTES);
    heap_make_ready(START_HEAP_BYTES);
    queue_init(&core.queue);
    pthread_mutex_init(&core.site_lock, NULL);
    core.looks = held_looks_new(start_look, &core);
    open_loop(&core);
    pulse_begin(&core.pulse, &core.loop, options->pulse_fd);
    open_suspects(&core);
    int opened = open_core(&core, &opening, &err);
    if (opened != 0) {
        const char *remedy = writable_remedy(arena, options->data);
        log_event(LOG_ERROR, "core.cannot_start", "error=%s effect=%s do=%s", log_quote(err.text),
                  log_quote("nobody is paged and alerts are refused until it starts"),
                  log_quote(remedy ? remedy : "crashcart doctor"));
        core.exit_code = opened == LEDGER_AWAY ? EXIT_RESTART : EXIT_CANNOT_OPEN;
    } else {
        uv_run(&core.loop, UV_RUN_DEFAULT);
    }
    opening_end(&opening);
    close_core(&core);
    return core.exit_code;
}
