/* The pipe to the program that leads elsewhere (runner/remote.h). Only what may start a step holds it: who
 * reads its output could else write another one into it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/must.h"
#include "runner/launcher_priv.h"

struct launch_input {
    struct remote marks;
    struct remote_step step;
    bool is_open, fed;
    bool is_closed, is_over; /* the handle is; the launch is */
    uv_pipe_t pipe;
};

struct sending { /* in the launch's arena: the loop may write it late */
    uv_write_t request;
    struct buf bytes;
};

static void on_sent(uv_write_t *request, int status)
{
    struct sending *sending = (struct sending *)request; /* its first member */
    (void)status; /* what did not arrive is seen by the mark that does not come */
    explicit_bzero(sending->bytes.at, sending->bytes.n_bytes);
    buf_free(&sending->bytes);
}

static struct sending *sending_new(struct launch *launch)
{
    struct sending *sending = arena_alloc(launch->arena, sizeof *sending);
    *sending = (struct sending){0};
    return sending;
}

static void send_bytes(struct launch *launch, struct sending *sending)
{
    uv_buf_t bytes = uv_buf_init(sending->bytes.at, (unsigned)sending->bytes.n_bytes);
    if (uv_write(&sending->request, (uv_stream_t *)&launch->input->pipe, &bytes, 1, on_sent) != 0)
        on_sent(&sending->request, 0);
}

int launch_input_open(struct launch *launch, const struct launch_feed *feed, int *ret_fd, struct err *err)
{
    struct arena *arena = launch->arena;
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return err_set(err, "no pipe for the input: %s", strerror(errno));
    struct launch_input *input = launch->input = arena_alloc(arena, sizeof *input);
    *input = (struct launch_input){.is_open = true,
                                   .step = {.folder = arena_strdup(arena, feed->folder),
                                            .prelude = arena_strdup(arena, feed->prelude),
                                            .pins = arena_strdup(arena, feed->pins),
                                            .command = arena_strdup(arena, feed->command),
                                            .keeps = feed->keeps}};
    remote_begin(&input->marks);
    must(uv_pipe_init(launch->launcher->loop, &input->pipe, 0) == 0);
    input->pipe.data = launch;
    must(uv_pipe_open(&input->pipe, fds[1]) == 0);
    struct sending *word = sending_new(launch);
    remote_word(&input->marks, &word->bytes);
    send_bytes(launch, word);
    *ret_fd = fds[0];
    return 0;
}

const char *launch_input_nonce(const struct launch *launch)
{
    return launch->input->marks.nonce;
}

void launch_input_feed(struct launch *launch)
{
    struct launch_input *input = launch->input;
    if (!input || !input->is_open || input->fed)
        return;
    input->fed = true;
    struct sending *step = sending_new(launch);
    remote_step_write(&input->marks, &input->step, &step->bytes);
    send_bytes(launch, step);
}

static void on_closed(uv_handle_t *pipe)
{
    struct launch *launch = pipe->data;
    launch->input->is_closed = true;
    if (launch->input->is_over)
        arena_free(launch->arena);
}

void launch_input_close(struct launch *launch)
{
    struct launch_input *input = launch->input;
    if (input && input->is_open)
        uv_close((uv_handle_t *)&input->pipe, on_closed);
    if (input)
        input->is_open = false;
}

void launch_free(struct launch *launch)
{
    struct launch_input *input = launch->input;
    launch_input_close(launch);
    if (!input || input->is_closed)
        arena_free(launch->arena);
    else
        input->is_over = true;
}
