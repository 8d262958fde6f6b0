/* Frames between two processes over a socket pair: u32 length (little-endian, payload only), u16 kind,
 * payload. A frame longer than FRAME_BYTES or of a kind that the table does not allow in this direction ends
 * the connection: that is a defect or an attack, never a thing to work around. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/err.h"

enum { FRAME_BYTES = 16 * 1024 * 1024 };

struct frames; /* one end, on a loop */

struct frame_rule { /* a row of the static table in role/frames.h */
    uint16_t kind;
    const char *name;
    const char *from, *to; /* roles */
};

struct frame_handlers {
    void (*received)(void *context, uint16_t kind, const char *payload, size_t n_bytes);
    void (*closed)(void *context, const char *why); /* once; the other side is gone or broke the rules */
    void *context;
};

/* Takes over fd (one end of a socketpair). self and peer are the roles of the two ends; rules ends with name
 * NULL. */
int frames_open(uv_loop_t *loop, int fd, const struct frame_rule *rules, const char *self, const char *peer,
                const struct frame_handlers *handlers, struct frames **ret_frames, struct err *err);
void frames_close(struct frames *frames); /* no callback follows; NULL is allowed */

/* Queues a copy. The rule must allow self to send this kind: anything else is our own defect. */
void frames_send(struct frames *frames, uint16_t kind, const void *payload, size_t n_bytes);
