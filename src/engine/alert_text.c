#include "engine/alert_text.h"

#include <stdint.h>
#include <string.h>

#include "base/must.h"

static void put_number(struct buf *out, size_t number)
{
    for (; number >= 0x80; number >>= 7)
        buf_putc(out, (char)(0x80 | (number & 0x7f)));
    buf_putc(out, (char)number);
}

static size_t take_number(struct text *difference)
{
    size_t number = 0;
    for (unsigned shift = 0;; shift += 7) {
        must(difference->n_bytes > 0);
        unsigned char byte = (unsigned char)*difference->at++;
        difference->n_bytes--;
        number |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
}

static size_t same_start(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t n = 0;
    while (n < n_a && n < n_b && a[n] == b[n])
        n++;
    return n;
}

static size_t same_end(const char *a, size_t n_a, const char *b, size_t n_b)
{
    size_t n = 0;
    while (n < n_a && n < n_b && a[n_a - 1 - n] == b[n_b - 1 - n])
        n++;
    return n;
}

/* Length of the string at the start, with its NUL. */
static size_t string_bytes(struct text text)
{
    const char *end = text.n_bytes ? memchr(text.at, '\0', text.n_bytes) : NULL;
    return end ? (size_t)(end - text.at) + 1 : text.n_bytes;
}

void text_difference(struct buf *out, struct text model, struct text text)
{
    size_t copy = 0;
    while (text.n_bytes) {
        size_t n_model = string_bytes(model), n_text = string_bytes(text);
        if (n_model == n_text && memcmp(model.at, text.at, n_text) == 0) {
            copy += n_text;
        } else {
            size_t start = same_start(model.at, n_model, text.at, n_text);
            size_t end = same_end(model.at + start, n_model - start, text.at + start, n_text - start);
            put_number(out, copy + start);
            put_number(out, n_model - start - end);
            put_number(out, n_text - start - end);
            buf_add(out, text.at + start, n_text - start - end);
            copy = end;
        }
        model = (struct text){model.at + n_model, model.n_bytes - n_model};
        text = (struct text){text.at + n_text, text.n_bytes - n_text};
    }
}

struct piece {
    struct text from_model, own;
};

/* The next piece of the text, of which left_bytes are wanted. */
static struct piece piece_next(struct text *model, struct text *difference, size_t left_bytes)
{
    struct piece piece = {.from_model = {model->at, left_bytes}};
    if (!difference->n_bytes) {
        must(left_bytes <= model->n_bytes);
        return piece;
    }
    size_t copy = take_number(difference), skip = take_number(difference);
    piece.own.n_bytes = take_number(difference);
    piece.own.at = difference->at;
    must(copy + skip <= model->n_bytes && piece.own.n_bytes <= difference->n_bytes);
    difference->at += piece.own.n_bytes;
    difference->n_bytes -= piece.own.n_bytes;
    piece.from_model.n_bytes = copy < left_bytes ? copy : left_bytes;
    if (piece.own.n_bytes > left_bytes - piece.from_model.n_bytes)
        piece.own.n_bytes = left_bytes - piece.from_model.n_bytes;
    model->at += copy + skip;
    model->n_bytes -= copy + skip;
    return piece;
}

void text_restore(struct text model, struct text difference, char *out, size_t n_bytes)
{
    while (n_bytes) {
        struct piece piece = piece_next(&model, &difference, n_bytes);
        memcpy(out, piece.from_model.at, piece.from_model.n_bytes);
        out += piece.from_model.n_bytes;
        if (piece.own.n_bytes)
            memcpy(out, piece.own.at, piece.own.n_bytes);
        out += piece.own.n_bytes;
        n_bytes -= piece.from_model.n_bytes + piece.own.n_bytes;
    }
}

bool text_begins(struct text model, struct text difference, const char *bytes, size_t n_bytes)
{
    while (n_bytes) {
        struct piece piece = piece_next(&model, &difference, n_bytes);
        if (memcmp(bytes, piece.from_model.at, piece.from_model.n_bytes) != 0)
            return false;
        bytes += piece.from_model.n_bytes;
        if (piece.own.n_bytes && memcmp(bytes, piece.own.at, piece.own.n_bytes) != 0)
            return false;
        bytes += piece.own.n_bytes;
        n_bytes -= piece.from_model.n_bytes + piece.own.n_bytes;
    }
    return true;
}
