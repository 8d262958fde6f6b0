#include "loop/frame_decoder.h"

#include <string.h>

#include "loop/frame.h"

enum { KEPT_BYTES = 1024 * 1024 }; /* one large frame does not hold its memory for ever */

void frame_header(uint16_t kind, size_t n_bytes, uint8_t out[FRAME_HEADER_BYTES])
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(n_bytes >> (8 * i));
    out[4] = (uint8_t)kind;
    out[5] = (uint8_t)(kind >> 8);
}

void frame_decoder_add(struct frame_decoder *decoder, const void *bytes, size_t n_bytes)
{
    if (decoder->at == decoder->bytes.n_bytes && decoder->bytes.capacity > KEPT_BYTES)
        frame_decoder_free(decoder);
    /* Moving the rest down only here, once a read, keeps a burst of tiny frames linear. */
    if (decoder->at) {
        buf_consume(&decoder->bytes, decoder->at);
        decoder->at = 0;
    }
    buf_add(&decoder->bytes, bytes, n_bytes);
}

int frame_decoder_next(struct frame_decoder *decoder, struct frame *ret_frame)
{
    size_t left = decoder->bytes.n_bytes - decoder->at;
    if (left < FRAME_HEADER_BYTES)
        return 0;
    const uint8_t *head = (const uint8_t *)decoder->bytes.at + decoder->at;
    size_t n_bytes = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
    if (n_bytes > FRAME_BYTES)
        return -1;
    if (left - FRAME_HEADER_BYTES < n_bytes)
        return 0;
    *ret_frame = (struct frame){.kind = (uint16_t)(head[4] | head[5] << 8),
                                .payload = (const char *)head + FRAME_HEADER_BYTES,
                                .n_bytes = n_bytes};
    decoder->at += FRAME_HEADER_BYTES + n_bytes;
    return 1;
}

void frame_decoder_free(struct frame_decoder *decoder)
{
    buf_free(&decoder->bytes);
    decoder->at = 0;
}
