/* The words of a text as keys, eight bytes at a time: nearly every word of a document is looked up, many
 * times over. Any thread. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether a byte is part of a word: letters, digits, and the bytes of other alphabets. */
extern const bool phrase_letter[256];

static inline bool phrase_word_byte(char c)
{
    return phrase_letter[(unsigned char)c];
}

static inline size_t phrase_word_bytes(const char *text)
{
    size_t n = 0;
    while (phrase_word_byte(text[n]))
        n++;
    return n;
}

/* A word as it is looked up: case does not count. Its first bytes and its length are enough, since a phrase
 * found by them is still to be compared. */
struct phrase_key {
    uint64_t bytes; /* the first eight in lower case, zeros behind a shorter word */
    size_t n_bytes;
};

/* A text whose words are looked up, or the beginning of one. */
struct phrase_text {
    const char *begin, *end;
};

static inline struct phrase_text phrase_text(const char *text, size_t most_bytes)
{
    return (struct phrase_text){text, text + strnlen(text, most_bytes)};
}

/* Eight bytes from at, which is before the end; zeros behind it. */
static inline uint64_t phrase_load(const struct phrase_text *text, const char *at)
{
    size_t left = (size_t)(text->end - at);
    uint64_t bytes = 0;
    if (left >= sizeof bytes) {
        memcpy(&bytes, at, sizeof bytes);
        return le64toh(bytes);
    }
    if (text->end - text->begin >= (ptrdiff_t)sizeof bytes) {
        memcpy(&bytes, text->end - sizeof bytes, sizeof bytes);
        return le64toh(bytes) >> 8 * (sizeof bytes - left);
    }
    while (left > 0)
        bytes = bytes << 8 | (unsigned char)at[--left];
    return bytes;
}

/* The highest bit of each of eight bytes that phrase_word_byte() is true of: how long words are is not to be
 * foreseen, and a loop over their bytes would be guessed wrong at the end of nearly every one. */
static inline uint64_t phrase_letters(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t low = bytes & ~high, small = low | ones << 5;
    uint64_t digits = (low + ones * (0x80 - '0')) & ~(low + ones * (0x7f - '9'));
    uint64_t letters = (small + ones * (0x80 - 'a')) & ~(small + ones * (0x7f - 'z'));
    return (bytes | digits | letters) & high;
}

/* The word at `at`, which is before the end; n_bytes 0: none stands there. */
static inline struct phrase_key phrase_key(const struct phrase_text *text, const char *at)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    uint64_t bytes = phrase_load(text, at), others = ~phrase_letters(bytes) & high;
    struct phrase_key key = {.bytes = bytes | UINT64_C(0x2020202020202020), .n_bytes = sizeof bytes};
    if (others) {
        key.n_bytes = (size_t)__builtin_ctzll(others) / 8;
        key.bytes &= (UINT64_C(1) << 8 * key.n_bytes) - 1;
        return key;
    }
    while (at + key.n_bytes < text->end && phrase_word_byte(at[key.n_bytes]))
        key.n_bytes++;
    return key;
}

static inline uint64_t phrase_hash(const struct phrase_key *key)
{
    return (key->bytes + key->n_bytes) * UINT64_C(0x9e3779b97f4a7c15);
}
