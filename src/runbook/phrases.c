#include "runbook/phrases.h"

#include <string.h>

#include "base/must.h"

#define OTHER_16 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29, 29
#define LETTERS  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26

/* clang-format off */
const unsigned char phrase_letter[256] = {
    ['0'] = 27, 27, 27, 27, 27, 28, 28, 28, 28, 28,
    ['A'] = LETTERS,
    ['a'] = LETTERS,
    [0x80] = OTHER_16, OTHER_16, OTHER_16, OTHER_16, OTHER_16, OTHER_16, OTHER_16, OTHER_16,
};
/* clang-format on */

static void first_note(struct arena *arena, struct phrase_bucket *bucket, const struct phrase *phrase)
{
    struct phrase_first *found = NULL;
    list_each (first, &bucket->firsts)
        if (first->n_bytes == phrase->n_first && strncasecmp(first->text, phrase->text, phrase->n_first) == 0)
            found = first;
    if (!found) {
        found = list_push(arena, &bucket->firsts);
        found->text = phrase->text;
        found->n_bytes = phrase->n_first;
    }
    found->groups[phrase->group / 64] |= UINT64_C(1) << phrase->group % 64;
}

static void bucket_add(struct arena *arena, struct phrase_book *book, size_t place,
                       const struct phrase *phrase)
{
    struct phrase_bucket *bucket = &book->buckets[place];
    book->used[place / 64] |= UINT64_C(1) << place % 64;
    first_note(arena, bucket, phrase);
    bucket->groups[phrase->group / 64] |= UINT64_C(1) << phrase->group % 64;
    list_push(arena, &bucket->phrases);
    size_t at = bucket->phrases.n - 1;
    for (; at > 0 && bucket->phrases.at[at - 1].n_first < phrase->n_first; at--)
        bucket->phrases.at[at] = bucket->phrases.at[at - 1];
    bucket->phrases.at[at] = *phrase;
}

void phrase_add(struct arena *arena, struct phrase_book *book, const struct phrase *like, const char *from,
                size_t n_bytes)
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
    size_t bucket = phrase_bucket_of(phrase.text);
    bucket_add(arena, book, bucket, &phrase);
    if (phrase.n_first > 2)
        return;
    char plural[4] = {phrase.text[0],
                      phrase.n_first > 1 ? phrase.text[1] : 's'}; /* "DBs" has the phrase "DB" */
    plural[phrase.n_first] = 's';
    if (phrase_bucket_of(plural) != bucket)
        bucket_add(arena, book, phrase_bucket_of(plural), &phrase);
}
