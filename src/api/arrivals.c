#include "api/arrivals.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/server.h"

enum { SHORTAGE_MS = 100 };

struct arrival {
    struct arrival *next;
    int fd;
    struct sockaddr_storage from;
    socklen_t from_bytes;
};

void arrivals_start(struct arrivals *arrivals)
{
    pthread_mutex_init(&arrivals->lock, NULL);
    arrivals->last = &arrivals->first;
}

static struct arrival *take_all(struct arrivals *arrivals)
{
    pthread_mutex_lock(&arrivals->lock);
    struct arrival *first = arrivals->first;
    arrivals->first = NULL;
    arrivals->last = &arrivals->first;
    pthread_mutex_unlock(&arrivals->lock);
    return first;
}

void arrivals_end(struct arrivals *arrivals)
{
    for (struct arrival *arrival = take_all(arrivals), *next; arrival; arrival = next) {
        next = arrival->next;
        close(arrival->fd);
        heap_free_(&arrival);
    }
    pthread_mutex_destroy(&arrivals->lock);
}

static unsigned count(struct arrivals *arrivals)
{
    pthread_mutex_lock(&arrivals->lock);
    unsigned n = arrivals->n_connections;
    pthread_mutex_unlock(&arrivals->lock);
    return n;
}

static struct http_thread *least_busy(struct api *api)
{
    struct http_thread *least = &api->threads[0];
    unsigned fewest = count(&least->arrivals);
    for (unsigned i = 1; i < api->n_threads; i++) {
        unsigned n = count(&api->threads[i].arrivals);
        if (n >= fewest)
            continue;
        least = &api->threads[i];
        fewest = n;
    }
    return least;
}

static void hand_over(struct api *api, struct arrival *arrival)
{
    struct http_thread *thread = least_busy(api);
    struct arrivals *arrivals = &thread->arrivals;
    pthread_mutex_lock(&arrivals->lock);
    *arrivals->last = arrival;
    arrivals->last = &arrival->next;
    arrivals->n_connections++;
    pthread_mutex_unlock(&arrivals->lock);
    if (thread != &api->threads[0]) /* which is awake: it accepts */
        http_thread_wake(thread);
}

int arrivals_accept(struct api *api, int listen_fd)
{
    for (;;) {
        struct arrival *arrival = heap_alloc(sizeof *arrival);
        arrival->from_bytes = sizeof arrival->from;
        arrival->fd = accept4(listen_fd, (struct sockaddr *)&arrival->from, &arrival->from_bytes,
                              SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (arrival->fd >= 0) {
            hand_over(api, arrival);
            continue;
        }
        int error = errno;
        heap_free_(&arrival);
        if (error != ECONNABORTED && error != EINTR)
            return error == EAGAIN ? -1 : SHORTAGE_MS;
    }
}

void arrivals_serve(struct arrivals *arrivals, struct MHD_Daemon *daemon)
{
    for (struct arrival *arrival = take_all(arrivals), *next; arrival; arrival = next) {
        next = arrival->next;
        if (MHD_add_connection(daemon, arrival->fd, (struct sockaddr *)&arrival->from, arrival->from_bytes) !=
            MHD_YES)
            arrivals_left(arrivals); /* the library has closed it */
        heap_free_(&arrival);
    }
}

void arrivals_left(struct arrivals *arrivals)
{
    pthread_mutex_lock(&arrivals->lock);
    arrivals->n_connections--;
    pthread_mutex_unlock(&arrivals->lock);
}
