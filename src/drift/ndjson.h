/* NDJSON in pieces of any size: one JSON object a line (RFC 8259; https://github.com/ndjson/ndjson-spec), at
 * most 1 MiB, empty lines passed over, a byte order mark before the first. A member that is missing or null
 * is a missing value; one that holds an array or object is passed over by a sink that does not ask for it,
 * and else an error.
 *     {"age": 64, "site": "north", "score": 0.91, "label": 1} */
#pragma once

#include "drift/csv.h"

struct ndjson;

/* A record has a cell a name of the schema, in its order. When schema is NULL every member of the record is
 * handed on, named by header, which is then called before each record. */
struct ndjson *ndjson_new(const char *name, const struct schema *schema, const struct record_sink *sink);
void ndjson_free(struct ndjson *ndjson); /* NULL is allowed */

/* As csv_feed() and csv_end(). */
int ndjson_feed(struct ndjson *ndjson, const char *bytes, size_t n_bytes, struct err *err);
int ndjson_end(struct ndjson *ndjson, struct err *err);
