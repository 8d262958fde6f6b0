/* An answer that came by a channel: kept by its id, so that nobody plays it again. */
#pragma once

#include <stdint.h>

struct reply {
    const char *id; /* "sms:SM0f3c...", "mail:<...>", "slack:v0=..." */
    const char *channel, *person;
    int64_t incident, at_us;
};
