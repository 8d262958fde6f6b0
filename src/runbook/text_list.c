/* Lists and sentences inside running text. */
#include "runbook/text.h"

#include <ctype.h>
#include <string.h>

/* Tracks whether a byte stands inside brackets or double quotes. */
struct nesting {
    int brackets;
    bool quoted;
};

/* What nesting_step() minds, and what ends a sentence. */
#define SENTENCE_MARKS "\"([{)]}.!?"

static bool nesting_step(struct nesting *nesting, char c)
{
    if (c == '"')
        nesting->quoted = !nesting->quoted;
    else if (c == '(' || c == '[' || c == '{')
        nesting->brackets++;
    else if ((c == ')' || c == ']' || c == '}') && nesting->brackets > 0)
        nesting->brackets--;
    return nesting->brackets > 0 || nesting->quoted;
}

static void add_item(struct arena *arena, const char *from, size_t n, struct strings *ret_items)
{
    static const char *const joints[] = {"and ", "or ", "and/or ", "& "};

    while (n > 0 && *from == ' ') {
        from++;
        n--;
    }
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        size_t k = strlen(joints[i]);
        if (n > k && strncasecmp(from, joints[i], k) == 0) {
            from += k;
            n -= k;
            break;
        }
    }
    while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '.' || from[n - 1] == ';'))
        n--;
    if (n > 0)
        strings_add(arena, ret_items, arena_strndup(arena, from, n));
}

static int count_words(const char *from, size_t n)
{
    int words = n > 0;

    for (size_t i = 0; i < n; i++)
        words += from[i] == ' ';
    return words;
}

enum { OR_WORDS = 4 };

static void split_or_words(struct arena *arena, const char *text, struct strings *ret_items)
{
    struct nesting nesting = {0};
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++) {
        if (nesting_step(&nesting, text[i]) || strncasecmp(text + i, " or ", 4) != 0)
            continue;
        if (count_words(text, i) > OR_WORDS || count_words(text + i + 4, n - i - 4) > OR_WORDS)
            break;
        add_item(arena, text, i, ret_items);
        add_item(arena, text + i + 4, n - i - 4, ret_items);
        return;
    }
    add_item(arena, text, n, ret_items);
}

void text_split_list(struct arena *arena, const char *text, bool split_or, struct strings *ret_items)
{
    struct nesting nesting = {0};
    size_t first = 0, n = strlen(text), n_before = ret_items->n;

    for (size_t i = 0; i < n; i++) {
        bool inside = nesting_step(&nesting, text[i]);
        bool number = i > 0 && isdigit((unsigned char)text[i - 1]) && isdigit((unsigned char)text[i + 1]);
        if (inside || (text[i] != ',' && text[i] != ';') || number)
            continue;
        add_item(arena, text + first, i - first, ret_items);
        first = i + 1;
    }
    if (ret_items->n == n_before && split_or)
        split_or_words(arena, text, ret_items);
    else
        add_item(arena, text + first, n - first, ret_items);
}

static bool is_abbreviation(const char *text, size_t dot)
{
    static const char *const words[] = {"e.g", "i.e", "vs", "etc", "approx", "cf", "no", "dr", "mr", "ms"};
    size_t first = dot;

    while (first > 0 && text[first - 1] != ' ' && text[first - 1] != '(')
        first--;
    if (dot - first == 1 && isalpha((unsigned char)text[first]))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (dot - first == strlen(words[i]) && strncasecmp(text + first, words[i], dot - first) == 0)
            return strcmp(words[i], "etc") != 0;
    return false;
}

static bool starts_sentence(char c)
{
    return isupper((unsigned char)c) || isdigit((unsigned char)c) || c == '"' || c == '(' || c == '[' ||
           c == '<' || (unsigned char)c >= 0x80;
}

static void add_sentence(struct arena *arena, const char *text, size_t from, size_t until,
                         struct sentences *ret_sentences)
{
    while (from < until && text[from] == ' ')
        from++;
    while (until > from && text[until - 1] == ' ')
        until--;
    if (until == from)
        return;
    struct sentence *sentence = list_push(arena, ret_sentences);
    sentence->text = arena_strndup(arena, text + from, until - from);
    sentence->at = from;
}

void text_sentences(struct arena *arena, const char *text, struct sentences *ret_sentences)
{
    struct nesting nesting = {0};
    size_t first = 0, n = strlen(text);

    for (size_t i = strcspn(text, SENTENCE_MARKS); i < n; i += 1 + strcspn(text + i + 1, SENTENCE_MARKS)) {
        bool inside = nesting_step(&nesting, text[i]);
        if (inside || (text[i] != '.' && text[i] != '!' && text[i] != '?'))
            continue;
        if (text[i + 1] != ' ' || !starts_sentence(text[i + 2]) ||
            (text[i] == '.' && is_abbreviation(text, i)))
            continue;
        add_sentence(arena, text, first, i + 1, ret_sentences);
        first = i + 1;
    }
    add_sentence(arena, text, first, n, ret_sentences);
}
