/* A thread that serves its own connections, with a libmicrohttpd of its own. Its loop is ours, because the
 * library's would be woken by a system call for each answer, and would tell the engine of each request: here
 * all that was decided in one commit wakes it once, and the engine is woken once for a few alerts that it has
 * read: while it decides about them, the next ones are read.
 *
 * New connections are taken by the thread that has the fewest. The library would give all that come in one
 * moment to the thread that wakes first, and the other one would have nothing to do for as long as they
 * stay. A thread that has more leaves them to the others for a moment only, for those may be at work. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "api/microhttpd_library.h"
#include "base/err.h"

struct api;

struct http_thread {
    struct api *api;
    /* Without a thread and a listener of the library's; the caller's to start and stop. */
    struct MHD_Daemon *daemon;
    int listen_fd; /* of all threads; nonblocking; the caller's */
    unsigned n_limit;
    _Atomic unsigned n_connections;
    int64_t passes_until_us; /* leaves new connections to the others; monotonic; the thread's own */
    pthread_t thread;
    int wake_fd;
    bool started;
    bool has_submitted; /* since it last woke the engine; the thread's own, */
    size_t n_alerts;    /* of them; also */
    size_t n_held;      /* requests of its connections that are held; also */
    bool goes_on;       /* something happened in this round; also */
    _Atomic bool woken, resumed, ending;
};

int http_thread_start(struct http_thread *thread, struct err *err);
/* A connection of it was resumed: wakes it, now or when the answers are not held any more. Any thread. */
void http_thread_wake(struct http_thread *thread);
/* Wakes it when that was held back. */
void http_thread_wake_held(struct http_thread *thread);
/* Wakes the engine for what was submitted. On the thread itself, before anything that takes a while. */
void http_thread_tell_engine(struct http_thread *thread);
/* Notes that something was submitted, and wakes the engine when that is enough. On the thread itself. */
void http_thread_has_submitted(struct http_thread *thread, size_t n_alerts);
/* A connection of it got further than to be asked whether it still waits. On the thread itself. */
void http_thread_goes_on(struct http_thread *thread);
/* Returns when it has ended; its daemon may be stopped then. Nothing happens when it was not started. */
void http_thread_end(struct http_thread *thread);
