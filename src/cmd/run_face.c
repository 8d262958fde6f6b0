/* Waiting for a person and for a step at once. Standard input may be a terminal, a pipe, a file or nothing,
 * and only poll(2) takes all of them; the loop of the runner is one more descriptor to it. */
#include <poll.h>
#include <unistd.h>

#include "cmd/run.h"

/* What the caller takes before it waits again; a lost terminal stays lost, and is news only once. */
static bool has_news(const struct run_face *face, bool was_over)
{
    return (!was_over && (face->hung_up || face->terminated)) || face->interrupted || face->resized ||
           face->ended >= 0 || face->output.n_bytes;
}

bool run_wait(struct run_face *face, bool want_input)
{
    bool was_over = face->hung_up || face->terminated;
    struct pollfd fds[] = {{.fd = uv_backend_fd(face->loop), .events = POLLIN},
                           {.fd = want_input ? STDIN_FILENO : -1, .events = POLLIN}};
    uv_run(face->loop, UV_RUN_NOWAIT);
    if (has_news(face, was_over))
        return false;
    poll(fds, 2, uv_backend_timeout(face->loop));
    if (want_input && fds[1].revents)
        return true;
    uv_run(face->loop, UV_RUN_NOWAIT);
    return false;
}

static void on_signal(uv_signal_t *signal, int number)
{
    struct run_face *face = signal->data;
    face->hung_up |= number == SIGHUP;
    face->terminated |= number == SIGTERM;
    face->interrupted |= number == SIGINT;
    face->resized |= number == SIGWINCH;
}

void run_face_open(struct run_face *face, uv_loop_t *loop)
{
    static const int numbers[] = {SIGHUP, SIGTERM, SIGINT, SIGWINCH};
    face->loop = loop;
    face->ended = -1;
    for (size_t i = 0; i < RUN_SIGNALS; i++) {
        uv_signal_init(loop, &face->signals[i]);
        face->signals[i].data = face;
        uv_signal_start(&face->signals[i], on_signal, numbers[i]);
    }
}

void run_face_close(struct run_face *face)
{
    for (size_t i = 0; i < RUN_SIGNALS; i++)
        uv_close((uv_handle_t *)&face->signals[i], NULL);
    buf_free(&face->output);
}

void run_face_output(void *context, const char *bytes, size_t n_bytes)
{
    struct run_face *face = context;
    buf_add(&face->output, bytes, n_bytes);
}

void run_face_ended(void *context, int row)
{
    struct run_face *face = context;
    face->ended = row;
}
