/* What a check runs. For launch_program.c. */
#pragma once

#include "base/arena.h"
#include "config/config.h"

struct look_command {
    const char *text;             /* for the shell, or NULL: */
    const char *const *arguments; /* of our own program */
    bool is_look;                 /* it reads, and wants no rights of its own (risk.h, unconfined) */
};

/* NULL, or why it is not run. */
const char *look_command_find(struct arena *arena, const struct config_check *check,
                              struct look_command *ret_command);
