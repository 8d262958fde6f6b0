/* Shared by the files that speak HTTP to the server. */
#pragma once

#include "base/curl_library.h"
#include "cmd/client.h"

enum { CLIENT_CONNECT_TIME_S = 5 };

/* What every request carries; the caller frees the list. line is room to write them in. */
struct curl_slist *client_headers(const struct client *client, struct buf *line);
