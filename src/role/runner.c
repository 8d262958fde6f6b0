/* The runner process: orders from core in, events of steps out. It reads what steps print, which anybody may
 * have written, and so it can do nothing else: what is to be started it asks of the launcher, its child, and
 * what it works with are the descriptors that come back. */
#include "runner/runner.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/child.h"
#include "loop/sandbox.h"
#include "role/arguments.h"
#include "role/frames.h"
#include "role/role_priv.h"
#include "role/runner_watch.h"
#include "role/site.h"
#include "runner/launcher.h"
#include "runner/look.h"
#include "runner/page_program.h"
#include "runner/place.h"
#include "runner/shell.h"

enum { LAUNCHER_LOOKS = 100, LAUNCHER_LOOK_MS = 10 };

struct working {
    struct redact_rules *rules;
    struct launcher *launcher;
    struct runner *runner;
    struct runner_watch *watch;
    struct looks *looks;
    struct page_programs *pages;
    pid_t launcher_pid;
    uv_poll_t launcher_watch; /* it speaks when it is asked: otherwise only its end is heard here */
    uv_check_t launcher_check;
};

static void report(void *context, const struct runner_event *event)
{
    struct hand *hand = context;
    const struct working *working = hand->context;
    scoped_buf struct buf text = {0};
    if (!event->started)
        runner_watch_flush(working->watch, event->run);
    runner_event_write(&text, event);
    frames_send(hand->core, FRAME_STEP_EVENT, text.at, text.n_bytes);
    malloc_trim(0);
}

static void on_stop(struct hand *hand, struct json json)
{
    const struct working *working = hand->context;
    const char *stopped_by = json_text(json_get(json, "stopped_by"), NULL);
    int64_t run = json_int(json_get(json, "run"), 0);
    if (!runner_stop(working->runner, run, stopped_by ? stopped_by : "somebody"))
        log_event(LOG_INFO, "step.not_stopped", "run=%lld why=\"nothing of it runs any more\"",
                  (long long)run);
}

static void on_order(struct hand *hand, struct json json)
{
    struct working *working = hand->context;
    if (hand->kind == FRAME_STEP_STOP) {
        on_stop(hand, json);
        return;
    }
    if (hand->kind == FRAME_LOOK_START) {
        looks_order(working->looks, json);
        return;
    }
    if (hand->kind == FRAME_PROGRAM_START) {
        page_programs_order(working->pages, json);
        return;
    }
    scoped_arena struct arena *arena = arena_new();
    struct runner_order order;
    struct err err;
    if (runner_order_read(arena, json, &order, &err) < 0)
        log_event(LOG_ERROR, "frame.refused", "from=core error=%s", log_quote(err.text));
    else
        runner_start(working->runner, &order);
}

static void on_look_done(void *context, const char *payload, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_LOOK_DONE, payload, n_bytes);
}

static void on_page_done(void *context, const char *payload, size_t n_bytes)
{
    struct hand *hand = context;
    frames_send(hand->core, FRAME_PROGRAM_DONE, payload, n_bytes);
}

/* ---- the launcher ---- */

/* It shares our descriptors 1 and 2, and the configuration that we begin with. */
static int launcher_begin(struct working *working, const struct role_options *options, struct arena *arena,
                          int *ret_fd, struct err *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return err_set(err, "no socket pair: %s", strerror(errno));
    struct role_options its = *options;
    int fds[] = {-1, STDOUT_FILENO, STDERR_FILENO, pair[1], options->first_config_fd};
    its.core_fd = 3;
    its.pulse_fd = 0;
    its.first_config_fd = options->first_config_fd ? 4 : 0;
    struct child_options child = {.path = "/proc/self/exe",
                                  .arguments = role_arguments(arena, "launcher", &its),
                                  .environment = (const char *const *)environ,
                                  .fds = fds,
                                  .n_fds = its.first_config_fd ? 5 : 4,
                                  .death_signal = SIGKILL,
                                  .cgroup_fd = -1};
    int started = child_start(&child, &working->launcher_pid, err);
    close(pair[1]);
    if (started < 0)
        close(pair[0]);
    else
        *ret_fd = pair[0];
    return started;
}

