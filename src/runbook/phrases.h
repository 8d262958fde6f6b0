/* Phrases of a vocabulary, found by the word of a text that they begin with: nearly every word of a document
 * is asked for by many readers and begins no phrase, and one look at a slot says so. Read-only once made: any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "runbook/phrase_key.h"
#include "runbook/text.h"

enum {
    PHRASE_GROUPS = 128,
    PHRASE_SLOTS_LOG2 = 14,
    PHRASE_FILTER_LOG2 = 16,
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

/* A word that phrases begin with, as it stands in a text: "cause" and "causes" are two, with the same
 * phrases. Small, since a text is asked for each of its words: what a look needs stays in the cache. */
struct phrase_word {
    struct phrase_key key;
    uint64_t groups[PHRASE_GROUPS / 64]; /* bit g: a phrase of group g is here */
    uint64_t alone; /* bit g below 64: this word is one, and its key tells it from every other */
};

struct phrase_book {
    /* A bit by the hash, clear where there is no such word: all that most looks need, and small enough to
     * stay in the nearest cache. Ten bits a word or more, for a look further costs as much as ten of these.
     */
    uint64_t filter[(1 << PHRASE_FILTER_LOG2) / 64];
    uint16_t slots[1 << PHRASE_SLOTS_LOG2]; /* places in words + 1 by the hash, 0: free */
    LIST(struct phrase_word) words;
    LIST(struct phrases) phrases; /* of each word */
};

static inline size_t phrase_slot(uint64_t hash)
{
    return hash >> (64 - PHRASE_SLOTS_LOG2);
}

static inline const struct phrase_word *phrase_word_find(const struct phrase_book *book,
                                                         const struct phrase_key *key)
{
    uint64_t hash = phrase_hash(key);
    size_t bit = hash >> (64 - PHRASE_FILTER_LOG2), slot = phrase_slot(hash);
    if (!(book->filter[bit / 64] >> bit % 64 & 1))
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
static inline __attribute__((always_inline)) const struct phrase_word *
phrase_word_at(const struct phrase_book *book, const struct phrase_text *text, const char *at,
               size_t *ret_n_bytes)
{
    struct phrase_key key = phrase_key(text, at);
    *ret_n_bytes = key.n_bytes;
    return key.n_bytes > 0 ? phrase_word_find(book, &key) : NULL;
}

/* Where to look behind a word of n_bytes at `at`, or behind the mark there (n_bytes 0): a word ends at a mark
 * or at the end of the text, and no phrase begins with a mark. */
static inline const char *phrase_next_word(const char *at, size_t n_bytes)
{
    return at + n_bytes + 1;
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
