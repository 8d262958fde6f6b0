/* The configuration that a person names on the command line. */
#pragma once

#include "config/config.h"

/* What is wrong with it goes to stderr, a line each. EXIT_DONE, EXIT_REFUSED when it is not valid, or
 * EXIT_UNREACHABLE when it cannot be read. */
int config_open(struct arena *arena, const char *file, struct config **ret_config);
