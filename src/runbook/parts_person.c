/* A role is a noun of the vocabulary with the words in front of it, up to one that cannot belong to a name.
 */
#include "runbook/parts_person.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "runbook/heading_words.h"
#include "runbook/parts_words.h"
#include "runbook/text.h"

enum { QUALIFIERS = 3, QUALIFIER_BYTES = 24, ACTS_BYTES = 96 };

static bool name_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80 || (c && strchr("-&/'", c));
}

/* Where the word that ends at `end` begins, or `end` when no word of a name stands there. */
static size_t word_before(const char *text, size_t end, size_t from)
{
    size_t first = end;

    while (first > from && name_byte(text[first - 1]))
        first--;
    return end - first > QUALIFIER_BYTES ? end : first;
}

/* Where the name begins whose noun stands at `at`. */
static size_t name_first(struct arena *arena, const char *text, size_t at, size_t from)
{
    size_t n_lower = 0;

    for (int k = 0; k < QUALIFIERS && at > from + 1 && text[at - 1] == ' '; k++) {
        size_t first = word_before(text, at - 1, from);
        if (first == at - 1 || isdigit((unsigned char)text[first]))
            break;
        const char *word = arena_strndup(arena, text + first, at - 1 - first);
        if (strncmp(word, "\xe2\x86\x92", 3) == 0 || strcmp(word, "/") == 0)
            break; /* an arrow, or another before it */
        bool lower = islower((unsigned char)word[0]) != 0;
        if (part_words_whole(PART_PERSON_STOP, word) || (lower && n_lower > 0))
            break;
        n_lower += lower;
        at = first;
    }
    return at;
}

/* "Head of IT Operations": behind " of " the words of its name, each with a capital, or of a head one in
 * small letters. 0: there are none. */
static size_t of_what(const char *text, bool head)
{
    size_t n = strlen(" of ");

    if (strncmp(text, " of ", n) != 0 || !isalpha((unsigned char)text[n]))
        return 0;
    if (islower((unsigned char)text[n])) {
        size_t n_word = strspn(text + n, "abcdefghijklmnopqrstuvwxyz");
        const char *after = text + n + n_word;
        return head && n_word > 3 && !name_byte(*after) ? n + n_word : 0;
    }
    for (int words = 0; words < 4 && (isupper((unsigned char)text[n]) || text[n] == '&'); words++) {
        while (name_byte(text[n]))
            n++;
        if (text[n] != ' ' || (!isupper((unsigned char)text[n + 1]) && text[n + 1] != '&'))
            break;
        n++;
    }
    return n;
}

/* "VP Engineering", "Director Operations": behind such a title the words of its name, each with a capital. */
static size_t titled(const char *text, const struct word_match *noun)
{
    static const char *const titles[] = {"vp", "director", "vice president"};
    size_t n = 0;

    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (strlen(titles[i]) == noun->n_bytes && strncasecmp(text + noun->at, titles[i], noun->n_bytes) == 0)
            for (int words = 0; words < 3 && text[noun->at + noun->n_bytes + n] == ' '; words++) {
                const char *word = text + noun->at + noun->n_bytes + n + 1;
                if (!isupper((unsigned char)word[0]))
                    break;
                for (n++; isalnum((unsigned char)text[noun->at + noun->n_bytes + n]); n++)
                    ;
            }
    return n;
}

