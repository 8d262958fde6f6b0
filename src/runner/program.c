#include "runner/program.h"

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
#include "base/must.h"
#include "loop/keeper.h"
#include "runner/shell.h"

static const char *const shell_words[] = {"bash", "-o", "pipefail", "/dev/fd/3", NULL};

enum { OUTPUT_PATIENCE_MS = 500, PROCESSES_MOST = 4096, CHUNK_BYTES = 32 * 1024 };

struct program {
    uv_loop_t *loop;
    void (*printed)(void *context, const char *bytes, size_t n_bytes);
    void (*done)(void *context, int exit_code, const char *why);
    void *context;
    bool late, ended, gone; /* gone: the keeper is, and so is all that it kept */
    pid_t keeper;
    int control_fd, status; /* status: of the program; -1: it did not end by itself */
    int64_t time_s;
    uv_poll_t control;
    uv_pipe_t pipe;
    uv_timer_t timer;
    int n_handles;
    char bytes[CHUNK_BYTES];
};

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
    struct program *program = handle->data;
    if (--program->n_handles)
        return;
    close(program->control_fd);
    free(program);
}

static void discard(struct program *program)
{
    while (waitpid(program->keeper, NULL, 0) < 0 && errno == EINTR)
        ;
    uv_close((uv_handle_t *)&program->control, on_closed);
    uv_close((uv_handle_t *)&program->pipe, on_closed);
    uv_close((uv_handle_t *)&program->timer, on_closed);
}

static void finish(struct program *program)
{
    char why[120];
    bool exited = program->status != -1 && WIFEXITED(program->status);
    const char *reason = program->late || !exited ? why : NULL;
    if (program->late)
        snprintf(why, sizeof why, "it was ended after %lld s, its timeout", (long long)program->time_s);
    else if (!exited)
        snprintf(why, sizeof why, "it was ended by signal %d",
                 program->status == -1 ? SIGKILL : WTERMSIG(program->status));
    int exit_code = reason ? -1 : WEXITSTATUS(program->status);
    discard(program);
    program->done(program->context, exit_code, reason);
}

void program_stop(struct program *program)
{
    keeper_kill(program->control_fd);
    discard(program);
}

/* ---- what happens ---- */

static void rest_end(struct program *program)
{
    if (!program->ended)
        keeper_kill(program->control_fd);
    program->ended = true;
    uv_timer_stop(&program->timer);
}

static void on_patience(uv_timer_t *timer)
{
    rest_end(timer->data);
}

static void on_time_limit(uv_timer_t *timer)
{
    struct program *program = timer->data;
    program->late = true;
    rest_end(program);
}

static void report_take(struct program *program, const struct keeper_report *report)
{
    if (report->kind == KEEPER_EXITED)
        program->status = report->value;
    if (report->kind == KEEPER_FAILED)
        program->status = 127 << 8;
    if (report->kind == KEEPER_EXITED && !program->ended)
        uv_timer_start(&program->timer, on_patience,
                       uv_is_active((uv_handle_t *)&program->pipe) ? OUTPUT_PATIENCE_MS : 0, 0);
}

static void on_rest(uv_timer_t *timer)
{
    finish(timer->data);
}

/* What was printed last may still lie in the pipe. */
static void keeper_gone(struct program *program)
{
    program->gone = true;
    uv_poll_stop(&program->control);
    uv_timer_start(&program->timer, on_rest,
                   uv_is_active((uv_handle_t *)&program->pipe) ? OUTPUT_PATIENCE_MS : 0, 0);
}

static void on_control(uv_poll_t *control, int status, int events)
{
    struct program *program = control->data;
    struct keeper_report report;
    (void)status, (void)events;
    for (;;) {
        ssize_t n = recv(program->control_fd, &report, sizeof report, 0);
        if (n == (ssize_t)sizeof report) {
            report_take(program, &report);
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            if (n >= 0 || errno != EAGAIN)
                keeper_gone(program);
            return;
        }
    }
}

static void on_room(uv_handle_t *handle, size_t n_wanted, uv_buf_t *room)
{
    struct program *program = handle->data;
    (void)n_wanted;
    *room = uv_buf_init(program->bytes, sizeof program->bytes);
}

static void on_output(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct program *program = stream->data;
    if (n > 0)
        program->printed(program->context, bytes->base, (size_t)n);
    if (n >= 0)
        return;
    uv_read_stop(stream);
    if (program->gone)
        uv_timer_start(&program->timer, on_rest, 0, 0);
    else if (program->status != -1)
        rest_end(program);
}

/* ---- the beginning ---- */

static void handles_open(struct program *program, int output_fd)
{
    must(uv_poll_init(program->loop, &program->control, program->control_fd) == 0);
    must(uv_pipe_init(program->loop, &program->pipe, 0) == 0);
    must(uv_timer_init(program->loop, &program->timer) == 0);
    program->control.data = program->pipe.data = program->timer.data = program;
    program->n_handles = 3;
    must(uv_poll_start(&program->control, UV_READABLE | UV_DISCONNECT, on_control) == 0);
    must(uv_pipe_open(&program->pipe, output_fd) == 0);
    must(uv_read_start((uv_stream_t *)&program->pipe, on_room, on_output) == 0);
    must(uv_timer_start(&program->timer, on_time_limit, (uint64_t)program->time_s * 1000, 0) == 0);
}

static int keep(struct program *program, const struct program_order *order, const int *fds, size_t n_fds,
                struct err *err)
{
    unsigned long long seconds = (unsigned long long)order->time_s + 1;
    const struct child_limit limits[] = {{RLIMIT_CORE, 0, 0},
                                         {RLIMIT_CPU, seconds, seconds},
                                         {RLIMIT_NPROC, PROCESSES_MOST, PROCESSES_MOST},
                                         {-1, 0, 0}};
    const struct child_options child = {.path = order->command ? SHELL_PATH : "/proc/self/exe",
                                        .arguments = order->command ? shell_words : order->arguments,
                                        .environment = order->environment,
                                        .folder = "/",
                                        .fds = fds,
                                        .n_fds = n_fds,
                                        .death_signal = SIGKILL,
                                        .new_session = true,
                                        .cgroup_fd = -1,
                                        .limits = limits,
                                        .sandbox = order->sandbox,
                                        .oom_score = 800};
    return keeper_start(&child, &program->keeper, &program->control_fd, err);
}

static void close_all(const int *fds, size_t n_fds)
{
    for (size_t i = 0; i < n_fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

int program_start(uv_loop_t *loop, const struct program_order *order, struct program **ret_program,
                  struct err *err)
{
    int output[2];
    if (pipe2(output, O_CLOEXEC) < 0)
        return err_set(err, "no pipe for the output: %s", strerror(errno));
    int kept[] = {order->input ? shell_input_fd(order->input) : -1,
                  order->command ? shell_command_fd(order->command) : -1, output[1]};
    int fds[] = {kept[0], output[1], output[1], kept[1]}, started = -1;
    struct program *program = heap_alloc(sizeof *program);
    *program = (struct program){.loop = loop,
                                .printed = order->printed,
                                .done = order->done,
                                .context = order->context,
                                .time_s = order->time_s,
                                .status = -1};
    if ((order->input && kept[0] < 0) || (order->command && kept[1] < 0))
        err_set(err, "no memory for what it is given: %s", strerror(errno));
    else
        started = keep(program, order, fds, sizeof fds / sizeof *fds, err);
    close_all(kept, sizeof kept / sizeof *kept);
    if (started < 0) {
        close(output[0]);
        free(program);
        return -1;
    }
    handles_open(program, output[0]);
    *ret_program = program;
    return 0;
}
