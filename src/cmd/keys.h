/* What a person types into a terminal that gives every byte at once. A paste is told apart from typing: text
 * from a clipboard must not press keys. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum key_kind {
    KEY_TEXT, /* one character, in text */
    KEY_ENTER,
    KEY_ESCAPE,
    KEY_ERASE,
    KEY_ERASE_LINE,
    KEY_UP,
    KEY_DOWN,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_HOME,
    KEY_END,
    KEY_REDRAW,
    KEY_OTHER,
};

struct key {
    enum key_kind kind;
    bool pasted;
    char text[5]; /* UTF-8 */
};

struct key_decoder { /* {0} */
    bool in_paste;
};

/* The key that the bytes begin with; gives how many of them it took, at least 1. What one read(2) gave is one
 * piece: an escape character at its end is the key. */
size_t key_decode(struct key_decoder *decoder, const char *bytes, size_t n_bytes, struct key *ret_key);
