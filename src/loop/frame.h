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
    void (*closed)(void *context, const char *why); /* once; the other side is gone, broke the rules or does
                                                       not read; frames_close is still due */
    void *context;
};

/* Takes over fd (one end of a socketpair). self and peer are the roles of the two ends; rules ends with name
 * NULL. */
int frames_open(uv_loop_t *loop, int fd, const struct frame_rule *rules, const char *self, const char *peer,
                const struct frame_handlers *handlers, struct frames **ret_frames, struct err *err);
/* No callback follows; NULL is allowed; allowed inside a handler. What is still queued is dropped. The loop
 * has to turn once more before its memory is free. */
void frames_close(struct frames *frames);

/* Queues a copy, in order. The rule must allow self to send this kind, and n_bytes be at most FRAME_BYTES:
 * anything else is our own defect. When the peer leaves 64 MiB unread
 * for ten seconds, or 256 MiB, the connection ends. */
void frames_send(struct frames *frames, uint16_t kind, const void *payload, size_t n_bytes);
