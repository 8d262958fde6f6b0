/* What a check runs. For look.c. */
#pragma once

#include "base/arena.h"
#include "config/config.h"

struct look_command {
    const char *text;             /* for the shell, or NULL: */
    const char *const *arguments; /* of our own program */
};

/* NULL, or why it is not run. */
const char *look_command_find(struct arena *arena, const struct config_check *check,
                              struct look_command *ret_command);
