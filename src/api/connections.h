/* Connections that are slow on purpose: a client that sends its header byte by byte never idles, so the
 * library's timeout does not reach it, and a few hundred such clients would keep everybody else out. When
 * more than a quarter of the places are taken, every new connection ends those that have been without a whole
 * header for 15 s. */
#pragma once

#include <stddef.h>

#include "api/microhttpd_library.h"
#include "base/clock.h"

struct connections;

struct connections *connections_new(const struct clock *clock, size_t n_limit);
void connections_free(struct connections *connections); /* none may be open */

/* For MHD_OPTION_NOTIFY_CONNECTION. Any thread. */
void connections_notify(void *connections, struct MHD_Connection *connection, void **of,
                        enum MHD_ConnectionNotificationCode code);
/* The connection waits for a header since then (monotonic); 0: its header is there. Its own thread. */
void connection_waits(struct MHD_Connection *connection, int64_t since_us);
