/* CSV in pieces of any size: RFC 4180, lines ended by LF or CRLF, a byte order mark before the first.
 *
 * The first record is the header. Every other has as many fields; a line without any byte is passed over
 * unless the header has only one field. Quotes stand around the whole field. A record is at most 1 MiB, so
 * that a forgotten quote is found near where it was forgotten.
 *
 *     age,site\r\n
 *     64,"north, 2"\r\n */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "drift/schema.h"

/* Both readers (drift/ndjson.h) hand on records. names and cells are good during the call. Nonzero ends the
 * reading and is what the reader gives: negative with err set (the reader puts the place before it), positive
 * for "enough". */
struct record_sink {
    void *context;
    /* Of CSV only: the names of the columns. */
    int (*header)(void *context, const struct cell *names, size_t n, struct err *err);
    int (*record)(void *context, const struct cell *cells, size_t n, struct err *err);
};

struct csv;

/* name stands in messages ("current.csv:17: ..."). */
struct csv *csv_new(const char *name, const struct record_sink *sink);
void csv_free(struct csv *csv); /* NULL is allowed */

/* 0: taken. -1 with err: bad from here on. Positive: what the sink said. */
int csv_feed(struct csv *csv, const char *bytes, size_t n_bytes, struct err *err);
/* No more comes: the last record may lack its line end. -1, too, when there was no header. */
int csv_end(struct csv *csv, struct err *err);
