/* A terminal for a program that wants one. */
#pragma once

#include "base/err.h"

/* ret_fds[0] is ours: what the program prints comes out there, and reading fails with EIO once nobody has the
 * other end open. ret_fds[1] is the program's (child_options.terminal). Nothing is echoed and line ends stay
 * as they are; 120 columns, 40 rows. Both close-on-exec. */
int terminal_open(int ret_fds[2], struct err *err);
