#include "api/http_thread.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/server.h"
#include "base/thread.h"

enum {
    LONGEST_WAIT_MS = 60 * 1000,
    HELD_WAIT_MS = 1,
    PASS_US = 1000,
    SHORT_OF_ROOM_US = 100000, /* of descriptors or memory */
    BUSY_ROUNDS = 8,           /* without a wait, after which it is looked whether somebody calls */
    WORTH_WAKING_ALERTS = 4,   /* waking the engine costs as much as reading one */
};

static int timeout_ms(struct http_thread *thread)
{
    MHD_UNSIGNED_LONG_LONG ms;
    int watched = watchers_tick(thread->api->watchers);
    if (MHD_get_timeout(thread->daemon, &ms) != MHD_YES)
        return watched;
    if (thread->n_held && !thread->goes_on)
        ms = HELD_WAIT_MS;
    int own = ms < LONGEST_WAIT_MS ? (int)ms : LONGEST_WAIT_MS;
    return watched >= 0 && watched < own ? watched : own;
}

/* Of the machine: poll(2) waits by no other. */
static int64_t now_us(void)
{
    return clock_monotonic_us(clock_system());
}

static bool has_fewest(const struct http_thread *thread)
{
    const struct api *api = thread->api;
    for (unsigned i = 0; i < api->n_threads; i++)
        if (atomic_load(&api->threads[i].n_connections) < atomic_load(&thread->n_connections))
            return false;
    return true;
}

static bool accept_one(struct http_thread *thread)
{
    struct sockaddr_storage from;
    socklen_t n_bytes = sizeof from;
    int fd = accept4(thread->listen_fd, (struct sockaddr *)&from, &n_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
        thread->passes_until_us = now_us() + SHORT_OF_ROOM_US;
    /* The library closes what it does not take. */
    if (fd < 0 || MHD_add_connection(thread->daemon, fd, (struct sockaddr *)&from, n_bytes) != MHD_YES)
        return false;
    atomic_fetch_add(&thread->n_connections, 1);
    return true;
}

/* Somebody calls. The first is taken by whoever has passed once already. */
static void accept_some(struct http_thread *thread)
{
    bool passed = thread->passes_until_us != 0;
    thread->passes_until_us = 0;
    if (!passed && !has_fewest(thread)) {
        thread->passes_until_us = now_us() + PASS_US;
        return;
    }
    while (atomic_load(&thread->n_connections) < thread->n_limit && accept_one(thread) &&
           has_fewest(thread)) {
    }
}

/* Waits until there is something to do; timeout in ms, 0: there is. */
static void wait_for_work(struct http_thread *thread, struct pollfd fds[static 3], int timeout)
{
    bool listens = atomic_load(&thread->n_connections) < thread->n_limit;
    if (thread->passes_until_us) {
        int64_t left_us = thread->passes_until_us - now_us();
        listens &= left_us <= 0;
        int left_ms = left_us > 0 ? (int)(left_us / 1000) + 1 : 0;
        if (left_us > 0 && (timeout < 0 || timeout > left_ms))
            timeout = left_ms;
    }
    fds[1].revents = fds[2].revents = 0;
    poll(fds, listens ? 3 : 2, timeout);
    if (fds[1].revents) {
        eventfd_t n;
        eventfd_read(thread->wake_fd, &n);
    }
    if (listens && fds[2].revents)
        accept_some(thread);
}

static void *serve(void *context)
{
    struct http_thread *thread = context;
    int epoll_fd = MHD_get_daemon_info(thread->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    struct pollfd fds[] = {{.fd = epoll_fd, .events = POLLIN},
                           {.fd = thread->wake_fd, .events = POLLIN},
                           {.fd = thread->listen_fd, .events = POLLIN}};
    for (unsigned n_busy = 0; !atomic_load(&thread->ending);) {
        int timeout = timeout_ms(thread);
        thread->goes_on = false;
        n_busy = timeout == 0 ? n_busy + 1 : 0;
        if (timeout != 0 || n_busy % BUSY_ROUNDS == 0)
            wait_for_work(thread, fds, timeout);
        atomic_store(&thread->woken, false); /* who resumes a connection from here on wakes the next round */
        MHD_run(thread->daemon);
        atomic_store(
            &thread->n_connections,
            MHD_get_daemon_info(thread->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections);
        http_thread_tell_engine(thread);
    }
    return NULL;
}

int http_thread_start(struct http_thread *thread, struct err *err)
{
    thread->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (thread->wake_fd < 0)
        return err_set(err, "the HTTP server does not start: too few file descriptors (ulimit -n)");
    thread->started = thread_start(&thread->thread, serve, thread) == 0;
    if (thread->started)
        return 0;
    close(thread->wake_fd);
    return err_set(err, "the HTTP server does not start: too few threads (ulimit -u)");
}

static void wake(struct http_thread *thread)
{
    if (!atomic_exchange(&thread->woken, true))
        eventfd_write(thread->wake_fd, 1);
}

/* First noted, then asked: whoever ends the holding between the two finds the note. */
void http_thread_wake(struct http_thread *thread)
{
    atomic_store(&thread->resumed, true);
    if (!atomic_load(&thread->api->answers_held))
        wake(thread);
}

void http_thread_wake_held(struct http_thread *thread)
{
    if (atomic_exchange(&thread->resumed, false))
        wake(thread);
}

void http_thread_tell_engine(struct http_thread *thread)
{
    const struct api_backend *backend = &thread->api->backend;
    if (thread->has_submitted && backend->wake)
        backend->wake(backend->core);
    thread->has_submitted = false;
    thread->n_alerts = 0;
}

void http_thread_has_submitted(struct http_thread *thread, size_t n_alerts)
{
    thread->has_submitted = true;
    thread->n_alerts += n_alerts;
    if (thread->n_alerts >= WORTH_WAKING_ALERTS)
        http_thread_tell_engine(thread);
}

void http_thread_goes_on(struct http_thread *thread)
{
    thread->goes_on = true;
}

void http_thread_end(struct http_thread *thread)
{
    if (!thread->started)
        return;
    atomic_store(&thread->ending, true);
    eventfd_write(thread->wake_fd, 1);
    pthread_join(thread->thread, NULL);
    close(thread->wake_fd);
    thread->started = false;
}
