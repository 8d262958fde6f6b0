/* Any bytes are a file: what is taken lies within them. Seeds: tests/fuzz/npy_fuzz. */
#include "drift/npy.h"

#include <string.h>

#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_heap unsigned char *bytes = heap_alloc(size + 1);
    scoped_heap double *scratch = heap_alloc(BLOCK_ROWS * sizeof *scratch);
    struct npy npy;
    struct err err;
    memcpy(bytes, data, size);
    if (npy_read(arena, bytes, size, &npy, &err) < 0)
        return 0;
    const struct frame *frame = &npy.frame;
    for (size_t c = 0; c < frame->n_columns; c++) {
        const struct column *column = &frame->columns[c];
        must(npy.names[c]);
        for (uint64_t b = 0; b < frame_blocks(frame); b++) {
            const unsigned char *last = column->at + b * column->block_bytes +
                                        (frame_block_rows(frame, b) - 1) * column->stride_bytes +
                                        number_type_bytes(column->type);
            must(column->at >= bytes && last <= bytes + size);
            frame_block(frame, c, b, scratch);
        }
    }
    return 0;
}
