/* Phrases of a vocabulary, found by the word of a text that they begin with: nearly every word of a document
 * is asked for by many readers and begins no phrase, and one look at a slot says so. Read-only once made: any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "runbook/text.h"

enum { PHRASE_GROUPS = 128, PHRASE_SLOTS_LOG2 = 14, PHRASE_STARTS = 1024 };

struct phrase {
    const char *text;
    const char *value; /* what the vocabulary says it means, or NULL */
    int row;           /* its line in the file */
    uint8_t group;     /* below PHRASE_GROUPS */
    uint8_t n_first;   /* bytes of its first word */
    char second;       /* how its second word begins, in lower case; 0: it has one word */
};

struct phrases {
    struct phrase *at; /* longer first words first, else in the order they were added */
    size_t n, capacity;
};

/* A word that phrases begin with, as it stands in a text: "cause" and "causes" are two, with the same
 * phrases. Small, since a text is asked for each of its words: what a look needs stays in the cache. */
struct phrase_word {
    uint32_t hash, n_bytes;
    uint64_t groups[PHRASE_GROUPS / 64]; /* bit g: a phrase of group g is here */
};

struct phrase_book {
    /* By the first two letters of a word, bit g: a phrase of group g may begin so. Who asks for one group
     * need not hash most words. */
    uint64_t starts[PHRASE_STARTS][PHRASE_GROUPS / 64];
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

/* The place in starts of the word at text. */
static inline size_t phrase_start(const char *text)
{
    size_t second = phrase_word_byte(text[1]) ? (unsigned char)text[1] & 31 : 0;
    return (size_t)((unsigned char)text[0] & 31) << 5 | second;
}

/* A step of the hash of a word, in which case does not count. */
static inline uint32_t phrase_hash(uint32_t hash, char c)
{
    return hash * 31 + ((unsigned char)c | 0x20);
}

static inline size_t phrase_slot(uint32_t hash)
{
    return hash * UINT32_C(2654435761) >> (32 - PHRASE_SLOTS_LOG2);
}

static inline const struct phrase_word *phrase_word_find(const struct phrase_book *book, uint32_t hash,
                                                         size_t n_bytes)
{
    size_t slot = phrase_slot(hash);
    if (!(book->taken[slot / 64] >> slot % 64 & 1))
        return NULL;
    for (; book->slots[slot]; slot = (slot + 1) % (1 << PHRASE_SLOTS_LOG2)) {
        const struct phrase_word *word = &book->words.at[book->slots[slot] - 1];
        if (word->hash == hash && word->n_bytes == n_bytes)
            return word;
    }
    return NULL;
}

/* The phrases that begin with the word at text, or NULL; its length, 0 when no word stands there. Other words
 * may share the hash: a phrase found so is still to be compared. */
static inline const struct phrase_word *phrase_word_at(const struct phrase_book *book, const char *text,
                                                       size_t *ret_n_bytes)
{
    uint32_t hash = 0;
    size_t n = 0;
    for (; phrase_word_byte(text[n]); n++)
        hash = phrase_hash(hash, text[n]);
    *ret_n_bytes = n;
    return n > 0 ? phrase_word_find(book, hash, n) : NULL;
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
