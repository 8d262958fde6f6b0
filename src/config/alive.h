/* Who is told that this server lives. Included by config.h. */
#pragma once

#include <stdint.h>

struct config_alive {
    const char *url; /* asked with GET; NULL: nobody is told */
    int64_t every_s; /* 60 */
};
