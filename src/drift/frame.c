#include "drift/frame.h"

#include <string.h>

#include "base/arena.h"
#include "base/must.h"

size_t number_type_bytes(enum number_type type)
{
    static const size_t bytes[] = {
        [NUMBER_F64] = 8, [NUMBER_F32] = 4, [NUMBER_I64] = 8, [NUMBER_I32] = 4, [NUMBER_I16] = 2,
        [NUMBER_I8] = 1,  [NUMBER_U64] = 8, [NUMBER_U32] = 4, [NUMBER_U16] = 2, [NUMBER_U8] = 1};
    return bytes[type];
}

/* The bytes may lie anywhere: a structured array packs its members. */
#define CONVERT(type)                                                                                        \
    static void convert_##type(const unsigned char *at, size_t stride, size_t n, double *out)                \
    {                                                                                                        \
        if (stride == sizeof(type)) {                                                                        \
            for (size_t i = 0; i < n; i++) {                                                                 \
                type value;                                                                                  \
                memcpy(&value, at + i * sizeof value, sizeof value);                                         \
                out[i] = (double)value;                                                                      \
            }                                                                                                \
            return;                                                                                          \
        }                                                                                                    \
        for (size_t i = 0; i < n; i++) {                                                                     \
            type value;                                                                                      \
            memcpy(&value, at + i * stride, sizeof value);                                                   \
            out[i] = (double)value;                                                                          \
        }                                                                                                    \
    }
CONVERT(double)
CONVERT(float)
CONVERT(int64_t)
CONVERT(int32_t)
CONVERT(int16_t)
CONVERT(int8_t)
CONVERT(uint64_t)
CONVERT(uint32_t)
CONVERT(uint16_t)
CONVERT(uint8_t)

static void (*const converters[])(const unsigned char *at, size_t stride, size_t n, double *out) = {
    [NUMBER_F64] = convert_double,   [NUMBER_F32] = convert_float,    [NUMBER_I64] = convert_int64_t,
    [NUMBER_I32] = convert_int32_t,  [NUMBER_I16] = convert_int16_t,  [NUMBER_I8] = convert_int8_t,
    [NUMBER_U64] = convert_uint64_t, [NUMBER_U32] = convert_uint32_t, [NUMBER_U16] = convert_uint16_t,
    [NUMBER_U8] = convert_uint8_t};

const double *frame_block(const struct frame *frame, size_t column, uint64_t block, double *scratch)
{
    must(column < frame->n_columns && block < frame_blocks(frame));
    const struct column *c = &frame->columns[column];
    const unsigned char *at = c->at + block * c->block_bytes;
    if (c->type == NUMBER_F64 && c->stride_bytes == sizeof(double) && (uintptr_t)at % sizeof(double) == 0)
        return (const double *)at;
    converters[c->type](at, c->stride_bytes, frame_block_rows(frame, block), scratch);
    return scratch;
}

int frame_each_block(const struct frame *frame, const struct block_sink *sink, struct err *err)
{
    scoped_heap double *scratch = heap_alloc((frame->n_columns + 1) * BLOCK_ROWS * sizeof *scratch);
    scoped_heap const double **columns = heap_alloc((frame->n_columns + 1) * sizeof *columns);
    for (uint64_t b = 0; b < frame_blocks(frame); b++) {
        struct block block = {.n_rows = frame_block_rows(frame, b),
                              .n_columns = frame->n_columns,
                              .first_row = b * BLOCK_ROWS,
                              .columns = columns};
        for (size_t c = 0; c < frame->n_columns; c++)
            columns[c] = frame_block(frame, c, b, scratch + c * BLOCK_ROWS);
        int is = sink->take(sink->context, &block, err);
        if (is)
            return is;
    }
    return 0;
}
