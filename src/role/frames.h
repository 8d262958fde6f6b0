/* Who may send what to whom. The payloads are JSON, written and read by courier/ and runner/. */
#pragma once

#include "loop/frame.h"

enum {
    FRAME_DELIVER = 1,
    FRAME_DELIVERED,
    FRAME_STEP_START,
    FRAME_STEP_EVENT,
    FRAME_STEP_OUTPUT,
    FRAME_STEP_STOP,
    FRAME_CHECKS_FOUND,
    FRAME_CHECKS_HEARD,
    FRAME_CHECKS_SEEN,
    FRAME_LOOK_START,
    FRAME_LOOK_DONE,
    FRAME_SILENCES,
    FRAME_ALIVE,
    FRAME_PUSH_KEY,
    FRAME_PROGRAM_START,
    FRAME_PROGRAM_DONE,
    FRAME_PROVIDER_ASK,
    FRAME_PROVIDER_SAID,
    FRAME_PREPARE, /* as FRAME_DELIVER, but it leaves with FRAME_LEAVE */
    FRAME_LEAVE
};

extern const struct frame_rule frame_rules[];
