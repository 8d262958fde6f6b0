/* keeper started -> program runs -> program exits -> its output ends, or 500 ms pass -> what is left is ended
 * or released -> the keeper ends -> done.
 *
 * What is left when the program exits by itself: an unapproved step leaves nothing. An approved one may have
 * started a service on purpose: what has let go of the step's output, or left its session, runs on and is
 * named; what still holds the output is ended. A limit or the end of the runner always ends everything. */
#include "runner/step.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/must.h"
#include "loop/keeper.h"

enum {
    ENDLESS_S = 5,
    TERM_PATIENCE_MS = 2000,
    OUTPUT_PATIENCE_MS = 500,
    STOP_THERE_PATIENCE_MS = 8000,
    SIGPIPE_EXIT = 128 + 13
};

/* ---- the result ---- */

static const char *seconds_text(struct arena *arena, int64_t us)
{
    return us % US_PER_S ? arena_printf(arena, "%.1f s", (double)us / (double)US_PER_S)
                         : arena_printf(arena, "%lld s", (long long)(us / US_PER_S));
}

void step_judge_exit(struct step_result *result)
{
    /* `logs | head` under pipefail: the last failure from the right is a writer that was not read to its end,
     * so everything after it did well. */
    bool pipe_read_enough = result->exit_code == SIGPIPE_EXIT;
    result->state = result->exit_code == 0 || pipe_read_enough ? STEP_SUCCEEDED : STEP_FAILED;
    if (pipe_read_enough)
        result->why = "exit 141: the next command of the pipe had read enough";
}

