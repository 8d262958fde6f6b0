/* Opening the address that the server listens on. */
#pragma once

#include "base/err.h"

/* "127.0.0.1:8480", "[::1]:8480", "name:8480", ":8480" (all addresses). ret_fd listens, nonblocking and
 * close-on-exec. Waits up to 2 s while the address is in use, for a former server to vanish. -1: the err says
 * what is wrong and what to do: in use, not allowed, not an address. */
int listen_open(const char *address, int *ret_fd, struct err *err);

/* Listens again on the same address after another process that shares the socket has shut it down; harmless
 * otherwise. -1: cannot. */
int listen_again(int fd, struct err *err);