/* It has ended, or another than the calls said something. */
static void on_launcher(uv_poll_t *watch, int status, int events)
{
    (void)status, (void)events;
    uv_stop(watch->loop);
}

/* It did not answer for a minute, and nothing of it ends by itself: steps and pages would wait for ever. */
static void on_turn(uv_check_t *check)
{
    const struct working *working = check->data;
    if (launcher_is_lost(working->launcher))
        uv_stop(check->loop);
}

static void launcher_watch(struct working *working, uv_loop_t *loop, int fd)
{
    uv_check_init(loop, &working->launcher_check);
    working->launcher_check.data = working;
    uv_check_start(&working->launcher_check, on_turn);
    uv_poll_init(loop, &working->launcher_watch, fd);
    uv_poll_start(&working->launcher_watch, UV_READABLE | UV_DISCONNECT, on_launcher);
}

/* What a person must mend, and it has said so; or 0. One that hangs does not end before we do. */
static int launcher_end(const struct working *working)
{
    int status = 0;
    if (!working->launcher_pid)
        return 0;
    for (int i = 0; i < LAUNCHER_LOOKS; i++) {
        if (waitpid(working->launcher_pid, &status, WNOHANG) == working->launcher_pid)
            return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CANNOT_OPEN ? EXIT_CANNOT_OPEN : 0;
        poll(NULL, 0, LAUNCHER_LOOK_MS);
    }
    log_event(LOG_ERROR, "launcher.hangs", "effect=%s", log_quote("all start again"));
    return 0;
}

/* ---- the runner ---- */

/* What is to be masked: secrets of the environment and of targets, too. */
static int rules_read(const struct config *config, struct arena *arena, struct redact_rules **ret_rules,
                      struct err *err)
{
    if (redact_rules_read(config->redaction, ret_rules, err) < 0)
        return err_prefix(err, "the detectors (`redaction:` of the configuration): ");
    redact_rules_know_environment(*ret_rules, shell_environment(arena, true));
    place_secrets_free(place_secrets_read(config, *ret_rules));
    return 0;
}

static int open_runner(struct hand *hand, struct working *working, const struct role_options *options,
                       struct arena *arena, struct err *err)
{
    int fd = -1;
    if (launcher_begin(working, options, arena, &fd, err) < 0)
        return -1;
    working->launcher = launcher_of(fd);
    struct config *config = site_read_first_config(options);
    if (!config)
        return err_set(err, "the configuration %s has errors", options->config_file);
    struct runner_limits limits = runner_limits_of(config);
    int read = rules_read(config, arena, &working->rules, err);
    config_free(config);
    if (read < 0)
        return -1;
    working->runner = runner_new(&hand->loop, working->launcher, &limits, working->rules, report, hand);
    working->watch = runner_watch_new(&hand->loop, hand->core);
    runner_watch(working->runner, runner_watch_add, working->watch);
    working->looks = looks_new(&hand->loop, working->launcher, working->rules, on_look_done, hand);
    working->pages = page_programs_new(&hand->loop, working->launcher, working->rules, on_page_done, hand);
    launcher_watch(working, &hand->loop, fd);
    return 0;
}

int role_runner(const struct role_options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct working working = {0};
    struct hand hand = {.ordered = on_order, .context = &working};
    struct err err = {0};
    int exit_code = 0;
    log_setup("runner", LOG_INFO);
    if (hand_open(&hand, "runner", options, &err) < 0 ||
        open_runner(&hand, &working, options, arena, &err) < 0 || sandbox_hide_all(&err) < 0 ||
        sandbox_enter(SANDBOX_RUNNER, &err) < 0) {
        log_event(LOG_ERROR, "runner.cannot_start", "error=%s", log_quote(err.text));
        exit_code = EXIT_CANNOT_OPEN;
    } else {
        log_event(LOG_INFO, "runner.ready", "work=%s/runner", options->data);
        hand_run(&hand);
    }
    looks_free(working.looks);
    page_programs_free(working.pages);
    runner_free(working.runner);
    if (working.watch)
        runner_watch_free(working.watch);
    launcher_free(working.launcher);
    hand_close(&hand);
    redact_rules_free(working.rules);
    int launcher_code = launcher_end(&working);
    return exit_code ? exit_code : launcher_code;
}
