/* One end of a frame connection: a libuv pipe, the decoder, the table of who may send what.
 *
 * It ends once, for one reason: the handle is closed first, and `closed` is called from the close callback,
 * so a handler never finds the connection half gone. What the socket does not take is gathered and goes in
 * one piece when it takes more: libuv writes one piece a turn of the loop, and turns are long when much is
 * sent. Freeing waits for both: the handle is closed, and the owner has let go. */
#include "loop/frame.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/must.h"
#include "loop/frame_decoder.h"

/* A peer that does not read is stuck or hostile; memory must not grow for it. One that does may be behind: a
 * hundred thousand pages are 140 MB. */
enum { QUEUE_BYTES = 4 * FRAME_BYTES, LONG_QUEUE_BYTES = 16 * FRAME_BYTES, STUCK_MS = 10 * 1000 };
enum { READ_BYTES = 64 * 1024, KEPT_BYTES = 256 * 1024, SOCKET_BYTES = 1024 * 1024 };

struct frames {
    uv_pipe_t pipe;
    const struct frame_rule *rules;
    const char *self, *peer;
    struct frame_handlers handlers;
    struct frame_decoder decoder;
    struct buf pending; /* behind the piece that is being written */
    bool writing;
    size_t n_unread; /* of the piece, when last looked at */
    uint64_t
        read_ms; /* when it was last seen to be fewer; the time of the loop, which stands while we are busy */
    const char *why;
    bool closing;    /* uv_close was called */
    bool told;       /* the owner has heard `closed` */
    bool owner_gone; /* frames_close was called */
    char read_buffer[READ_BYTES];
};

struct piece {
    uv_write_t request;
    char *bytes;
};

static void frames_free(struct frames *frames)
{
    frame_decoder_free(&frames->decoder);
    buf_free(&frames->pending);
    free(frames);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct frames *frames = handle->data;
    if (frames->owner_gone) {
        frames_free(frames);
        return;
    }
    frames->told = true;
    frames->handlers.closed(frames->handlers.context, frames->why);
}

static void connection_end(struct frames *frames, const char *why)
{
    if (frames->closing)
        return;
    frames->closing = true;
    frames->why = why;
    uv_close((uv_handle_t *)&frames->pipe, on_handle_closed);
}

static const struct frame_rule *rule_find(const struct frame_rule *rules, uint16_t kind, const char *from,
                                          const char *to)
{
    for (const struct frame_rule *rule = rules; rule->name; rule++)
        if (rule->kind == kind && strcmp(rule->from, from) == 0 && strcmp(rule->to, to) == 0)
            return rule;
    return NULL;
}

static void received_take(struct frames *frames)
{
    struct frame frame;
    int got = 0;
    while (!frames->closing && (got = frame_decoder_next(&frames->decoder, &frame)) > 0) {
        if (!rule_find(frames->rules, frame.kind, frames->peer, frames->self)) {
            log_event(LOG_ERROR, "frame.forbidden", "from=%s kind=%d", frames->peer, frame.kind);
            connection_end(frames, "it sent a kind of frame that it may not send");
            return;
        }
        frames->handlers.received(frames->handlers.context, frame.kind, frame.payload, frame.n_bytes);
    }
    if (got < 0) {
        log_event(LOG_ERROR, "frame.oversize", "from=%s", frames->peer);
        connection_end(frames, "it announced a frame that is too long");
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested_bytes, uv_buf_t *buf)
{
    (void)suggested_bytes;
    struct frames *frames = handle->data;
    *buf = uv_buf_init(frames->read_buffer, sizeof frames->read_buffer);
}

static void on_read(uv_stream_t *stream, ssize_t n_read, const uv_buf_t *buf)
{
    struct frames *frames = stream->data;
    if (n_read < 0) {
        connection_end(frames, n_read == UV_EOF ? "it is gone" : uv_strerror((int)n_read));
        return;
    }
    frame_decoder_add(&frames->decoder, buf->base, (size_t)n_read);
    received_take(frames);
}

int frames_open(uv_loop_t *loop, int fd, const struct frame_rule *rules, const char *self, const char *peer,
                const struct frame_handlers *handlers, struct frames **ret_frames, struct err *err)
{
    struct frames *frames = heap_alloc(sizeof *frames);
    memset(frames, 0, offsetof(struct frames, read_buffer));
    frames->rules = rules;
    frames->self = self;
    frames->peer = peer;
    frames->handlers = *handlers;
    frames->read_ms = uv_now(loop);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){SOCKET_BYTES}, sizeof(int)); /* or what is allowed */
    must(uv_pipe_init(loop, &frames->pipe, 0) == 0);
    frames->pipe.data = frames;
    int failed = uv_pipe_open(&frames->pipe, fd);
    if (failed == 0)
        failed = uv_read_start((uv_stream_t *)&frames->pipe, on_alloc, on_read);
    if (failed) {
        frames_close(frames);
        return err_set(err, "frames to %s on descriptor %d: %s", peer, fd, uv_strerror(failed));
    }
    *ret_frames = frames;
    return 0;
}

