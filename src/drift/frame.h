/* Numbers in columns, read block by block: what every measure of this room is computed from.
 *
 * A frame does not own its memory: the columns point into a mapped .npy file (drift/npy.h) or into what a
 * stream of rows was put down as (drift/spool.h), and stay good as long as that does. A category is a
 * number, too (its place in a dictionary, drift/schema.h); a missing value is NaN. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum { BLOCK_ROWS = 8192 };

enum number_type {
    NUMBER_F64,
    NUMBER_F32,
    NUMBER_I64,
    NUMBER_I32,
    NUMBER_I16,
    NUMBER_I8,
    NUMBER_U64,
    NUMBER_U32,
    NUMBER_U16,
    NUMBER_U8 /* also truth values */
};

struct column {
    const unsigned char *at;
    size_t stride_bytes; /* from one row to the next within a block */
    size_t block_bytes;  /* from one block of BLOCK_ROWS rows to the next */
    enum number_type type;
};

struct frame {
    uint64_t n_rows;
    size_t n_columns;
    const struct column *columns;
};

size_t number_type_bytes(enum number_type type);

static inline uint64_t frame_blocks(const struct frame *frame)
{
    return (frame->n_rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

static inline size_t frame_block_rows(const struct frame *frame, uint64_t block)
{
    uint64_t left = frame->n_rows - block * BLOCK_ROWS;
    return left < BLOCK_ROWS ? (size_t)left : BLOCK_ROWS;
}

/* The values of a block: in place where they lie as doubles side by side, else converted into scratch, which
 * holds BLOCK_ROWS. Good until scratch is used again. */
const double *frame_block(const struct frame *frame, size_t column, uint64_t block, double *scratch);

/* Rows of all columns at once, as readers hand them on. */
struct block {
    size_t n_rows; /* at most BLOCK_ROWS */
    size_t n_columns;
    uint64_t first_row;           /* counted from 0 */
    const double *const *columns; /* n_columns */
};

/* Called for each block of rows in turn; nonzero ends the reading, negative with err set. The block is good
 * during the call. */
struct block_sink {
    void *context;
    int (*take)(void *context, const struct block *block, struct err *err);
};

/* Hands on all blocks. 0, or what the sink said. */
int frame_each_block(const struct frame *frame, const struct block_sink *sink, struct err *err);
