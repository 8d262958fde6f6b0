/* The vocabulary of updates: policy/update.words, built into the program, read once and constant from then
 * on; any thread. What a pattern is stands at the head of that file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"

enum { MOST_GROUPS = 4 };

struct claim_pattern {
    const char *name;
    struct strings groups[MOST_GROUPS];
    bool is_next[MOST_GROUPS];  /* the word behind that of the group before, not one near it */
    bool is_first[MOST_GROUPS]; /* the first word of its clause */
    bool is_other[MOST_GROUPS]; /* any word but these */
    size_t n_groups;
    struct strings about, without; /* one of those anywhere in the sentence, none of these */
    struct strings unless;         /* names of exceptions, beside those of the claim */
};
typedef LIST(struct claim_pattern) claim_patterns;

struct named_words {
    const char *name;
    struct strings words; /* or phrases */
};
typedef LIST(struct named_words) named_words_list;

struct vocabulary {
    named_words_list facts, statuses, says, sets;
    claim_patterns patterns, exceptions;
    struct strings generic, bare, own;
    struct strings alone; /* claims that are asked only of a sentence that makes no other */
};
const struct vocabulary *vocabulary(void);
/* That of the name, or NULL. */
const struct named_words *named_words(const named_words_list *list, const char *name);
