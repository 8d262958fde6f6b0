/* A connection to HOST:PORT for one look: the name is resolved beside the loop, then each address is tried in
 * turn. Nothing is called any more after dial_end(). */
#pragma once

#include <uv.h>

#include "base/err.h"

struct dial;

struct dial_handlers {
    void (*connected)(void *context);
    void (*received)(void *context, const char *bytes, size_t n_bytes); /* NULL: nothing is read */
    void (*failed)(void *context, const char *why);                     /* or the other side has closed */
    void *context;
};

/* handlers are copied. -1: no address, or no memory for one. */
int dial_begin(uv_loop_t *loop, const char *address, const struct dial_handlers *handlers,
               struct dial **ret_dial, struct err *err);
void dial_write(struct dial *dial, const char *bytes, size_t n_bytes); /* a copy */
void dial_end(struct dial *dial);                                      /* NULL is allowed */
