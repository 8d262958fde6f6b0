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

/* The place of a word, made when it is new. */
static size_t word_for(struct arena *arena, struct phrase_book *book, const struct phrase_key *key)
{
    const struct phrase_word *found = phrase_word_find(book, key);
    if (found)
        return (size_t)(found - book->words.at);
    uint64_t hash = phrase_hash(key);
    size_t bit = hash >> (64 - PHRASE_FILTER_LOG2), slot = phrase_slot(hash);
    while (book->slots[slot])
        slot = (slot + 1) % (1 << PHRASE_SLOTS_LOG2);
    struct phrase_word *word = list_push(arena, &book->words);
    must(book->words.n < (1 << PHRASE_SLOTS_LOG2) / 2);
    word->key = *key;
    book->slots[slot] = (uint16_t)book->words.n;
    book->filter[bit / 64] |= UINT64_C(1) << bit % 64;
    list_push(arena, &book->phrases);
    return book->words.n - 1;
}

/* Whether the key is all of its word: a longer one goes on, and bytes of other alphabets are lost in it. */
static bool key_is_word(const struct phrase_key *key)
{
    return key->n_bytes <= sizeof key->bytes && (key->bytes & UINT64_C(0x8080808080808080)) == 0;
}

static void word_add(struct arena *arena, struct phrase_book *book, const char *word,
                     const struct phrase *phrase)
{
    const struct phrase_text text = phrase_text(word, PTRDIFF_MAX);
    const struct phrase_key key = phrase_key(&text, word);
    size_t place = word_for(arena, book, &key);
    struct phrases *phrases = &book->phrases.at[place];
    book->words.at[place].groups[phrase->group / 64] |= UINT64_C(1) << phrase->group % 64;
    if (phrase->group < 64 && phrase->text[phrase->n_first] == '\0' && key_is_word(&key))
        book->words.at[place].alone |= UINT64_C(1) << phrase->group;
    list_push(arena, phrases);
    size_t at = phrases->n - 1;
    for (; at > 0 && phrases->at[at - 1].n_first < phrase->n_first; at--)
        phrases->at[at] = phrases->at[at - 1];
    phrases->at[at] = *phrase;
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
    size_t n_first = phrase_word_bytes(phrase.text);
    if (n_first == 0)
        return;
    must(n_first < UINT8_MAX);
    phrase.n_first = (uint8_t)n_first;
    if (phrase.text[phrase.n_first])
        phrase.second = text_lower(phrase.text[phrase.n_first + 1]);
    word_add(growing, book, phrase.text, &phrase);
    const char *many = arena_printf(growing, "%.*ss", (int)n_first, phrase.text);
    word_add(growing, book, many, &phrase); /* "DBs" has the phrase "DB" */
}

void phrases_settle(struct arena *arena, struct phrase_book *book)
{
    list_settle(arena, &book->words);
    list_settle(arena, &book->phrases);
    list_each (phrases, &book->phrases)
        list_settle(arena, phrases);
}
