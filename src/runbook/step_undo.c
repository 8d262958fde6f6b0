#include "runbook/step_undo.h"

#include <ctype.h>
#include <string.h>

#include "runbook/parts_words.h"
#include "runbook/text.h"

enum { NUMBER_BYTES = 12 };

static size_t skip(const char *text, const char *word)
{
    size_t n = text_starts_with(text, word) ? strlen(word) : 0;

    return n > 0 && text[n] == ' ' ? n + 1 : 0;
}

static size_t step_word_bytes(const char *text)
{
    static const char *const words[] = {"step", "schritt", "action", "item", "no.", "number"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (skip(text, words[i]) > 0)
            return skip(text, words[i]);
    return 0;
}

/* "2", "4.2", "4b"; 0: no number stands there. */
static size_t number_bytes(const char *text)
{
    size_t n = 0;

    while (n < NUMBER_BYTES && isdigit((unsigned char)text[n]))
        n++;
    if (n == 0)
        return 0;
    while (n < NUMBER_BYTES && text[n] == '.' && isalnum((unsigned char)text[n + 1])) {
        n++;
        while (n < NUMBER_BYTES && isdigit((unsigned char)text[n]))
            n++;
    }
    n += isalpha((unsigned char)text[n]) && !isalnum((unsigned char)text[n + 1]);
    return isalnum((unsigned char)text[n]) ? 0 : n;
}

/* "Schritt 1 rückgängig: ...", "Step 2 rollback: ...": the word stands behind the number. */
static const char *undone_behind(struct arena *arena, const char *text)
{
    size_t step = step_word_bytes(text), n = step > 0 ? number_bytes(text + step) : 0;
    const char *behind = text + step + n;
    struct word_match word;

    behind += strspn(behind, " -");
    if (n == 0 || !part_words_next(PART_UNDO, behind, 0, &word) || word.at > 0)
        return NULL;
    return behind[word.n_bytes] == ':' || strcmp(word.value, "behind") == 0
               ? arena_strndup(arena, text + step, n)
               : NULL;
}

const char *step_undone_by(struct arena *arena, const char *text)
{
    struct word_match verb;

    enum { NUMBER_WITHIN_BYTES = 60 };
    size_t digit = strcspn(text, "0123456789"); /* most steps name none */
    if ((text[digit] == '\0' || digit > NUMBER_WITHIN_BYTES) && !text_find_word(text, "this"))
        return NULL;
    text += skip(text, "how");
    text += skip(text, "to");
    if (!part_words_next(PART_UNDO, text, 0, &verb) || verb.at > 0)
        return undone_behind(arena, text);
    bool plain = strcmp(verb.value, "plain") == 0;
    const char *what = text + verb.n_bytes + (text[verb.n_bytes] == ' ');
    if (plain && text_starts_with(what, "this step"))
        return "this";
    size_t word = step_word_bytes(what), n = number_bytes(what + word);
    char behind = n > 0 ? what[word + n] : 'x';
    bool ends = word > 0 ? behind == '\0' || strchr(":,;.) -", behind) != NULL : plain && behind == ':';
    return n > 0 && ends ? arena_strndup(arena, what + word, n) : NULL;
}

/* The next part of a number: its value, a letter's place in the alphabet; 0: there is none. */
static int part_next(const char **at)
{
    int value = 0;

    *at += strspn(*at, ".) ");
    if (isalpha((unsigned char)**at))
        return tolower((unsigned char)*(*at)++) - 'a' + 1;
    for (int k = 0; k < NUMBER_BYTES / 2 && isdigit((unsigned char)**at); k++)
        value = value * 10 + (*(*at)++ - '0');
    return value;
}

bool step_number_same(const char *a, const char *b)
{
    for (;;) {
        int left = part_next(&a), right = part_next(&b);
        if (left != right)
            return false;
        if (left == 0)
            return *a == *b;
    }
}
