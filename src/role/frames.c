#include "role/frames.h"

#include <stddef.h>

const struct frame_rule frame_rules[] = {
    {FRAME_DELIVER, "deliver", "core", "courier"},
    {FRAME_PREPARE, "prepare", "core", "courier"},
    {FRAME_LEAVE, "leave", "core", "courier"},
    {FRAME_DELIVERED, "delivered", "courier", "core"},
    {FRAME_STEP_START, "step_start", "core", "runner"},
    {FRAME_STEP_EVENT, "step_event", "runner", "core"},
    {FRAME_STEP_OUTPUT, "step_output", "runner", "core"},
    {FRAME_STEP_STOP, "step_stop", "core", "runner"},
    {FRAME_CHECKS_FOUND, "checks_found", "courier", "core"},
    {FRAME_CHECKS_HEARD, "checks_heard", "core", "courier"},
    {FRAME_CHECKS_SEEN, "checks_seen", "courier", "core"},
    {FRAME_LOOK_START, "look_start", "courier", "core"},
    {FRAME_LOOK_START, "look_start", "core", "runner"},
    {FRAME_LOOK_DONE, "look_done", "runner", "core"},
    {FRAME_LOOK_DONE, "look_done", "core", "courier"},
    {FRAME_SILENCES, "silences", "core", "courier"},
    {FRAME_ALIVE, "alive", "core", "courier"},
    {FRAME_PUSH_KEY, "push_key", "courier", "core"},
    {FRAME_PROGRAM_START, "program_start", "courier", "core"},
    {FRAME_PROGRAM_START, "program_start", "core", "runner"},
    {FRAME_PROGRAM_DONE, "program_done", "runner", "core"},
    {FRAME_PROGRAM_DONE, "program_done", "core", "courier"},
    {FRAME_PROVIDER_ASK, "provider_ask", "core", "courier"},
    {FRAME_PROVIDER_SAID, "provider_said", "courier", "core"},
    {0, NULL, NULL, NULL},
};
