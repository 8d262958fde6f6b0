#include "engine/alert_text.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/must.h"

static char *put_number(char *at, size_t number)
{
    for (; number >= 0x80; number >>= 7)
        *at++ = (char)(0x80 | (number & 0x7f));
    *at++ = (char)number;
    return at;
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

/* Of two words of eight bytes that differ, as they stand in memory: how many bytes are the same before the
 * first, and after the last, that is not. */
static size_t same_before(uint64_t differing)
{
    return (size_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_ctzll(differing)
                                                              : __builtin_clzll(differing)) /
           8;
}

static size_t same_after(uint64_t differing)
{
    return (size_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_clzll(differing)
                                                              : __builtin_ctzll(differing)) /
           8;
}

/* Eight bytes at a time: most of two texts is the same. */
static size_t same_start(const char *a, const char *b, size_t most)
{
    size_t n = 0;
    uint64_t x, y;
    for (; most - n >= sizeof x; n += sizeof x) {
        memcpy(&x, a + n, sizeof x);
        memcpy(&y, b + n, sizeof y);
        if (x != y)
            return n + same_before(x ^ y);
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

static size_t same_end(const char *a_end, const char *b_end, size_t most)
{
    size_t n = 0;
    uint64_t x, y;
    for (; most - n >= sizeof x; n += sizeof x) {
        memcpy(&x, a_end - n - sizeof x, sizeof x);
        memcpy(&y, b_end - n - sizeof y, sizeof y);
        if (x != y)
            return n + same_after(x ^ y);
    }
    while (n < most && a_end[-1 - (ptrdiff_t)n] == b_end[-1 - (ptrdiff_t)n])
        n++;
    return n;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Bytes from there to the end of the string, with its NUL. */
static size_t rest_of_string(const char *at, size_t n_bytes)
{
    const char *end = n_bytes ? memchr(at, '\0', n_bytes) : NULL;
    return end ? (size_t)(end - at) + 1 : n_bytes;
}

/* To the end of the word that stands there: texts made from one template differ in words. */
static size_t rest_of_word(const char *at, size_t n_bytes)
{
    size_t n = 0;
    for (; n < n_bytes; n++) {
        unsigned char c = (unsigned char)at[n];
        if (c < '0' || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 0x80))
            break;
    }
    return n;
}

/* Copy so much, pass over `from`, put in `own`. */
static void put_piece(struct buf *out, size_t copy, size_t n_from, struct text own)
{
    enum { NUMBERS_BYTES = 3 * 10 };
    char *at = buf_room(out, NUMBERS_BYTES + own.n_bytes);
    char *after = put_number(put_number(put_number(at, copy), n_from), own.n_bytes);
    memcpy(after, own.at, own.n_bytes);
    out->n_bytes += (size_t)(after - at) + own.n_bytes;
}

static struct text rest_of(struct text text, size_t n_bytes)
{
    return (struct text){text.at + n_bytes, text.n_bytes - n_bytes};
}

/* A stretch of two texts that begins with a difference, word by word. copy: what was the same before it;
 * gives what was the same at its end. */
static size_t put_stretch(struct buf *out, size_t copy, struct text from, struct text own)
{
    enum { WORTH_BYTES = 6 }; /* a piece of its own costs three bytes and more */
    size_t n_from = 0, n_own = 0;
    while (n_from < from.n_bytes && n_own < own.n_bytes) {
        n_from += rest_of_word(from.at + n_from, from.n_bytes - n_from);
        n_own += rest_of_word(own.at + n_own, own.n_bytes - n_own);
        size_t most = smaller(from.n_bytes - n_from, own.n_bytes - n_own);
        size_t same = same_start(from.at + n_from, own.at + n_own, most);
        if (same >= WORTH_BYTES) {
            put_piece(out, copy, n_from, (struct text){own.at, n_own});
            copy = same;
            from = rest_of(from, n_from + same);
            own = rest_of(own, n_own + same);
            n_from = n_own = 0;
        } else if (most > 0) {
            n_from++;
            n_own++;
        } else {
            break;
        }
    }
    if (!from.n_bytes && !own.n_bytes)
        return copy;
    put_piece(out, copy, from.n_bytes, own);
    return 0;
}

void text_difference(struct buf *out, struct text model, struct text text)
{
    size_t copy = 0;
    while (text.n_bytes) {
        size_t same = same_start(model.at, text.at, smaller(model.n_bytes, text.n_bytes));
        copy += same;
        if (same == text.n_bytes)
            return;
        model = rest_of(model, same);
        text = rest_of(text, same);
        size_t n_model = rest_of_string(model.at, model.n_bytes),
               n_text = rest_of_string(text.at, text.n_bytes);
        size_t end = same_end(model.at + n_model, text.at + n_text, smaller(n_model, n_text));
        copy = put_stretch(out, copy, (struct text){model.at, n_model - end},
                           (struct text){text.at, n_text - end});
        copy += end;
        model = rest_of(model, n_model);
        text = rest_of(text, n_text);
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

static void add_between(struct buf *out, const char *at, size_t from, size_t to)
{
    if (from < to)
        buf_add(out, at + from, to - from);
}

/* No difference reaches over the end of a string, so what is put in at `from` or later belongs to it. */
void text_restore_string(struct buf *out, struct text model, struct text difference, size_t from, size_t to)
{
    size_t at = 0; /* in the model */
    while (difference.n_bytes) {
        size_t copied = at + take_number(&difference), skip = take_number(&difference);
        size_t n_own = take_number(&difference);
        must(copied + skip <= model.n_bytes && n_own <= difference.n_bytes);
        add_between(out, model.at, at > from ? at : from, copied < to ? copied : to);
        if (copied >= to)
            return;
        if (copied >= from)
            buf_add(out, difference.at, n_own);
        difference = rest_of(difference, n_own);
        at = copied + skip;
    }
    add_between(out, model.at, at > from ? at : from, to);
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
