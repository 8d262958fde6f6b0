/* Events of the ledger as lines for people. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"

/* "2026-03-01T09:00:00Z  #4 ana: ...". No alert drives the terminal, or breaks its line. */
void event_line_add(struct buf *out, struct json event, bool says_incident);
/* Prints events that come as lines of JSON. */
void event_lines_print(const char *lines, bool says_incident);
