/* What the words of a template ask for: the facts, generic words and statuses of policy/update.words. */
#include <ctype.h>
#include <string.h>

#include "update/update_priv.h"
#include "update/vocabulary.h"

const char *words_plain(struct arena *arena, const char *text, size_t n)
{
    char *plain = arena_alloc(arena, n + 1);
    size_t length = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (isalnum(c) || c >= 0x80)
            plain[length++] = (char)tolower(c);
        else if (length && plain[length - 1] != ' ')
            plain[length++] = ' ';
    }
    while (length && plain[length - 1] == ' ')
        length--;
    plain[length] = '\0';
    return plain;
}

/* The phrase as words of the text, not as a part of one. */
static bool holds_phrase(const char *text, const char *phrase)
{
    size_t n = strlen(phrase);
    for (const char *at = text; (at = strstr(at, phrase)); at++)
        if ((at == text || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

static bool is_generic(const char *plain)
{
    list_each (phrase, &vocabulary()->generic)
        if (strcmp(plain, *phrase) == 0)
            return true;
    return false;
}

const char *fact_of(struct arena *arena, const char *text, size_t n, bool whole)
{
    const char *plain = words_plain(arena, text, n), *best = NULL;
    size_t best_n = 0;
    list_each (fact, &vocabulary()->facts)
        list_each (phrase, &fact->words) {
            size_t n_phrase = strlen(*phrase);
            bool asks = strcmp(plain, *phrase) == 0 ||
                        (!whole && holds_phrase(plain, *phrase) && !is_generic(*phrase));
            if (asks && n_phrase > best_n) {
                best = fact->name;
                best_n = n_phrase;
            }
        }
    return best;
}

size_t bare_bytes(const char *text, size_t n)
{
    list_each (phrase, &vocabulary()->bare) {
        size_t length = strlen(*phrase);
        if (length > n || strncasecmp(text, *phrase, length) != 0 ||
            (length < n && isalnum((unsigned char)text[length])))
            continue;
        static const char of[] = " of ";
        if (n - length < sizeof of || strncasecmp(text + length, of, sizeof of - 1) != 0)
            return length;
        for (length += sizeof of - 1;
             length < n && (isalnum((unsigned char)text[length]) || text[length] == ' ');)
            length++;
        return length;
    }
    return 0;
}

bool text_is_generic(struct arena *arena, const char *text, size_t n)
{
    return is_generic(words_plain(arena, text, n));
}

bool status_word_fits(const char *status, const char *word)
{
    const struct named_words *found = named_words(&vocabulary()->statuses, status);
    for (size_t i = 0; found && i < found->words.n; i++)
        if (strcasecmp(found->words.at[i], word) == 0)
            return true;
    return false;
}

const char *claim_says(const char *claim)
{
    const struct named_words *found = named_words(&vocabulary()->says, claim);
    return found ? found->words.at[0] : NULL;
}

/* ---- findings ---- */

/* The incident knows the others itself. */
static const char *const found_by_people[] = {"impact", "description", "cause",  "actions", "next",
                                              "eta",    "workaround",  "bridge", "contact"};
enum { N_FOUND = sizeof found_by_people / sizeof *found_by_people };

bool finding_topic_known(const char *topic)
{
    for (size_t i = 0; i < N_FOUND; i++)
        if (strcmp(topic, found_by_people[i]) == 0)
            return true;
    return claim_says(topic) != NULL;
}

const char *finding_topics(struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < N_FOUND; i++)
        text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", found_by_people[i]);
    list_each (says, &vocabulary()->says) {
        bool is_fact = false;
        for (size_t i = 0; i < N_FOUND; i++)
            is_fact |= strcmp(says->name, found_by_people[i]) == 0;
        if (!is_fact)
            text = arena_printf(arena, "%s, %s", text, says->name);
    }
    return text;
}
