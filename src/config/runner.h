/* How steps run. Included by config.h. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct config_runner {
    int64_t step_time_s;       /* 60 */
    int64_t step_output_bytes; /* kept of each step; 65536 */
    int64_t step_output_rate;  /* bytes a second that are read of each step; 8 MiB */
    int64_t step_processes;    /* of one step at a time; 1024 */
    int64_t step_memory_bytes; /* of each process of a step, or of all together; 2 GiB */
    bool diagnose;             /* run read steps when an incident opens; true */
    int64_t approval_time_s;   /* an approval holds for so long, unless the step starts; 1800 */
    int64_t
        approval_sign_in_s; /* who approves what destroys has signed in within so long; 0: at any time; 900 */
    bool confined;          /* it and its steps give up what is named in docs/separation.md; false */
    bool confine_looks;     /* each step that only looks gives it up by itself; true */
    const char *user;       /* of the runner and its steps when root starts; "": as the others */
    int64_t verify_time_s;  /* checks of a change that fail are repeated for so long; 300 */
};