void frames_close(struct frames *frames)
{
    if (!frames)
        return;
    frames->owner_gone = true;
    if (frames->told)
        frames_free(frames);
    else
        connection_end(frames, "closed");
}

static void write_pending(struct frames *frames);

static void on_written(uv_write_t *request, int status)
{
    struct frames *frames = request->handle->data;
    struct piece *piece = request->data;
    free(piece->bytes);
    free(piece);
    frames->writing = false;
    frames->n_unread = SIZE_MAX; /* whatever comes next is fewer */
    if (status < 0 && status != UV_ECANCELED)
        connection_end(frames, uv_strerror(status));
    if (!frames->closing)
        write_pending(frames);
}

/* What is left when the socket takes no more becomes a piece of its own. */
static void write_pending(struct frames *frames)
{
    struct buf *pending = &frames->pending;
    uv_stream_t *stream = (uv_stream_t *)&frames->pipe;
    if (frames->writing || !pending->n_bytes)
        return;
    uv_buf_t buf = uv_buf_init(pending->at, (unsigned)pending->n_bytes);
    int n = uv_try_write(stream, &buf, 1); /* what fails here fails below again, and is told then */
    if (n == (int)pending->n_bytes) {
        pending->capacity > KEPT_BYTES ? buf_free(pending) : buf_clear(pending);
        return;
    }
    size_t n_written = n > 0 ? (size_t)n : 0, n_left = pending->n_bytes - n_written;
    struct piece *piece = heap_alloc(sizeof *piece);
    piece->bytes = buf_steal(pending);
    piece->request.data = piece;
    buf = uv_buf_init(piece->bytes + n_written, (unsigned)n_left);
    int failed = uv_write(&piece->request, stream, &buf, 1, on_written);
    frames->writing = failed == 0;
    if (failed) {
        free(piece->bytes);
        free(piece);
        connection_end(frames, uv_strerror(failed));
    }
}

static bool is_full(struct frames *frames, size_t n_bytes)
{
    size_t n_unread = uv_stream_get_write_queue_size((uv_stream_t *)&frames->pipe);
    uint64_t now_ms = uv_now(frames->pipe.loop);
    if (n_unread < frames->n_unread || !n_unread)
        frames->read_ms = now_ms;
    frames->n_unread = n_unread;
    bool reads = now_ms - frames->read_ms < STUCK_MS;
    return frames->pending.n_bytes + n_unread + n_bytes > (reads ? LONG_QUEUE_BYTES : QUEUE_BYTES);
}

void frames_send(struct frames *frames, uint16_t kind, const void *payload, size_t n_bytes)
{
    uint8_t header[FRAME_HEADER_BYTES];
    must(rule_find(frames->rules, kind, frames->self, frames->peer));
    must(n_bytes <= FRAME_BYTES);
    if (frames->closing)
        return;
    if (is_full(frames, n_bytes)) {
        log_event(LOG_ERROR, "frame.queue_full", "to=%s", frames->peer);
        connection_end(frames, "it does not read what is sent to it");
        return;
    }
    frame_header(kind, n_bytes, header);
    buf_add(&frames->pending, header, sizeof header);
    buf_add(&frames->pending, payload, n_bytes);
    write_pending(frames);
}
