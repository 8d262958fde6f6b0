/* Phrases of a vocabulary, found at a word of a text without hashing it: a bucket for the first three letters
 * of a word, and in it which groups have a phrase there at all. Nearly every word of a document is asked for
 * by many readers and begins no phrase: one look at a bucket says so. Read-only once made: any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"

enum { PHRASE_GROUPS = 128, PHRASE_BUCKETS_LOG2 = 12 };

struct phrase {
    const char *text;
    const char *value; /* what the vocabulary says it means, or NULL */
    unsigned group;    /* below PHRASE_GROUPS */
    int row;           /* its line in the file */
    size_t n_first;    /* bytes of its first word */
};

/* A word that phrases begin with. */
struct phrase_first {
    const char *text; /* of its first phrase */
    size_t n_bytes;
    uint64_t groups[PHRASE_GROUPS / 64]; /* bit g: a phrase of group g begins so */
};

struct phrase_bucket {
    uint64_t groups[PHRASE_GROUPS / 64]; /* bit g: a phrase of group g is here */
    LIST(struct phrase_first) firsts;
    LIST(struct phrase) phrases; /* longer first words first, else in the order they were added */
};

struct phrase_book {
    uint64_t
        used[(1 << PHRASE_BUCKETS_LOG2) / 64]; /* a bit a bucket with phrases: stays in the nearest cache */
    struct phrase_bucket buckets[1 << PHRASE_BUCKETS_LOG2];
};

/* What a byte is to a word: 0 no part of one, 1 to 26 a letter in either case, 27 and 28 digits, 29 the bytes
 * of other alphabets. */
extern const unsigned char phrase_letter[256];

static inline bool phrase_word_byte(char c)
{
    return phrase_letter[(unsigned char)c] != 0;
}

static inline size_t phrase_word_bytes(const char *text)
{
    size_t n = 0;
    while (phrase_word_byte(text[n]))
        n++;
    return n;
}

/* The bucket of the word at text, by its first three letters; text[0] is part of a word. */
static inline size_t phrase_bucket_of(const char *text)
{
    uint32_t first = phrase_letter[(unsigned char)text[0]], second = phrase_letter[(unsigned char)text[1]];
    uint32_t third = second ? phrase_letter[(unsigned char)text[2]] : 0;
    uint32_t scattered = ((first * 32 + second) * 32 + third) * UINT32_C(2654435761);
    return scattered >> (32 - PHRASE_BUCKETS_LOG2);
}

/* The bucket of the word at text, or NULL when no phrase begins as it does. */
static inline const struct phrase_bucket *phrase_bucket_at(const struct phrase_book *book, const char *text)
{
    size_t bucket = phrase_bucket_of(text);
    return book->used[bucket / 64] >> bucket % 64 & 1 ? &book->buckets[bucket] : NULL;
}

/* Whether a phrase of the groups first..last is here. */
static inline bool phrase_bucket_has_any(const struct phrase_bucket *bucket, unsigned first, unsigned last)
{
    bool found = false;
    for (unsigned i = first / 64; i <= last / 64; i++) {
        uint64_t from = i == first / 64 ? ~UINT64_C(0) << first % 64 : ~UINT64_C(0);
        uint64_t until = i == last / 64 ? ~UINT64_C(0) >> (63 - last % 64) : ~UINT64_C(0);
        found |= (bucket->groups[i] & from & until) != 0;
    }
    return found;
}

/* Whether a word of n_word bytes at text can be a first one of n_first: as long, or with an "s" more. */
static inline bool phrase_fits_first(size_t n_first, const char *text, size_t n_word)
{
    return n_word == n_first || (n_word == n_first + 1 && (text[n_word - 1] | 0x20) == 's');
}

static inline bool phrase_first_word(const struct phrase *phrase, const char *text, size_t n_word)
{
    return phrase_fits_first(phrase->n_first, text, n_word);
}

/* Adds from[0..n_bytes) without blanks at its ends; what does not begin with a word is passed over. like
 * gives group, value and row. */
void phrase_add(struct arena *arena, struct phrase_book *book, const struct phrase *like, const char *from,
                size_t n_bytes);
