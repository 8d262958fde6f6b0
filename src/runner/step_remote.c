/* A step in another place: the pipe to the program that leads there, and what its marks mean. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/must.h"
#include "runner/shell.h"
#include "runner/step.h"

struct step_remote {
    struct remote marks;
    int input_fd; /* until the loop has it; -1 */
    uv_pipe_t input;
    bool is_open; /* the handle */
};

struct sending { /* in the step's arena: the loop may write it late */
    uv_write_t request;
    struct buf bytes;
};

int step_remote_open(struct step_work *work, int *ret_input_fd, struct err *err)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_set(err, "no pipe for the input: %s", strerror(errno));
    work->remote = arena_alloc(work->arena, sizeof *work->remote);
    *work->remote = (struct step_remote){.input_fd = fds[1]};
    remote_begin(&work->remote->marks);
    *ret_input_fd = fds[0];
    return 0;
}

static void on_sent(uv_write_t *request, int status)
{
    struct sending *sending = (struct sending *)request; /* its first member */
    (void)status; /* what did not arrive is seen by the mark that does not come */
    explicit_bzero(sending->bytes.at, sending->bytes.n_bytes);
    buf_free(&sending->bytes);
}

static void send_bytes(struct step_work *work, struct sending *sending)
{
    uv_buf_t bytes = uv_buf_init(sending->bytes.at, (unsigned)sending->bytes.n_bytes);
    if (uv_write(&sending->request, (uv_stream_t *)&work->remote->input, &bytes, 1, on_sent) != 0)
        on_sent(&sending->request, 0);
}

void step_remote_start(struct step_work *work)
{
    struct step_remote *remote = work->remote;
    struct sending *word = arena_alloc(work->arena, sizeof *word);
    must(uv_pipe_init(work->runner->loop, &remote->input, 0) == 0);
    remote->input.data = work;
    remote->is_open = true;
    work->n_handles++;
    must(uv_pipe_open(&remote->input, remote->input_fd) == 0);
    remote->input_fd = -1;
    *word = (struct sending){0};
    remote_word(&remote->marks, &word->bytes);
    send_bytes(work, word);
}

/* A folder of the run that no other installation uses, and that does not tell where ours lies. */
static const char *folder_there(struct step_work *work)
{
    char host[256] = "", hash[SHA256_HEX_BYTES];
    gethostname(host, sizeof host - 1);
    const char *names = arena_printf(work->arena, "%s\n%s", host, work->folder);
    sha256_hex(names, strlen(names), hash);
    return arena_printf(work->arena, "%.16s", hash);
}

static void send_step(struct step_work *work)
{
    scoped_buf struct buf prelude = {0};
    struct sending *step = arena_alloc(work->arena, sizeof *step);
    *step = (struct sending){0};
    shell_prelude_write(&prelude, work->place.pins);
    remote_step_write(&work->remote->marks,
                      &(struct remote_step){.folder = folder_there(work),
                                            .prelude = buf_text(&prelude),
                                            .pins = work->place.pins,
                                            .command = work->command->text,
                                            .keeps = work->order.approved},
                      &step->bytes);
    send_bytes(work, step);
}

static void input_close(struct step_work *work)
{
    if (work->remote->is_open)
        uv_close((uv_handle_t *)&work->remote->input, step_handle_closed);
    work->remote->is_open = false;
}

bool step_remote_stop(struct step_work *work)
{
    if (!work->remote->marks.ready)
        return false;
    input_close(work);
    return true;
}

void step_remote_output(struct step_work *work, const char *bytes, size_t n_bytes)
{
    struct remote *marks = &work->remote->marks;
    scoped_buf struct buf text = {0};
    bool was_ready = marks->ready, had_ended = marks->ended;
    remote_take(marks, bytes, n_bytes, &text);
    output_add(work->output, text.at, text.n_bytes);
    if (marks->ready && !was_ready && work->remote->is_open)
        send_step(work);
    if (marks->ended && !had_ended) {
        input_close(work);
        step_ended_there(work);
    }
}

static void judge_end(struct step_work *work, struct step_result *result)
{
    const struct remote *marks = &work->remote->marks;
    result->exit_code = marks->exit_code;
    if (work->limit == LIMIT_NONE) {
        step_judge_exit(result);
        if (marks->n_left)
            result->why = arena_printf(work->arena, "it left %d running", marks->n_left);
        return;
    }
    const char *after = arena_printf(work->arena, "after %.1f s", (double)work->limit_us / 1e6);
    result->state = work->limit == LIMIT_ENDLESS ? STEP_SUCCEEDED
                    : work->limit == LIMIT_TIME  ? STEP_TIMED_OUT
                                                 : STEP_FAILED;
    result->why = arena_printf(
        work->arena, "%s %s; nothing of it is left there",
        work->limit == LIMIT_ENDLESS ? "endless command, stopped" : "stopped",
        work->limit == LIMIT_PERSON ? arena_printf(work->arena, "by %s", work->stopped_by) : after);
}

void step_remote_judge(struct step_work *work, struct step_result *result)
{
    const struct remote *marks = &work->remote->marks;
    int status = work->keeper.status;
    const char *name = work->place.name;
    if (marks->ended) {
        judge_end(work, result);
        return;
    }
    result->exit_code = work->keeper.program_ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (!marks->ready) {
        result->state =
            work->limit == LIMIT_TIME || work->limit == LIMIT_ENDLESS ? STEP_TIMED_OUT : STEP_FAILED;
        result->why = arena_printf(work->arena, "%s could not be reached; nothing has run there", name);
    } else if (work->command->risk.class == RISK_READ) {
        result->state =
            work->limit == LIMIT_TIME || work->limit == LIMIT_ENDLESS ? STEP_TIMED_OUT : STEP_FAILED;
        result->why = arena_printf(work->arena, "the connection to %s was lost", name);
    } else {
        result->state = STEP_EFFECT_UNKNOWN;
        result->why =
            arena_printf(work->arena,
                         "the connection to %s was lost while it ran; whether it did its work is not "
                         "known: look there before it runs again",
                         name);
    }
}

void step_remote_discard(struct step_work *work)
{
    if (work->remote)
        input_close(work);
}
