#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static void reserve(struct buf *buf, size_t extra)
{
    size_t need = buf->n_bytes + extra + 1;
    if (need <= buf->capacity)
        return;
    size_t capacity = buf->capacity ? buf->capacity * 2 : 128;
    while (capacity < need)
        capacity *= 2;
    buf->at = heap_resize(buf->at, capacity);
    buf->capacity = capacity;
}

void buf_add(struct buf *buf, const void *bytes, size_t n_bytes)
{
    reserve(buf, n_bytes);
    if (n_bytes)
        memcpy(buf->at + buf->n_bytes, bytes, n_bytes);
    buf->n_bytes += n_bytes;
    buf->at[buf->n_bytes] = '\0';
}

char *buf_room(struct buf *buf, size_t n_bytes)
{
    reserve(buf, n_bytes);
    return buf->at + buf->n_bytes;
}

void buf_puts(struct buf *buf, const char *s)
{
    buf_add(buf, s, strlen(s));
}

void buf_putc(struct buf *buf, char c)
{
    reserve(buf, 1);
    buf->at[buf->n_bytes++] = c;
    buf->at[buf->n_bytes] = '\0';
}

void buf_vprintf(struct buf *buf, const char *format, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, format, ap);
    if (n > 0) {
        reserve(buf, (size_t)n);
        vsnprintf(buf->at + buf->n_bytes, (size_t)n + 1, format, again);
        buf->n_bytes += (size_t)n;
    }
    va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    buf_vprintf(buf, format, ap);
    va_end(ap);
}

void buf_consume(struct buf *buf, size_t n_bytes)
{
    if (n_bytes >= buf->n_bytes) {
        buf_clear(buf);
        return;
    }
    memmove(buf->at, buf->at + n_bytes, buf->n_bytes - n_bytes + 1);
    buf->n_bytes -= n_bytes;
}

void buf_clear(struct buf *buf)
{
    buf->n_bytes = 0;
    if (buf->at)
        buf->at[0] = '\0';
}

const char *buf_text(const struct buf *buf)
{
    return buf->at ? buf->at : "";
}

char *buf_steal(struct buf *buf)
{
    reserve(buf, 0);
    buf->at[buf->n_bytes] = '\0';
    char *text = buf->at;
    *buf = (struct buf){0};
    return text;
}

void buf_free(struct buf *buf)
{
    free(buf->at);
    *buf = (struct buf){0};
}
