#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LONGEST = 63, FAR = 1000 };

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t word_distance(const char *a, const char *b)
{
    size_t n_a = strnlen(a, LONGEST + 1), n_b = strnlen(b, LONGEST + 1);
    if (n_a > LONGEST || n_b > LONGEST)
        return FAR;
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= n_b; j++)
        above[j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t d = least(least(above[j], row[j - 1]) + 1, above[j - 1] + !same(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                d = least(d, before[j - 2] + 1);
            row[j] = d;
        }
        size_t *free_row = before;
        before = above;
        above = row;
        row = free_row;
    }
    return above[n_b];
}

const char *word_nearest(const char *word, const char *const *words, size_t n_words)
{
    size_t limit = strnlen(word, LONGEST + 1) / 3;
    size_t best = (limit ? limit : 1) + 1;
    const char *found = NULL;
    for (size_t i = 0; i < n_words; i++) {
        size_t d = words[i] ? word_distance(word, words[i]) : FAR;
        if (d < best) {
            best = d;
            found = words[i];
        }
    }
    return found;
}
