/* What courier and runner have in common: a loop that ends at SIGTERM or when core is gone, and frames to
 * core that carry JSON. */
#pragma once

#include <uv.h>

#include "base/json.h"
#include "loop/frame.h"
#include "loop/pulse.h"
#include "role/role.h"

struct hand { /* a process that works for core */
    uv_loop_t loop;
    uv_signal_t term;
    struct pulse pulse;
    struct frames *core;
    struct json_document *document;
    uint16_t kind;                                         /* of the frame at hand */
    void (*ordered)(struct hand *hand, struct json order); /* one frame from core */
    void *context;
};

/* Opens the loop and the frames to core; self is the role. */
int hand_open(struct hand *hand, const char *self, const struct role_options *options, struct err *err);
/* Until told to stop, or core is gone. */
void hand_run(struct hand *hand);
/* After whatever else uses the loop has been freed. */
void hand_close(struct hand *hand);
