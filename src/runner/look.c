/* keeper started -> program exits, its output ends or its time is over -> what is left is ended -> the keeper
 * ends -> done. */
#include "runner/look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/must.h"
#include "loop/keeper.h"
#include "runner/look_command.h"
#include "runner/output.h"
#include "runner/shell.h"

enum {
    LOOKS_AT_ONCE = 8, /* more wait */
    WAITING_MOST = 1000,
    COMMAND_OUTPUT_BYTES = 4096,
    DRIFT_OUTPUT_BYTES = 64 * 1024,
    OUTPUT_PATIENCE_MS = 500,
    PROCESSES_MOST = 4096
};

static const char *const shell_words[] = {"bash", "-o", "pipefail", "/dev/fd/3", NULL};

struct look {
    struct look *next;
    struct looks *looks;
    char *check;
    int64_t number;
    bool running, is_drift, late, ended;
    struct arena *arena;
    struct output *output; /* of a command: redacted, both ends */
    struct buf raw;        /* of our own program */
    pid_t keeper;
    int control_fd, status; /* status: of the program; -1: it did not end by itself */
    int64_t time_s;
    uv_poll_t control;
    uv_pipe_t pipe;
    uv_timer_t timer;
    int n_handles;
};

struct looks {
    uv_loop_t *loop;
    const struct redact_rules *rules;
    const struct config *(*config)(void *context);
    void *config_context;
    void (*done)(void *context, const char *payload, size_t n_bytes);
    void *context;
    struct arena *arena;
    const char *const *environment;
    struct look *first; /* in order of arrival, running or waiting */
    size_t n, n_running;
    char bytes[32 * 1024];
};

static void looks_advance(struct looks *looks);

/* ---- the end of one ---- */

static void say(struct looks *looks, const char *check, int64_t number, int exit_code, const char *why,
                const char *output)
{
    scoped_buf struct buf text = {0};
    struct json_writer w = jw_start(&text);
    jw_begin_object(&w);
    jw_pair(&w, "check", check);
    jw_pair_int(&w, "look", number);
    jw_pair_int(&w, "exit", exit_code);
    jw_pair(&w, "why", why);
    jw_pair(&w, "output", output);
    jw_end_object(&w);
    looks->done(looks->context, text.at, text.n_bytes);
}

static void look_free(struct look *look)
{
    output_free(look->output);
    buf_free(&look->raw);
    arena_free(look->arena);
    free(look->check);
    free(look);
}

static void on_closed(uv_handle_t *handle)
{
    struct look *look = handle->data;
    if (--look->n_handles)
        return;
    close(look->control_fd);
    look_free(look);
}

static void look_unlink(struct look *gone)
{
    struct look **at = &gone->looks->first;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    gone->looks->n--;
    gone->looks->n_running -= gone->running;
}

static void look_discard(struct look *look)
{
    if (!look->n_handles) {
        look_free(look);
        return;
    }
    uv_close((uv_handle_t *)&look->control, on_closed);
    uv_close((uv_handle_t *)&look->pipe, on_closed);
    uv_close((uv_handle_t *)&look->timer, on_closed);
}

static void look_refuse(struct look *look, const char *why)
{
    struct looks *looks = look->looks;
    look_unlink(look);
    say(looks, look->check, look->number, -1, why, "");
    look_discard(look);
}

