/* "did you mean ...?": the word of a list that is closest to one that was mistyped. */
#pragma once

#include <stddef.h>

/* Optimal string alignment distance: insertions, deletions, substitutions and swapped neighbours each count
 * 1; case counts nothing. Words over 63 bytes are never near. */
size_t word_distance(const char *a, const char *b);

/* The closest of n words, the first of equals; NULL when none is near enough to be meant (more than a third
 * of the letters, at least one, differ). NULL words are passed over. */
const char *word_nearest(const char *word, const char *const *words, size_t n_words);
