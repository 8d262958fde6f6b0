/* A growing run of bytes on the heap, always closed by a NUL that n_bytes does not count. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct buf {
    char *at; /* NULL while empty */
    size_t n_bytes;
    size_t capacity;
};

void buf_add(struct buf *buf, const void *bytes, size_t n_bytes);
void buf_puts(struct buf *buf, const char *s);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));

/* Room for n_bytes behind what is there, to be written by the caller; good until the buffer is used again. */
char *buf_room(struct buf *buf, size_t n_bytes);

/* Drops the first n_bytes, moving the rest down. */
void buf_consume(struct buf *buf, size_t n_bytes);

/* Empty again, memory kept. */
void buf_clear(struct buf *buf);

/* The text, "" when empty; owned by the buffer. */
const char *buf_text(const struct buf *buf);

/* Gives the memory to the caller (free with free) and leaves the buffer empty; never NULL. */
char *buf_steal(struct buf *buf);
void buf_free(struct buf *buf);

#define scoped_buf __attribute__((cleanup(buf_free)))