static void result_judge(struct step_work *work, struct step_result *result)
{
    if (work->remote) {
        step_remote_judge(work, result);
        return;
    }
    struct arena *arena = work->arena;
    int status = work->keeper.status;
    result->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    const char *limit = seconds_text(arena, work->limit_us);
    if (!work->keeper.program_ended) {
        result->state = STEP_FAILED;
        result->exit_code = -1;
        result->why = "its keeper was ended from outside; whether it did its work is not known";
    } else if (work->limit == LIMIT_ENDLESS) {
        result->state = STEP_SUCCEEDED;
        result->why = arena_printf(arena, "endless command, stopped after %s", limit);
    } else if (work->limit == LIMIT_TIME) {
        result->state = STEP_TIMED_OUT;
        result->why = arena_printf(arena, "stopped after %s, its time limit%s", limit,
                                   work->slowed ? "; it printed more than is read in that time" : "");
    } else if (work->limit == LIMIT_PERSON) {
        result->state = STEP_FAILED;
        result->why = arena_printf(arena, "stopped by %s", work->stopped_by);
    } else if (WIFSIGNALED(status)) {
        result->state = STEP_FAILED;
        result->why =
            arena_printf(arena, "ended by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        step_judge_exit(result);
    }
    if (work->was_full)
        result->why =
            arena_printf(arena, "%s%sit wanted more than its %lld processes", result->why ? result->why : "",
                         result->why ? "; " : "", (long long)work->runner->limits.processes);
    if (work->keeper.remains)
        result->why = result->why ? arena_printf(arena, "%s; %s", result->why, work->keeper.remains)
                                  : work->keeper.remains;
}

/* A look that was refused something may have wanted more than the rules know. */
static void confinement_note(const struct step_work *work, struct step_result *result)
{
    if (work->launched.confined && result->state == STEP_FAILED && !result->why &&
        (strstr(result->output, "not permitted") || strstr(result->output, "ermission denied")))
        result->why = "it only looks, so it ran confined; if that is why it failed, name its program in a "
                      "file of rules as `unconfined` (docs/separation.md)";
}

/* A prompt leaves its line open. */
static void question_note(const struct step_work *work, struct step_result *result)
{
    size_t n_bytes = strlen(result->output);
    while (n_bytes && result->output[n_bytes - 1] == ' ')
        n_bytes--;
    if (result->state == STEP_TIMED_OUT && n_bytes && strchr(":?]", result->output[n_bytes - 1]))
        result->why = arena_printf(work->arena, "%s; it may have asked something, and nobody answers here",
                                   result->why);
}

/* Everything is dead or released by now: what the pipe still holds is all there will be. */
static void pipe_drain(struct step_work *work)
{
    enum { ROUNDS = 64 }; /* more than a pipe holds; a process that was left over may go on writing */
    char bytes[32768];
    int fd;
    if (work->pipe_ended || uv_fileno((uv_handle_t *)&work->pipe, &fd) != 0)
        return;
    for (int i = 0; i < ROUNDS; i++) {
        ssize_t n = read(fd, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        step_output(work, bytes, (size_t)n);
    }
}

static void keeper_end(struct step_work *work)
{
    uv_poll_stop(&work->control);
    work->was_full = launcher_settle(work->runner->launcher, work->launched.id, work->keeper.program_ended);
}

static void work_finish(struct step_work *work)
{
    struct step_result result = {.state = STEP_FAILED, .exit_code = -1};
    keeper_end(work);
    pipe_drain(work);
    result.duration_us = clock_monotonic_us(clock_system()) - work->started_us;
    scoped_buf struct buf text = {0};
    scoped_buf struct buf redacted = {0};
    output_finish(work->output, &text, &result.output_cut);
    output_redacted(work->output, &redacted);
    result.output = buf_text(&text);
    result.redacted = buf_text(&redacted);
    result_judge(work, &result);
    confinement_note(work, &result);
    question_note(work, &result);
    step_done(work, &result);
}

/* ---- what happens ---- */

/* The program has exited, and its output has ended or had its time. */
static void rest_end(struct step_work *work)
{
    if (work->keeper.ordered)
        return;
    work->keeper.ordered = true;
    uv_timer_stop(&work->timer);
    if (!work->order.approved || work->limit != LIMIT_NONE || work->remote)
        keeper_kill(work->launched.control_fd);
    else
        keeper_release(work->launched.control_fd, !work->pipe_ended);
}

static void on_output_patience(uv_timer_t *timer)
{
    rest_end(timer->data);
}

void step_output(struct step_work *work, const char *bytes, size_t n_bytes)
{
    if (work->remote)
        step_remote_output(work, bytes, n_bytes);
    else
        output_add(work->output, bytes, n_bytes);
}

/* It has ended there: the program that led there has nothing more to do. */
void step_ended_there(struct step_work *work)
{
    if (!work->keeper.program_ended)
        uv_timer_start(&work->timer, on_output_patience, OUTPUT_PATIENCE_MS, 0);
}

static void on_term_patience(uv_timer_t *timer)
{
    struct step_work *work = timer->data;
    work->keeper.ordered = true;
    keeper_kill(work->launched.control_fd);
}

static void on_stop_patience(uv_timer_t *timer)
{
    struct step_work *work = timer->data;
    keeper_term(work->launched.control_fd);
    uv_timer_start(timer, on_term_patience, TERM_PATIENCE_MS, 0);
}

static void reading_go_on(uv_timer_t *pause);

/* Elsewhere the watcher does the ending, and says when it is done: what it still writes is read at once. */
static void limit_hit(struct step_work *work, enum step_limit limit)
{
    work->limit = limit;
    uv_timer_stop(&work->pause);
    reading_go_on(&work->pause);
    if (work->remote && step_remote_stop(work))
        uv_timer_start(&work->timer, on_stop_patience, STOP_THERE_PATIENCE_MS, 0);
    else
        on_stop_patience(&work->timer);
}

static void on_time_limit(uv_timer_t *timer)
{
    struct step_work *work = timer->data;
    limit_hit(work, work->launched.endless ? LIMIT_ENDLESS : LIMIT_TIME);
}

/* What has no end is looked at for a moment. */
static void limit_endless(struct step_work *work)
{
    if (work->launched.endless && work->limit_us > ENDLESS_S * US_PER_S)
        work->limit_us = ENDLESS_S * US_PER_S;
}

static void limit_start(struct step_work *work)
{
    if (work->limit == LIMIT_NONE)
        uv_timer_start(&work->timer, on_time_limit, (uint64_t)(work->limit_us / 1000), 0);
}

void step_begun_there(struct step_work *work)
{
    limit_endless(work);
    if (work->launched.endless)
        limit_start(work);
}

void step_stop(struct step_work *work, const char *stopped_by)
{
    if (work->limit != LIMIT_NONE || work->keeper.ordered)
        return;
    work->stopped_by = arena_strdup(work->arena, stopped_by);
    limit_hit(work, LIMIT_PERSON);
}

static void on_started(struct step_work *work)
{
    work->started_us = clock_monotonic_us(clock_system());
    limit_start(work);
    struct runner_event event = {
        .run = work->order.run, .attempt = work->order.attempt, .line = work->order.line, .started = true};
    work->runner->report(work->runner->context, &event);
}

static void on_exited(struct step_work *work, int status)
{
    work->keeper.program_ended = true;
    work->keeper.status = status;
    if (work->keeper.ordered)
        return;
    if (work->pipe_ended)
        rest_end(work);
    else
        uv_timer_start(&work->timer, on_output_patience, OUTPUT_PATIENCE_MS, 0);
}

static void keeper_report_take(struct step_work *work, const struct keeper_report *report)
{
    switch (report->kind) {
    case KEEPER_STARTED:
        on_started(work);
        break;
    case KEEPER_FAILED:
        output_add(work->output, report->text, strnlen(report->text, sizeof report->text));
        work->keeper.program_ended = true;
        work->keeper.status = 127 << 8; /* as a shell says "cannot be executed" */
        break;
    case KEEPER_EXITED:
        on_exited(work, report->value);
        break;
    case KEEPER_ENDED:
        if (report->value && work->limit == LIMIT_NONE)
            work->keeper.remains = "what it had started was still running, and was ended";
        break;
    case KEEPER_RELEASED:
        work->keeper.remains = arena_printf(work->arena, "it left %d running: %.*s", report->value,
                                            (int)strnlen(report->text, sizeof report->text), report->text);
        break;
    case KEEPER_LEFT:
        work->keeper.remains =
            report->value
                ? arena_printf(work->arena, "process %d could not be ended: not allowed", report->value)
                : "a process that it started could not be ended";
        log_event(LOG_ERROR, "step.left", "run=%lld line=%d pid=%d", (long long)work->order.run,
                  work->order.line, report->value);
        break;
    }
}

static void on_control(uv_poll_t *control, int status, int events)
{
    (void)status, (void)events;
    struct step_work *work = control->data;
    struct keeper_report report;
    for (;;) {
        ssize_t n = recv(work->launched.control_fd, &report, sizeof report, 0);
        if (n == (ssize_t)sizeof report) {
            keeper_report_take(work, &report);
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0 && errno == EAGAIN) {
            return;
        } else {
            work_finish(work);
            return;
        }
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested_bytes, uv_buf_t *buf)
{
    (void)suggested_bytes;
    struct step_work *work = handle->data;
    *buf = uv_buf_init(work->runner->read_buffer, RUNNER_READ_BYTES);
}

static void on_output(uv_stream_t *stream, ssize_t n_read, const uv_buf_t *buf);

static void reading_go_on(uv_timer_t *pause)
{
    struct step_work *work = pause->data;
    if (!work->pipe_ended)
        uv_read_start((uv_stream_t *)&work->pipe, on_alloc, on_output); /* it may be reading already */
}

static void reading_pause(struct step_work *work, size_t n_bytes)
{
    int64_t pause_us = rate_take(&work->rate, n_bytes, clock_monotonic_us(clock_system()));
    if (!pause_us || work->limit != LIMIT_NONE)
        return;
    work->slowed = true;
    uv_read_stop((uv_stream_t *)&work->pipe);
    uv_timer_start(&work->pause, reading_go_on, (uint64_t)(pause_us / 1000) + 1, 0);
}

static void on_output(uv_stream_t *stream, ssize_t n_read, const uv_buf_t *buf)
{
    struct step_work *work = stream->data;
    if (n_read > 0) {
        step_output(work, buf->base, (size_t)n_read);
        reading_pause(work, (size_t)n_read);
        return;
    }
    if (n_read == 0)
        return;
    uv_read_stop(stream);
    work->pipe_ended = true;
    if (work->keeper.program_ended)
        rest_end(work);
}

/* ---- beginning and end ---- */

static void step_handle_closed(uv_handle_t *handle)
{
    struct step_work *work = handle->data;
    if (--work->n_handles)
        return;
    close(work->launched.control_fd);
    output_free(work->output);
    arena_free(work->arena);
}

void step_discard(struct step_work *work)
{
    if (!work->n_handles) {
        output_free(work->output);
        arena_free(work->arena);
        return;
    }
    uv_close((uv_handle_t *)&work->control, step_handle_closed);
    uv_close((uv_handle_t *)&work->pipe, step_handle_closed);
    uv_close((uv_handle_t *)&work->timer, step_handle_closed);
    uv_close((uv_handle_t *)&work->pause, step_handle_closed);
}

static void on_watch(void *context, const char *bytes, size_t n_bytes)
{
    struct step_work *work = context;
    work->runner->watch(work->runner->watch_context, work->order.run, bytes, n_bytes);
}

static void handles_open(struct step_work *work, int output_fd)
{
    uv_loop_t *loop = work->runner->loop;
    must(uv_poll_init(loop, &work->control, work->launched.control_fd) == 0);
    must(uv_pipe_init(loop, &work->pipe, 0) == 0);
    must(uv_timer_init(loop, &work->timer) == 0);
    must(uv_timer_init(loop, &work->pause) == 0);
    work->control.data = work->pipe.data = work->timer.data = work->pause.data = work;
    work->n_handles = 4;
    must(uv_poll_start(&work->control, UV_READABLE | UV_DISCONNECT, on_control) == 0);
    must(uv_pipe_open(&work->pipe, output_fd) == 0);
    must(uv_read_start((uv_stream_t *)&work->pipe, on_alloc, on_output) == 0);
}

const char *step_begin(struct step_work *work)
{
    struct runner *runner = work->runner;
    const char *why = launcher_step(runner->launcher, work->arena, &work->order, &work->launched);
    if (why)
        return why;
    if (work->launched.place) {
        work->remote = arena_alloc(work->arena, sizeof *work->remote);
        *work->remote = (struct remote){0};
        memcpy(work->remote->nonce, work->launched.nonce, sizeof work->remote->nonce);
    }
    work->limit_us = runner->limits.step_time_us;
    if (!work->remote) /* the way to another place is no part of that moment */
        limit_endless(work);
    work->output = output_new(runner->limits.output_bytes, runner->rules);
    if (runner->watch)
        output_watch(work->output, on_watch, work);
    work->running = true;
    work->started_us = clock_monotonic_us(clock_system());
    rate_start(&work->rate, runner->limits.output_rate, work->started_us);
    handles_open(work, work->launched.output_fd);
    return NULL;
}