bool person_next(struct arena *arena, const char *text, size_t from, struct person *ret_person)
{
    struct word_match noun, more;
    size_t left = from;

    for (; part_words_next(PART_PERSON, text, from, &noun); from = noun.at + noun.n_bytes) {
        size_t end = noun.at + noun.n_bytes;
        const char *kind = noun.value;
        while (text[end] == ' ' && part_words_next(PART_PERSON, text, end, &more) && more.at == end + 1) {
            end = more.at + more.n_bytes; /* "security team" + "lead" */
            kind = more.value;
        }
        const char *title = arena_strndup(arena, text + noun.at, noun.n_bytes);
        bool head = text_same(title, "head") || text_same(title, "chief");
        size_t first = name_first(arena, text, noun.at, left), of = of_what(text + end, head);
        if (of == 0 && end == noun.at + noun.n_bytes)
            of = titled(text, &noun);
        end += of;
        if (strncasecmp(text + end, " on duty", 8) == 0 && !isalnum((unsigned char)text[end + 8]))
            end += 8;
        if (of == 0 && head)
            continue; /* the first of anything */
        bool qualified = first < noun.at || end > noun.at + noun.n_bytes;
        noun.n_bytes = end - noun.at;
        if (text[end] == '-' || text[end] == '/' ||
            (noun.at > 0 && strchr("/-.@#", text[noun.at - 1]) && first == noun.at))
            continue;
        if (!qualified &&
            !part_words_whole(PART_PERSON_ALONE, arena_strndup(arena, text + noun.at, noun.n_bytes)))
            continue;
        *ret_person = (struct person){
            .name = arena_strndup(arena, text + first, end - first), .kind = kind, .at = first, .end = end};
        return true;
    }
    return false;
}

bool person_is(struct arena *arena, const char *text, struct person *ret_person)
{
    struct person person;

    if (strnlen(text, 80) == 80 || !person_next(arena, text, 0, &person) || person.at > 0)
        return false;
    const char *rest = text + person.end;
    rest += strspn(rest, " :");
    if (*rest != '\0' && *rest != '(' && *rest != ',' && *rest != '[' && *rest != '/')
        return false;
    *ret_person = person;
    return true;
}

void persons_add(struct arena *arena, const char *text, struct strings *ret_names)
{
    struct person person;
    size_t from = 0;

    for (int k = 0; k < 12 && person_next(arena, text, from, &person); k++, from = person.end)
        strings_add(arena, ret_names, person.name);
}

bool person_does(struct arena *arena, const char *text, struct person *ret_person)
{
    static const char *const joints[] = {" and ", " then ", ", "};
    static const char *const modals[] = {"shall ", "must ", "should ", "will ", "has to "};
    static const char *const endings[] = {"", "s", "es"};
    char start[ACTS_BYTES];
    struct person person;
    bool acts = false;

    size_t n_start = strnlen(text, sizeof start - 1);
    memcpy(start, text, n_start);
    start[n_start] = '\0';
    if (words_begin(WORDS_VERBS, start) || !person_next(arena, start, 0, &person) || person.at > 0)
        return false;
    const char *verb = start + person.end;
    verb += *verb == 's';
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        verb += strncmp(verb, joints[i], strlen(joints[i])) == 0 ? strlen(joints[i]) : 0;
    verb += *verb == ' ';
    for (size_t i = 0; i < sizeof modals / sizeof *modals; i++) /* "The engineer shall restart it" */
        verb += strncmp(verb, modals[i], strlen(modals[i])) == 0 ? strlen(modals[i]) : 0;
    size_t n = strcspn(verb, " ,.;:");
    if (n < 3 || !islower((unsigned char)verb[0]) || verb == start + person.end)
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n_ending = strlen(endings[i]);
        const char *stem = arena_strndup(arena, verb, n - n_ending);
        acts |= strncmp(verb + n - n_ending, endings[i], n_ending) == 0 && words_are(WORDS_VERBS, stem);
    }
    acts |= n > 3 && strncmp(verb + n - 3, "ies", 3) == 0 &&
            words_are(WORDS_VERBS, arena_printf(arena, "%.*sy", (int)n - 3, verb));
    if (acts)
        *ret_person = person;
    return acts;
}

bool person_acts(struct arena *arena, const char *text, struct person *ret_person)
{
    if (text_starts_with(text, "the "))
        text += strlen("the ");
    else if (!isupper((unsigned char)text[0]))
        return false;
    return person_does(arena, text, ret_person);
}
