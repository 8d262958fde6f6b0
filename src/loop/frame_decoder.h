/* Cuts a stream of bytes into frames; for frame.c and its fuzzer. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { FRAME_HEADER_BYTES = 6 };

struct frame_decoder { /* zeroed to start */
    struct buf bytes;
    size_t at; /* what is before it has been given out */
};

struct frame {
    uint16_t kind;
    const char *payload; /* in the decoder, good until the next call */
    size_t n_bytes;
};

void frame_decoder_add(struct frame_decoder *decoder, const void *bytes, size_t n_bytes);
/* 1: a frame; 0: more bytes are wanted; -1: it announces more than FRAME_BYTES. */
int frame_decoder_next(struct frame_decoder *decoder, struct frame *ret_frame);
void frame_decoder_free(struct frame_decoder *decoder);

/* The six bytes before a payload. */
void frame_header(uint16_t kind, size_t n_bytes, uint8_t out[FRAME_HEADER_BYTES]);
