/* Whether a word of a sentence is one that a claim of policy/update.words asks for. */
#include <ctype.h>
#include <string.h>

#include "update/update_priv.h"

static bool is_number(const char *word)
{
    static const char *const numbers[] = {"one",     "two",    "three",   "four",    "five",   "six",
                                          "seven",   "eight",  "nine",    "ten",     "eleven", "twelve",
                                          "fifteen", "twenty", "thirty",  "forty",   "fifty",  "sixty",
                                          "ninety",  "dozen",  "hundred", "thousand"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(numbers[i], word) == 0)
            return true;
    return isdigit((unsigned char)*word);
}

static bool is_vowel(char c)
{
    return c && strchr("aeiou", c);
}

static bool ends_so(const char *rest, const char *word, bool is_stem)
{
    return *rest && (is_stem ? strncmp(rest, word, strlen(rest)) == 0 : strcmp(rest, word) == 0);
}

/* "acessed", "patinet", "performence": a letter that is left out, one too many, two that changed places or a
 * wrong vowel, within a long word. Any other letter makes another word ("patience"). */
static bool is_misspelt(const char *letters, const char *word, bool is_stem)
{
    enum { FEWEST_LETTERS = 7, FEWEST_SWAPPED = 5 }; /* shorter ones are each other: "handed", "handled" */
    size_t i = 0, n_pattern = strlen(letters) + is_stem, n_word = strlen(word);
    if (n_pattern < FEWEST_SWAPPED || n_word < FEWEST_SWAPPED)
        return false;
    while (letters[i] && letters[i] == word[i])
        i++;
    if (i < 2 || !letters[i] || !word[i])
        return false;
    const char *rest = letters + i, *at = word + i;
    if (rest[0] == at[1] && rest[1] == at[0])
        return rest[2] ? ends_so(rest + 2, at + 2, is_stem) : is_stem || !at[2];
    if (n_pattern < FEWEST_LETTERS || n_word < FEWEST_LETTERS)
        return false;
    return ends_so(rest + 1, at, is_stem) || ends_so(rest, at + 1, is_stem) ||
           (is_vowel(*rest) && is_vowel(*at) && ends_so(rest + 1, at + 1, is_stem));
}

bool word_is(const char *pattern, const char *word)
{
    size_t n = strlen(pattern);
    if (strcmp(pattern, "#") == 0)
        return is_number(word);
    return n && pattern[n - 1] == '*' ? strncmp(pattern, word, n - 1) == 0 : strcmp(pattern, word) == 0;
}

bool word_is_misspelt(const char *pattern, const char *word)
{
    char letters[32];
    size_t n = strlen(pattern);
    bool is_stem = n && pattern[n - 1] == '*';
    n -= is_stem;
    if (n >= sizeof letters || *pattern != *word)
        return false;
    memcpy(letters, pattern, n);
    letters[n] = '\0';
    return is_misspelt(letters, word, is_stem);
}
