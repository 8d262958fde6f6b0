/* A bench for tests of the runner: real bash, real processes. A document is one fenced command on line 5. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "base/testing.h"
#include "runbook/runbook.h"
#include "runner/launcher.h"
#include "runner/runner.h"

enum { COMMAND_LINE = 5, EVENTS = 96 };

struct happened {
    int64_t run;
    int attempt;
    bool started;
    enum step_state state;
    int exit_code;
    int64_t duration_us;
    bool output_cut;
    char why[300], redacted[100];
    char *output;
};

struct bench {
    char root[64];
    char runbooks[96];
    uv_loop_t loop;
    struct launcher *launcher;
    struct runner *runner;
    struct redact_rules *rules;
    struct happened events[EVENTS];
    size_t n_events;
    int n_orders;
    bool ahead;                                   /* each order waits until a shell waits for it */
    int64_t output_rate, processes, memory_bytes; /* of the next runner_open() */
};

static struct bench *bench;

static inline void on_event(void *context, const struct runner_event *event)
{
    struct bench *b = context;
    assert_true(b->n_events < EVENTS);
    struct happened *happened = &b->events[b->n_events++];
    *happened = (struct happened){.run = event->run, .attempt = event->attempt, .started = event->started};
    if (event->started)
        return;
    happened->state = event->result.state;
    happened->exit_code = event->result.exit_code;
    happened->duration_us = event->result.duration_us;
    happened->output_cut = event->result.output_cut;
    snprintf(happened->why, sizeof happened->why, "%s", event->result.why ? event->result.why : "");
    snprintf(happened->redacted, sizeof happened->redacted, "%s", event->result.redacted);
    happened->output = strdup(event->result.output);
}

static inline void runner_open(int64_t step_time_ms)
{
    struct runner_limits limits = {.step_time_us = step_time_ms * 1000,
                                   .output_bytes = 4096,
                                   .output_rate = bench->output_rate,
                                   .processes = bench->processes,
                                   .memory_bytes = bench->memory_bytes};
    const struct cgroup_bounds bounds = {bench->processes, bench->memory_bytes};
    struct err err;
    char work[96];
    if (!bench->rules && redact_rules_read(NULL, &bench->rules, &err) < 0)
        fail_msg("%s", err.text);
    snprintf(work, sizeof work, "%s/work", bench->root);
    if (launcher_new(&bench->loop, bench->runbooks, work, &bounds, &bench->launcher, &err) < 0)
        fail_msg("%s", err.text);
    bench->runner = runner_new(&bench->loop, bench->launcher, &limits, bench->rules, on_event, bench);
}

