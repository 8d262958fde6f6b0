/* What `crashcart oncall` does at the server: who takes over for whom. */
#pragma once

#include <stdbool.h>

bool oncall_override_means(const char *verb);
/* The whole command line of oncall. */
int oncall_override(int argc, char **argv, const char *usage);
