#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "api/connections.h"
#include "base/arena.h"

enum { HEADER_TIME_US = 15 * 1000000 };

struct connection {
    struct connection *next, **back;
    MHD_socket fd;                  /* open for as long as the connection is in the list */
    _Atomic int64_t waits_since_us; /* for a header; 0: a request is under way */
};

struct connections {
    pthread_mutex_t lock;
    const struct clock *clock;
    struct connection *first;
    size_t n, n_crowd;
};

struct connections *connections_new(const struct clock *clock, size_t n_limit)
{
    struct connections *connections = heap_alloc(sizeof *connections);
    pthread_mutex_init(&connections->lock, NULL);
    connections->clock = clock;
    connections->n_crowd = n_limit / 4;
    return connections;
}

void connections_free(struct connections *connections)
{
    pthread_mutex_destroy(&connections->lock);
    heap_free_(&connections);
}

/* Ends them without closing: the library sees the end of the stream, and cleans up in its own thread. */
static void end_slow(struct connections *connections, int64_t now_us)
{
    for (struct connection *c = connections->first; c; c = c->next) {
        int64_t since_us = atomic_load(&c->waits_since_us);
        if (since_us && now_us - since_us > HEADER_TIME_US)
            shutdown(c->fd, SHUT_RDWR);
    }
}

static struct connection *begin(struct connections *connections, MHD_socket fd)
{
    int64_t now_us = clock_monotonic_us(connections->clock);
    struct connection *c = heap_alloc(sizeof *c);
    c->fd = fd;
    atomic_store(&c->waits_since_us, now_us);
    pthread_mutex_lock(&connections->lock);
    c->next = connections->first;
    c->back = &connections->first;
    if (c->next)
        c->next->back = &c->next;
    connections->first = c;
    if (++connections->n > connections->n_crowd)
        end_slow(connections, now_us);
    pthread_mutex_unlock(&connections->lock);
    return c;
}

static void end(struct connections *connections, struct connection *c)
{
    pthread_mutex_lock(&connections->lock);
    *c->back = c->next;
    if (c->next)
        c->next->back = c->back;
    connections->n--;
    pthread_mutex_unlock(&connections->lock);
    heap_free_(&c);
}

void connections_notify(void *context, struct MHD_Connection *connection, void **of,
                        enum MHD_ConnectionNotificationCode code)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (code == MHD_CONNECTION_NOTIFY_STARTED && info)
        *of = begin(context, info->connect_fd);
    else if (code == MHD_CONNECTION_NOTIFY_CLOSED && *of)
        end(context, *of);
}

void connection_waits(struct MHD_Connection *connection, int64_t since_us)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = info ? info->socket_context : NULL;
    if (c)
        atomic_store(&c->waits_since_us, since_us);
}
