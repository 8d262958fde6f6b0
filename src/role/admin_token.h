/* The administrator's token: made on the first start, then read. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Nothing when it is there. Any thread. 0 or -1. */
int admin_token_make(const char *path, struct err *err);
int admin_token_read(const char *path, struct arena *arena, char **ret_token, struct err *err);
