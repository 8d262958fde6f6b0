#include "role/frames.h"

#include <stddef.h>

const struct frame_rule frame_rules[] = {
    {FRAME_DELIVER, "deliver", "core", "courier"},
    {FRAME_DELIVERED, "delivered", "courier", "core"},
    {FRAME_STEP_START, "step_start", "core", "runner"},
    {FRAME_STEP_EVENT, "step_event", "runner", "core"},
    {0, NULL, NULL, NULL},
};
