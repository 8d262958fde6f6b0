/* An answer that is written while it is sent, in pieces, so that its length costs no memory. It outlives its
 * request. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"

struct http_thread;
struct request;
struct stream;

enum stream_got { STREAM_MORE, STREAM_END, STREAM_FAILED };

struct stream {
    struct buf out;
    size_t n_sent;
    bool ended;
    struct http_thread *thread; /* of its connection */
    /* Adds a piece to out, or nothing when that would take long: it is asked again soon, or when the
     * connection that it suspended is resumed. On a thread of the server; after STREAM_FAILED the connection
     * is closed, so that nobody takes the list for whole. */
    enum stream_got (*write_more)(struct stream *stream);
    void (*free)(struct stream *stream); /* the whole thing, but for out */
};

/* 200; takes the stream over, whose out may hold its beginning. */
void answer_stream(struct request *request, const char *content_type, struct stream *stream);

/* For libmicrohttpd. */
ssize_t stream_read(void *stream, uint64_t position, char *out, size_t n_bytes);
void stream_free(void *stream);
