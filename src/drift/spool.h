/* Rows of any number put down as columns, to be read again and again: in memory while they are few, else in
 * an unnamed file below TMPDIR (default /var/tmp), 8 bytes a value, mapped when it is read. */
#pragma once

#include "base/err.h"
#include "drift/frame.h"

struct spool;

struct spool *spool_new(size_t n_columns);
void spool_free(struct spool *spool); /* NULL is allowed */

/* The columns from the given places of the block, one for each column of the spool. -1: the disk is full, or
 * the folder cannot be written. */
int spool_add(struct spool *spool, const struct block *block, const int *places, struct err *err);

/* All that was added; good as long as the spool. Nothing can be added any more. */
int spool_frame(struct spool *spool, struct frame *ret_frame, struct err *err);
