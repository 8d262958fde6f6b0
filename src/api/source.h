/* Where a request may come from: "10.1.0.0/16", "192.0.2.7", "2001:db8::/32". */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "base/err.h"

int source_check(const char *source, struct err *err); /* -1: there is no such address */
bool source_contains(const char *source, const struct sockaddr *address);
/* The address without its port, "" when it has none. */
enum { SOURCE_BYTES = 64 };
void source_print(const struct sockaddr *address, char out[SOURCE_BYTES]);
