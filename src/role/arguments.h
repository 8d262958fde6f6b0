/* The options of a role as arguments of the program, both ways. */
#pragma once

#include "base/arena.h"
#include "base/list.h"
#include "role/role.h"

/* "crashcart", "role", NAME, then every option that is set, then NULL. */
const char *const *role_arguments(struct arena *arena, const char *name, const struct role_options *options);
int role_arguments_read(int argc, char **argv, struct role_options *ret_options, struct err *err);
