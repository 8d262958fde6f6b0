/* What stands behind the '?' of a path, and how a path is decoded. Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;
struct request;

/* False, and it is answered: a name or value is no text, or, on paths of our own, a name is unknown or given
 * twice where one is taken. */
bool query_check(struct request *request);

/* The library's MHD_OPTION_UNESCAPE_CALLBACK: decodes %XX in place and gives the new length. %00 becomes a
 * byte that no text has: what stands behind a NUL would be asked for by nobody, and answered as if it were
 * not there. */
size_t query_unescape(void *context, struct MHD_Connection *connection, char *text);
