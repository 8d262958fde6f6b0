/* Any bytes, cut anywhere: no crash, no frame beyond the limit, nothing given out that was not put in. */
#include <stdlib.h>

#include "base/must.h"
#include "loop/frame.h"
#include "loop/frame_decoder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame_decoder decoder = {0};
    size_t given = 0, at = 0;
    while (at < size) {
        size_t n = 1 + data[at] % 31;
        if (n > size - at)
            n = size - at;
        frame_decoder_add(&decoder, data + at, n);
        at += n;
        struct frame frame;
        int got;
        while ((got = frame_decoder_next(&decoder, &frame)) > 0) {
            must(frame.n_bytes <= FRAME_BYTES);
            given += FRAME_HEADER_BYTES + frame.n_bytes;
            must(given <= at);
        }
        if (got < 0)
            break;
    }
    frame_decoder_free(&decoder);
    return 0;
}
