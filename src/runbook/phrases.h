/* Phrases of a vocabulary, found by the word of a text that they begin with: nearly every word of a document
 * is asked for by many readers and begins no phrase, and one look at a slot says so. Read-only once made: any
 * thread. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/list.h"
#include "runbook/text.h"

enum {
    PHRASE_GROUPS = 128,
    PHRASE_SLOTS_LOG2 = 14,
    PHRASE_FIRST_BYTES = 256, /* the first word of a phrase is shorter */
};

struct phrase {
    const char *text;
    const char *value; /* what the vocabulary says it means, or NULL */
    int row;           /* its line in the file */
    uint8_t group;     /* below PHRASE_GROUPS */
    uint8_t n_first;   /* bytes of its first word, below PHRASE_FIRST_BYTES */
    char second;       /* how its second word begins, in lower case; 0: it has one word */
};

struct phrases {
    struct phrase *at; /* longer first words first, else in the order they were added */
    size_t n, capacity;
};

/* A word as it is looked up: case does not count. Its first bytes and its length are enough, since a phrase
 * found by them is still to be compared. */
struct phrase_key {
    uint64_t bytes; /* the first eight in lower case, zeros behind a shorter word */
    size_t n_bytes;
};

/* A word that phrases begin with, as it stands in a text: "cause" and "causes" are two, with the same
 * phrases. Small, since a text is asked for each of its words: what a look needs stays in the cache. */
struct phrase_word {
    struct phrase_key key;
    uint64_t groups[PHRASE_GROUPS / 64]; /* bit g: a phrase of group g is here */
};

struct phrase_book {
    uint64_t
        taken[(1 << PHRASE_SLOTS_LOG2) / 64]; /* a bit a slot that is not free: all that most looks need */
    uint16_t slots[1 << PHRASE_SLOTS_LOG2];   /* places in words + 1 by the hash, 0: free */
    LIST(struct phrase_word) words;
    LIST(struct phrases) phrases; /* of each word */
};

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

static inline size_t phrase_slot(const struct phrase_key *key)
{
    return (key->bytes + key->n_bytes) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - PHRASE_SLOTS_LOG2);
}

static inline const struct phrase_word *phrase_word_find(const struct phrase_book *book,
                                                         const struct phrase_key *key)
{
    size_t slot = phrase_slot(key);
    if (!(book->taken[slot / 64] >> slot % 64 & 1))
        return NULL;
    for (; book->slots[slot]; slot = (slot + 1) % (1 << PHRASE_SLOTS_LOG2)) {
        const struct phrase_word *word = &book->words.at[book->slots[slot] - 1];
        if (word->key.bytes == key->bytes && word->key.n_bytes == key->n_bytes)
            return word;
    }
    return NULL;
}

/* The phrases that begin with the word at `at`, or NULL; its length, 0 when no word stands there. Other words
 * may share the key: a phrase found so is still to be compared. */
static inline const struct phrase_word *phrase_word_at(const struct phrase_book *book,
                                                       const struct phrase_text *text, const char *at,
                                                       size_t *ret_n_bytes)
{
    struct phrase_key key = phrase_key(text, at);
    *ret_n_bytes = key.n_bytes;
    return key.n_bytes > 0 ? phrase_word_find(book, &key) : NULL;
}

static inline const struct phrases *phrases_of(const struct phrase_book *book, const struct phrase_word *word)
{
    return &book->phrases.at[word - book->words.at];
}

/* Whether the phrase may go on as the text does behind its first word: one look instead of a comparison. */
static inline bool phrase_may_go_on(const struct phrase *phrase, const char *text)
{
    return phrase->second == '\0' ||
           (text[phrase->n_first] && text_lower(text[phrase->n_first + 1]) == phrase->second);
}

/* Whether one of the groups first..last is among them. */
static inline bool phrase_groups_any(const uint64_t *groups, unsigned first, unsigned last)
{
    bool found = false;
    for (unsigned i = first / 64; i <= last / 64; i++) {
        uint64_t from = i == first / 64 ? ~UINT64_C(0) << first % 64 : ~UINT64_C(0);
        uint64_t until = i == last / 64 ? ~UINT64_C(0) >> (63 - last % 64) : ~UINT64_C(0);
        found |= (groups[i] & from & until) != 0;
    }
    return found;
}

/* Adds from[0..n_bytes) without blanks at its ends; what does not begin with a word is passed over. like
 * gives group, value and row. The lists of the book grow in an arena of their own until phrases_settle(). */
void phrase_add(struct arena *arena, struct arena *growing, struct phrase_book *book,
                const struct phrase *like, const char *from, size_t n_bytes);
/* Moves the lists into the arena, no longer than they are: there is a copy in every process. */
void phrases_settle(struct arena *arena, struct phrase_book *book);
