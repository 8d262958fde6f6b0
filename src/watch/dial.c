#include "watch/dial.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/checks.h"

enum { RECEIVED_BYTES = 16 * 1024 };

struct dial {
    struct dial_handlers handlers; /* all NULL: it has ended */
    uv_getaddrinfo_t resolving;
    uv_connect_t connecting;
    uv_tcp_t tcp;
    struct addrinfo *found, *next;
    bool resolves, opened, ended;
    char received[RECEIVED_BYTES];
};

static void dial_free(struct dial *dial)
{
    uv_freeaddrinfo(dial->found);
    free(dial);
}

static void on_closed(uv_handle_t *handle)
{
    dial_free(handle->data);
}

static void fail(struct dial *dial, int error)
{
    if (!dial->ended)
        dial->handlers.failed(dial->handlers.context, uv_strerror(error));
}

static void on_room(uv_handle_t *handle, size_t n_wanted, uv_buf_t *room)
{
    struct dial *dial = handle->data;
    (void)n_wanted;
    *room = uv_buf_init(dial->received, sizeof dial->received);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
    struct dial *dial = stream->data;
    if (dial->ended || n == 0)
        return;
    if (n < 0)
        fail(dial, (int)n);
    else
        dial->handlers.received(dial->handlers.context, bytes->base, (size_t)n);
}

static void try_next(struct dial *dial);

static void on_retry_closed(uv_handle_t *handle)
{
    struct dial *dial = handle->data;
    dial->opened = false;
    if (dial->ended)
        dial_free(dial);
    else
        try_next(dial);
}

static void on_connected(uv_connect_t *connecting, int status)
{
    struct dial *dial = connecting->data;
    if (dial->ended)
        return;
    if (status < 0 && dial->next) {
        uv_close((uv_handle_t *)&dial->tcp, on_retry_closed);
        return;
    }
    if (status == 0 && dial->handlers.received)
        status = uv_read_start((uv_stream_t *)&dial->tcp, on_room, on_read);
    if (status < 0)
        fail(dial, status);
    else
        dial->handlers.connected(dial->handlers.context);
}

static void try_next(struct dial *dial)
{
    const struct addrinfo *address = dial->next;
    uv_loop_t *loop = dial->resolving.loop;
    dial->next = address->ai_next;
    uv_tcp_init(loop, &dial->tcp);
    dial->opened = true;
    dial->tcp.data = dial->connecting.data = dial;
    int result = uv_tcp_connect(&dial->connecting, &dial->tcp, address->ai_addr, on_connected);
    if (result < 0)
        fail(dial, result);
}

static void on_resolved(uv_getaddrinfo_t *resolving, int status, struct addrinfo *found)
{
    struct dial *dial = resolving->data;
    dial->resolves = false;
    dial->found = dial->next = found;
    if (dial->ended)
        dial_free(dial);
    else if (status < 0)
        fail(dial, status);
    else
        try_next(dial);
}

int dial_begin(uv_loop_t *loop, const char *address, const struct dial_handlers *handlers,
               struct dial **ret_dial, struct err *err)
{
    char host[256], port[6];
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    if (address_split(address, host, port) < 0)
        return err_set(err, "%s names no host and port", address);
    struct dial *dial = heap_alloc(sizeof *dial);
    dial->handlers = *handlers;
    dial->resolving.data = dial;
    dial->resolves = true;
    int result = uv_getaddrinfo(loop, &dial->resolving, on_resolved, host, port, &hints);
    if (result < 0) {
        free(dial);
        return err_set(err, "%s: %s", address, uv_strerror(result));
    }
    *ret_dial = dial;
    return 0;
}

struct writing {
    uv_write_t request;
    char bytes[];
};

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* what goes wrong is read, too */
    free(request);
}

void dial_write(struct dial *dial, const char *bytes, size_t n_bytes)
{
    struct writing *writing = heap_alloc(sizeof *writing + n_bytes);
    memcpy(writing->bytes, bytes, n_bytes);
    uv_buf_t buf = uv_buf_init(writing->bytes, (unsigned)n_bytes);
    if (uv_write(&writing->request, (uv_stream_t *)&dial->tcp, &buf, 1, on_written) < 0)
        free(writing);
}

void dial_end(struct dial *dial)
{
    if (!dial || dial->ended)
        return;
    dial->ended = true;
    if (dial->resolves)
        uv_cancel((uv_req_t *)&dial->resolving); /* freed when it is called back, which may take long */
    else if (dial->opened && !uv_is_closing((uv_handle_t *)&dial->tcp))
        uv_close((uv_handle_t *)&dial->tcp, on_closed);
    else if (!dial->opened)
        dial_free(dial);
}
