#include "runner/program.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/must.h"
#include "loop/keeper.h"

enum { OUTPUT_PATIENCE_MS = 500, END_PATIENCE_MS = 7000, CHUNK_BYTES = 32 * 1024 };

struct program {
    uv_loop_t *loop;
    struct launcher *launcher;
    struct launched launched;
    struct program_hearer hearer;
    bool late, ended, gone; /* gone: the keeper is, and so is all that it kept */
    int status;             /* of the program; -1: it did not end by itself */
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
    close(program->launched.control_fd);
    free(program);
}

static void discard(struct program *program)
{
    launcher_settle(program->launcher, program->launched.id, program->status != -1);
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
        snprintf(why, sizeof why, "it was ended after %lld s, its timeout",
                 (long long)program->launched.time_s);
    else if (!exited)
        snprintf(why, sizeof why, "it was ended by signal %d",
                 program->status == -1 ? SIGKILL : WTERMSIG(program->status));
    int exit_code = reason ? -1 : WEXITSTATUS(program->status);
    discard(program);
    program->hearer.done(program->hearer.context, exit_code, reason);
}

/* Its keeper closes the socket when nothing is left. */
void program_stop(struct program *program)
{
    int fd = program->launched.control_fd;
    struct pollfd control = {.fd = fd, .events = POLLIN};
    struct keeper_report report;
    keeper_kill(fd);
    while (poll(&control, 1, END_PATIENCE_MS) > 0 && recv(fd, &report, sizeof report, 0) > 0)
        ;
    discard(program);
}

/* ---- what happens ---- */

static void rest_end(struct program *program)
{
    if (!program->ended)
        keeper_kill(program->launched.control_fd);
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
        ssize_t n = recv(program->launched.control_fd, &report, sizeof report, 0);
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
        program->hearer.printed(program->hearer.context, bytes->base, (size_t)n);
    if (n >= 0)
        return;
    uv_read_stop(stream);
    if (program->gone)
        uv_timer_start(&program->timer, on_rest, 0, 0);
    else if (program->status != -1)
        rest_end(program);
}

/* ---- the beginning ---- */

static void handles_open(struct program *program)
{
    must(uv_poll_init(program->loop, &program->control, program->launched.control_fd) == 0);
    must(uv_pipe_init(program->loop, &program->pipe, 0) == 0);
    must(uv_timer_init(program->loop, &program->timer) == 0);
    program->control.data = program->pipe.data = program->timer.data = program;
    program->n_handles = 3;
    must(uv_poll_start(&program->control, UV_READABLE | UV_DISCONNECT, on_control) == 0);
    must(uv_pipe_open(&program->pipe, program->launched.output_fd) == 0);
    must(uv_read_start((uv_stream_t *)&program->pipe, on_room, on_output) == 0);
    must(uv_timer_start(&program->timer, on_time_limit, (uint64_t)program->launched.time_s * 1000, 0) == 0);
}

struct program *program_hear(uv_loop_t *loop, struct launcher *launcher, const struct launched *launched,
                             const struct program_hearer *hearer)
{
    struct program *program = heap_alloc(sizeof *program);
    *program = (struct program){
        .loop = loop, .launcher = launcher, .launched = *launched, .hearer = *hearer, .status = -1};
    handles_open(program);
    return program;
}
