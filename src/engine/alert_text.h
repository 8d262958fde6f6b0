/* The texts of one alert, kept as what differs from those of another, its model. Alerts of one rule repeat
 * each other: of 800 bytes some 70 are their own.
 *
 * A text is a row of strings, each closed by NUL. A difference is a row of
 *     copy, skip, n (LEB128 numbers), n bytes
 * which says: copy so many bytes of the model, pass over so many, put these in; what is left of the text is
 * copied from the model. Differences are only made by text_difference(), and never come from outside. */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

struct text {
    const char *at;
    size_t n_bytes;
};

/* Appends the difference to out. */
void text_difference(struct buf *out, struct text model, struct text text);
/* The first n_bytes of the text. */
void text_restore(struct text model, struct text difference, char *out, size_t n_bytes);
/* Appends the string of the text that stands where the model has one from that byte up to, with its NUL,
 * `to`: the strings of both correspond as long as there are as many before it. */
void text_restore_string(struct buf *out, struct text model, struct text difference, size_t from, size_t to);
/* Does the text begin with these bytes? It must be as long. */
bool text_begins(struct text model, struct text difference, const char *bytes, size_t n_bytes);
