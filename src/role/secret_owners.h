/* Whose secrets the variables of the environment are, by the configuration that the server starts with: a
 * variable that holds one is shown to the process that reads it, and to no other. The runner's steps inherit
 * what the runner sees. And in which files the others lie, so that steps can be kept from them. */
#pragma once

#include <stdbool.h>

#include "config/config.h"

enum secret_owner { SECRET_CORE, SECRET_COURIER, SECRET_OWNERS };

struct secret_owners {
    struct strings variables[SECRET_OWNERS];
    struct strings files;
};

/* Names are copied to the arena. */
void secret_owners_find(struct arena *arena, const struct config *config, struct secret_owners *ret_owners);
/* variable is "NAME=value"; SECRET_OWNERS: somebody who owns none. */
bool secret_owner_sees(const struct secret_owners *owners, enum secret_owner owner, const char *variable);
