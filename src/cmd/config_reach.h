/* What `config check` says of who is reached. */
#pragma once

#include "config/config.h"
#include "runbook/library.h"

enum { REACH_DAYS = 90 };

/* Prints every gap of the next 90 days, by service and level; gives how many complaints these are. library
 * may be NULL. *ret_levels: how many levels were looked at. */
size_t config_reach_print(const struct config *config, const struct library *library, size_t *ret_levels);
