/* A file or pipe of rows, whatever its format: CSV, NDJSON (it begins with "{") or .npy. */
#pragma once

#include "drift/guess.h"
#include "drift/table.h"

struct source;

/* path "-" is standard input. The format shows in the first bytes. A .npy file is mapped, and must not be cut
 * short by others while it is read; the others are read through a buffer. */
int source_open(const char *path, struct source **ret_source, struct err *err);
void source_close(struct source *source); /* NULL is allowed */

/* Shows the beginning (at most 1 MiB) to guess; may be followed by source_read(). */
int source_guess(struct source *source, struct guess *guess, struct err *err);

/* All rows, once. -1 with file and line; also when there is no row. */
int source_read(struct source *source, struct schema *schema, const struct block_sink *sink, struct err *err);

/* The columns of a .npy file in the order of the schema, to be read in place. 1: another format. ret_columns
 * holds COLUMNS_MAX. */
int source_frame(struct source *source, const struct schema *schema, struct column *ret_columns,
                 struct frame *ret_frame, struct err *err);

const char *source_name(const struct source *source); /* for messages */
