#include "api/http_thread.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "api/server.h"
#include "base/thread.h"

enum {
    LONGEST_WAIT_MS = 60 * 1000,
    HELD_WAIT_MS = 1,
    WORTH_WAKING_ALERTS = 4, /* waking the engine costs as much as reading one */
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

static void *serve(void *context)
{
    struct http_thread *thread = context;
    int epoll_fd = MHD_get_daemon_info(thread->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    struct pollfd fds[] = {{.fd = epoll_fd, .events = POLLIN}, {.fd = thread->wake_fd, .events = POLLIN}};
    while (!atomic_load(&thread->ending)) {
        eventfd_t n;
        int timeout = timeout_ms(thread);
        thread->goes_on = false;
        if (timeout != 0)
            poll(fds, 2, timeout);
        if (timeout != 0 && fds[1].revents)
            eventfd_read(thread->wake_fd, &n);
        atomic_store(&thread->woken, false); /* who resumes a connection from here on wakes the next round */
        MHD_run(thread->daemon);
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
