/* What the runbook wants verified before an incident counts as resolved: its items, each ticked by a person.
 */
#pragma once

#include <stdint.h>

struct check_item {
    int64_t incident;
    int item; /* 1, 2, ... as people say it */
    const char *text, *file;
    int line;
    const char *checked_by; /* "": open */
    int64_t checked_us;
    const char *note;
};