static inline void runner_close(void)
{
    runner_free(bench->runner);
    launcher_free(bench->launcher);
    bench->runner = NULL;
    uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static inline int runner_test_make(void **state)
{
    (void)state;
    bench = calloc(1, sizeof *bench);
    snprintf(bench->root, sizeof bench->root, "/tmp/runner-test-XXXXXX");
    if (!mkdtemp(bench->root))
        return -1;
    snprintf(bench->runbooks, sizeof bench->runbooks, "%s/runbooks", bench->root);
    mkdir(bench->runbooks, 0700);
    uv_loop_init(&bench->loop);
    runner_open(250000); /* longer than any test waits on a slow machine */
    return 0;
}

static inline int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static inline int runner_test_unmake(void **state)
{
    (void)state;
    if (bench->runner)
        runner_close();
    redact_rules_free(bench->rules);
    int failed = uv_loop_close(&bench->loop) != 0;
    for (size_t i = 0; i < bench->n_events; i++)
        free(bench->events[i].output);
    nftw(bench->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(bench);
    return failed;
}

/* ---- orders ---- */

static inline void put(const char *name, const char *text)
{
    char path[200];
    struct err err;
    snprintf(path, sizeof path, "%s/%s", bench->runbooks, name);
    if (file_write(path, text, strlen(text), 0600, &err) < 0)
        fail_msg("%s", err.text);
}

struct prepared {
    struct runner_order order;
    char file[40], sha256[65], approved_sha256[65];
};

/* A document of its own with that command, and an approved order for it. */
static inline void prepare(const char *command, int64_t run, struct prepared *prepared)
{
    scoped_buf struct buf text = {0};
    buf_printf(&text, "# Service down\n\n## Symptom\n```bash\n%s\n```\n", command);
    snprintf(prepared->file, sizeof prepared->file, "doc-%d.md", ++bench->n_orders);
    put(prepared->file, text.at);
    sha256_hex(text.at, text.n_bytes, prepared->sha256);
    sha256_hex(command, strlen(command), prepared->approved_sha256);
    prepared->order = (struct runner_order){.run = run,
                                            .attempt = bench->n_orders,
                                            .file = prepared->file,
                                            .sha256 = prepared->sha256,
                                            .line = COMMAND_LINE,
                                            .approved = true,
                                            .approved_by = "ana",
                                            .approved_sha256 = prepared->approved_sha256};
}

static inline const struct happened *await_end(int64_t run, int attempt)
{
    for (size_t i = 0;;) {
        for (; i < bench->n_events; i++)
            if (bench->events[i].run == run && bench->events[i].attempt == attempt &&
                !bench->events[i].started)
                return &bench->events[i];
        uv_run(&bench->loop, UV_RUN_ONCE);
    }
}

static inline void closed(uv_handle_t *handle)
{
    *(bool *)handle->data = true;
}

/* Until a shell waits for the next step, where one was asked for before. */
static inline void ahead_await(void)
{
    uv_async_t alive; /* as a server's loop is while nothing runs */
    bool is_closed = false;
    uv_async_init(&bench->loop, &alive, NULL);
    alive.data = &is_closed;
    while (!launcher_is_ahead(bench->launcher))
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    uv_close((uv_handle_t *)&alive, closed);
    while (!is_closed)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
}

static inline const struct happened *run_order(const struct runner_order *order)
{
    if (bench->ahead)
        ahead_await();
    runner_start(bench->runner, order);
    return await_end(order->run, order->attempt);
}

/* Runs it in run 1, approved. */
static inline const struct happened *run_approved(const char *command)
{
    struct prepared prepared;
    prepare(command, 1, &prepared);
    return run_order(&prepared.order);
}

/* As diagnosis does: nobody was asked. */
static inline const struct happened *run_unasked(const char *command)
{
    struct prepared prepared;
    prepare(command, 1, &prepared);
    prepared.order.approved = false;
    return run_order(&prepared.order);
}

static inline void assert_ran(const struct happened *happened, const char *output)
{
    assert_string_equal(happened->why, "");
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    assert_int_equal(happened->exit_code, 0);
    assert_string_equal(happened->output, output);
}

static inline void assert_refused(const struct happened *happened, const char *why)
{
    assert_int_equal(happened->state, STEP_REFUSED);
    assert_string_equal(strstr(happened->why, why) ? "" : happened->why,
                        ""); /* says the reason that it had */
    for (size_t i = 0; i < bench->n_events; i++)
        assert_false(bench->events[i].started);
}

static inline void assert_gone(pid_t pid)
{
    assert_true(pid > 1);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

/* A step that does not end when it is asked to, and has started. */
static inline pid_t start_stubborn(struct prepared *prepared)
{
    char path[128], *bytes;
    size_t n_bytes;
    struct err err;
    scoped_arena struct arena *arena = arena_new();
    prepare("trap '' TERM; echo $$ > pid; mv pid started; while :; do sleep 1; done", 1, prepared);
    snprintf(path, sizeof path, "%s/work/run-1/started", bench->root);
    runner_start(bench->runner, &prepared->order);
    while (access(path, F_OK) < 0 || !bench->n_events)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    assert_int_equal(file_read(arena, path, 100, &bytes, &n_bytes, &err), 0);
    return (pid_t)strtol(bytes, NULL, 10);
}
