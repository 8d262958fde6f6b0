/* New connections, shared out among the threads that serve. Left to accept for themselves, the thread that
 * wakes first takes all that wait: eight senders would be served by one thread, beside an idle one. So the
 * first thread accepts, and hands each connection to the thread that has the fewest.
 *
 * A connection goes into a thread's libmicrohttpd only on that thread. */
#pragma once

#include <pthread.h>

#include "api/microhttpd_library.h"

struct api;
struct arrival;

/* Of one thread: what was accepted for it and waits for its next round. */
struct arrivals {
    pthread_mutex_t lock;
    struct arrival *first, **last;
    unsigned n_connections; /* that are open or wait here */
};

void arrivals_start(struct arrivals *arrivals);
void arrivals_end(struct arrivals *arrivals); /* closes what still waits */

/* Accepts all that waits at the socket, which does not block. -1, or for how many milliseconds nobody should
 * listen, for there are too few file descriptors or too little memory. On the first thread. */
int arrivals_accept(struct api *api, int listen_fd);
/* Gives the library what has come. On the thread itself. */
void arrivals_serve(struct arrivals *arrivals, struct MHD_Daemon *daemon);
/* One of its connections has been closed. Any thread. */
void arrivals_left(struct arrivals *arrivals);
