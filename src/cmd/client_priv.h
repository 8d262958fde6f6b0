/* Shared by the files that speak HTTP to the server. */
#pragma once

#include "base/curl_library.h"
#include "cmd/client.h"

/* How long a connection is waited for, and whom it believes. */
void client_connect(const struct client *client, CURL *curl);
/* What every request carries; the caller frees the list. line is room to write them in. */
struct curl_slist *client_headers(const struct client *client, struct buf *line);
