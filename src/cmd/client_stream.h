/* A stream of the server's events (text/event-stream), which comes back by itself when the server does. */
#pragma once

#include "cmd/client.h"

struct client_stream;

/* path: "/api/v1/events?incident=4"; from now on. The client must stay. */
struct client_stream *client_stream_open(const struct client *client, const char *path);
void client_stream_close(struct client_stream *stream);

/* Waits for events, but no longer than so long, and no longer than until fd (or -1) has input. Adds each
 * event to out as the server wrote it, a line of JSON each. */
void client_stream_wait(struct client_stream *stream, int fd, int timeout_ms, struct buf *out);
/* Whether the server is there now. */
bool client_stream_lives(const struct client_stream *stream);
