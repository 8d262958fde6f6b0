#include "runbook/phrases.h"

#include "base/must.h"

#define YES_8  true, true, true, true, true, true, true, true
#define YES_26 YES_8, YES_8, YES_8, true, true

/* clang-format off */
const bool phrase_letter[256] = {
    ['0'] = YES_8, true, true,
    ['A'] = YES_26,
    ['a'] = YES_26,
    [0x80] = YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8, YES_8,
    YES_8, YES_8,
};
/* clang-format on */

/* The entry of a word, made when it is new. */
static struct phrase_word *word_for(struct arena *arena, struct phrase_book *book, uint32_t hash,
                                    size_t n_bytes)
{
    const struct phrase_word *found = phrase_word_find(book, hash, n_bytes);
    if (found)
        return &book->words.at[found - book->words.at];
    size_t slot = phrase_slot(hash);
    while (book->slots[slot])
        slot = (slot + 1) % (1 << PHRASE_SLOTS_LOG2);
    struct phrase_word *word = list_push(arena, &book->words);
    must(book->words.n < (1 << PHRASE_SLOTS_LOG2) / 2);
    word->hash = hash;
    word->n_bytes = (uint32_t)n_bytes;
    book->slots[slot] = (uint16_t)book->words.n;
    return word;
}

static void word_add(struct arena *arena, struct phrase_book *book, uint32_t hash, size_t n_bytes,
                     const struct phrase *phrase)
{
    struct phrase_word *word = word_for(arena, book, hash, n_bytes);
    word->groups[phrase->group / 64] |= UINT64_C(1) << phrase->group % 64;
    list_push(arena, &word->phrases);
    size_t at = word->phrases.n - 1;
    for (; at > 0 && word->phrases.at[at - 1].n_first < phrase->n_first; at--)
        word->phrases.at[at] = word->phrases.at[at - 1];
    word->phrases.at[at] = *phrase;
}

void phrase_add(struct arena *arena, struct arena *growing, struct phrase_book *book,
                const struct phrase *like, const char *from, size_t n_bytes)
{
    must(like->group < PHRASE_GROUPS);
    while (n_bytes > 0 && *from == ' ') {
        from++;
        n_bytes--;
    }
    while (n_bytes > 0 && from[n_bytes - 1] == ' ')
        n_bytes--;
    struct phrase phrase = *like;
    phrase.text = arena_strndup(arena, from, n_bytes);
    phrase.n_first = phrase_word_bytes(phrase.text);
    if (phrase.n_first == 0)
        return;
    uint32_t hash = 0;
    for (size_t i = 0; i < phrase.n_first; i++)
        hash = phrase_hash(hash, phrase.text[i]);
    if (phrase.text[phrase.n_first])
        phrase.second = phrase_lower(phrase.text[phrase.n_first + 1]);
    word_add(growing, book, hash, phrase.n_first, &phrase);
    word_add(growing, book, phrase_hash(hash, 's'), phrase.n_first + 1,
             &phrase); /* "DBs" has the phrase "DB" */
}

void phrases_settle(struct arena *arena, struct phrase_book *book)
{
    list_settle(arena, &book->words);
    list_each (word, &book->words)
        list_settle(arena, &word->phrases);
}