static void look_finish(struct look *look)
{
    struct looks *looks = look->looks;
    scoped_buf struct buf text = {0};
    char why[120];
    bool cut = false, exited = look->status != -1 && WIFEXITED(look->status);
    const char *reason = NULL;
    uv_poll_stop(&look->control);
    while (waitpid(look->keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    if (look->output)
        output_finish(look->output, &text, &cut);
    if (look->late)
        snprintf(why, sizeof why, "it was ended after %lld s, its timeout", (long long)look->time_s);
    else if (!exited)
        snprintf(why, sizeof why, "it was ended by signal %d",
                 look->status == -1 ? SIGKILL : WTERMSIG(look->status));
    if (look->late || !exited)
        reason = why;
    look_unlink(look);
    say(looks, look->check, look->number, reason ? -1 : WEXITSTATUS(look->status), reason,
        look->is_drift ? buf_text(&look->raw) : buf_text(&text));
    look_discard(look);
    looks_advance(looks);
}

/* ---- what happens ---- */

static void rest_end(struct look *look)
{
    if (!look->ended)
        keeper_kill(look->control_fd);
    look->ended = true;
    uv_timer_stop(&look->timer);
}

static void on_patience(uv_timer_t *timer)
{
    rest_end(timer->data);
}

static void on_time_limit(uv_timer_t *timer)
{
    struct look *look = timer->data;
    look->late = true;
    rest_end(look);
}

static void report_take(struct look *look, const struct keeper_report *report)
{
    if (report->kind == KEEPER_EXITED)
        look->status = report->value;
    if (report->kind == KEEPER_FAILED)
        look->status = 127 << 8;
    if (report->kind == KEEPER_EXITED && !look->ended)
        uv_timer_start(&look->timer, on_patience,
                       uv_is_active((uv_handle_t *)&look->pipe) ? OUTPUT_PATIENCE_MS : 0, 0);
}

static void on_control(uv_poll_t *control, int status, int events)
{
    struct look *look = control->data;
    struct keeper_report report;
    (void)status, (void)events;
    for (;;) {
        ssize_t n = recv(look->control_fd, &report, sizeof report, 0);
        if (n == (ssize_t)sizeof report) {
            report_take(look, &report);
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            if (n >= 0 || errno != EAGAIN)
                look_finish(look);
            return;
        }
    }
}

static void on_room(uv_handle_t *handle, size_t n_wanted, uv_buf_t *room)
{
    struct look *look = handle->data;
    (void)n_wanted;
    *room = uv_buf_init(look->looks->bytes, sizeof look->looks->bytes);
}

/* What is too long is read and thrown away, so that the program comes to its end. */
static void on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct look *look = stream->data;
    if (n > 0 && look->output)
        output_add(look->output, bytes->base, (size_t)n);
    else if (n > 0 && look->raw.n_bytes < DRIFT_OUTPUT_BYTES)
        buf_add(&look->raw, bytes->base, (size_t)n);
    if (n >= 0)
        return;
    uv_read_stop(stream);
    if (look->status != -1)
        rest_end(look);
}

/* ---- the beginning ---- */

static void handles_open(struct look *look, int output_fd)
{
    uv_loop_t *loop = look->looks->loop;
    must(uv_poll_init(loop, &look->control, look->control_fd) == 0);
    must(uv_pipe_init(loop, &look->pipe, 0) == 0);
    must(uv_timer_init(loop, &look->timer) == 0);
    look->control.data = look->pipe.data = look->timer.data = look;
    look->n_handles = 3;
    must(uv_poll_start(&look->control, UV_READABLE | UV_DISCONNECT, on_control) == 0);
    must(uv_pipe_open(&look->pipe, output_fd) == 0);
    must(uv_read_start((uv_stream_t *)&look->pipe, on_room, on_output) == 0);
    must(uv_timer_start(&look->timer, on_time_limit, (uint64_t)look->time_s * 1000, 0) == 0);
}

static int program_start(struct look *look, const struct look_command *command, int output_fd,
                         struct err *err)
{
    unsigned long long seconds = (unsigned long long)look->time_s + 1;
    const struct child_limit limits[] = {{RLIMIT_CORE, 0, 0},
                                         {RLIMIT_CPU, seconds, seconds},
                                         {RLIMIT_NPROC, PROCESSES_MOST, PROCESSES_MOST},
                                         {-1, 0, 0}};
    int fds[] = {-1, output_fd, output_fd, -1};
    struct child_options program = {.path = command->text ? SHELL_PATH : "/proc/self/exe",
                                    .arguments = command->text ? shell_words : command->arguments,
                                    .environment = look->looks->environment,
                                    .folder = "/",
                                    .fds = fds,
                                    .n_fds = sizeof fds / sizeof *fds,
                                    .death_signal = SIGKILL,
                                    .new_session = true,
                                    .cgroup_fd = -1,
                                    .limits = limits,
                                    .oom_score = 800};
    if (command->text && (fds[3] = shell_command_fd(command->text)) < 0)
        return err_set(err, "no memory for the command: %s", strerror(errno));
    int started = keeper_start(&program, &look->keeper, &look->control_fd, err);
    if (fds[3] >= 0)
        close(fds[3]);
    return started;
}

static int look_start(struct look *look, const struct config_check *check, const struct look_command *command,
                      struct err *err)
{
    int output[2];
    look->time_s = check->timeout_s;
    look->is_drift = !command->text;
    if (pipe2(output, O_CLOEXEC) < 0)
        return err_set(err, "no pipe for the output: %s", strerror(errno));
    int started = program_start(look, command, output[1], err);
    close(output[1]);
    if (started < 0) {
        close(output[0]);
        return -1;
    }
    if (!look->is_drift)
        look->output = output_new(COMMAND_OUTPUT_BYTES, look->looks->rules);
    look->status = -1;
    look->running = true;
    look->looks->n_running++;
    handles_open(look, output[0]);
    return 0;
}

static void look_try(struct look *look)
{
    const struct config *config = look->looks->config(look->looks->config_context);
    const struct config_check *check = NULL;
    struct look_command command;
    struct err err;
    for (size_t i = 0; config && i < config->checks.n; i++)
        if (strcmp(config->checks.at[i].id, look->check) == 0)
            check = &config->checks.at[i];
    if (!check) {
        look_refuse(look, config ? "the runner knows no such check; its configuration is another one"
                                 : "the configuration file has errors, and nothing is run by an older one");
        return;
    }
    const char *why = look_command_find(look->arena, check, &command);
    if (!why && look_start(look, check, &command, &err) < 0)
        why = err.text;
    if (why)
        look_refuse(look, why);
}

static void looks_advance(struct looks *looks)
{
    for (struct look *look = looks->first, *next; look && looks->n_running < LOOKS_AT_ONCE; look = next) {
        next = look->next;
        if (!look->running)
            look_try(look);
    }
}

static bool is_under_way(const struct looks *looks, const char *check)
{
    for (const struct look *look = looks->first; look; look = look->next)
        if (strcmp(look->check, check) == 0)
            return true;
    return false;
}

void looks_order(struct looks *looks, struct json order)
{
    const char *check = json_text(json_get(order, "check"), NULL);
    int64_t number = json_int(json_get(order, "look"), 0);
    if (!check) {
        log_event(LOG_ERROR, "frame.refused", "from=core error=\"a look without its check\"");
        return;
    }
    if (looks->n >= WAITING_MOST || is_under_way(looks, check)) {
        say(looks, check, number, -1,
            looks->n >= WAITING_MOST ? "too many wait" : "the look before it has not ended", "");
        return;
    }
    struct look *look = heap_alloc(sizeof *look);
    look->looks = looks;
    look->check = heap_strdup(check);
    look->number = number;
    look->arena = arena_new();
    struct look **end = &looks->first;
    while (*end)
        end = &(*end)->next;
    *end = look;
    looks->n++;
    looks_advance(looks);
}

struct looks *looks_new(uv_loop_t *loop, const struct redact_rules *rules,
                        const struct config *(*config)(void *context), void *config_context,
                        void (*done)(void *context, const char *payload, size_t n_bytes), void *context)
{
    struct looks *looks = heap_alloc(sizeof *looks);
    looks->loop = loop;
    looks->rules = rules;
    looks->config = config;
    looks->config_context = config_context;
    looks->done = done;
    looks->context = context;
    looks->arena = arena_new();
    looks->environment = shell_environment(looks->arena, false);
    return looks;
}

void looks_free(struct looks *looks)
{
    if (!looks)
        return;
    for (struct look *look = looks->first, *next; look; look = next) {
        next = look->next;
        if (look->running) {
            keeper_kill(look->control_fd);
            while (waitpid(look->keeper, NULL, 0) < 0 && errno == EINTR)
                ;
        }
        look_discard(look);
    }
    arena_free(looks->arena);
    free(looks);
}
