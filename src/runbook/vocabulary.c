/* The vocabulary of policy/alert.words, and stems.
 *
 * Entries stand in one array, found by their hash. A word is looked up as it is written, then without a
 * plural s, then by its stem; so that a line for "restart" also serves "restarted". A word has one group: the
 * first line that names it; a later line with such a word adds its other words to the same group. */
#include <ctype.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/embedded.h"
#include "base/map.h"
#include "base/must.h"
#include "runbook/alert_words.h"
#include "runbook/word_lines.h"

enum { PHRASE_WORDS = 4 };

struct entry {
    const char *text; /* a word, a phrase joined by '-', or a stem */
    const char *same; /* what is kept of it, or NULL */
    const char *group;
    enum word_class class;
    bool begins_phrase;
};

struct vocabulary {
    struct arena *arena; /* of all that it holds */
    struct entry *entries;
    uint32_t *table;   /* places of entries + 1 by the hash of their texts, 0: free */
    size_t table_size; /* a power of two */
    struct strings labels;
};

struct entries { /* while the file is read */
    struct entry *at;
    size_t n;
    size_t capacity;
    struct map *places; /* text -> place in at, counted from 1 */
};

/* Suffixes in the order they are tried; keep is the least that must be left of the word. */
#define SUFFIX(end, keep)                                                                                    \
    {                                                                                                        \
        end, sizeof(end) - 1, keep                                                                           \
    }
static const struct suffix {
    const char *end;
    size_t n, keep;
} suffixes[] = {
    SUFFIX("ications", 4), SUFFIX("ication", 4), SUFFIX("icating", 4), SUFFIX("icated", 4),
    SUFFIX("icates", 4),   SUFFIX("icate", 4),   SUFFIX("ations", 4),  SUFFIX("ation", 4),
    SUFFIX("itions", 4),   SUFFIX("ition", 4),   SUFFIX("ments", 4),   SUFFIX("ment", 4),
    SUFFIX("ures", 4),     SUFFIX("ure", 4),     SUFFIX("ions", 4),    SUFFIX("ion", 4),
    SUFFIX("atings", 4),   SUFFIX("ating", 4),   SUFFIX("ings", 3),    SUFFIX("ing", 3),
    SUFFIX("ies", 3),      SUFFIX("ied", 3),     SUFFIX("ated", 4),    SUFFIX("ates", 4),
    SUFFIX("ate", 4),      SUFFIX("ed", 3),      SUFFIX("ers", 4),     SUFFIX("es", 3),
    SUFFIX("ly", 4),       SUFFIX("s", 3),       SUFFIX("e", 4),       SUFFIX("y", 4),
};
#undef SUFFIX

static bool has_vowel(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr("aeiouy", s[i]))
            return true;
    return false;
}

/* Brings the forms of a word together: fail, fails, failed, failing, failure; notification, notify. Words
 * with anything but small ASCII letters stay. */
static void stem(char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)word[i]))
            return;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        const struct suffix *suffix = &suffixes[i];
        if (n < suffix->n + suffix->keep || word[n - 1] != suffix->end[suffix->n - 1] ||
            memcmp(word + n - suffix->n, suffix->end, suffix->n) != 0 || !has_vowel(word, n - suffix->n))
            continue;
        if (strcmp(suffix->end, "s") == 0 && strchr("sui", word[n - 2]))
            continue;
        n -= suffix->n;
        break;
    }
    /* "stopp" of "stopped", "missed" stays "miss" */
    if (n > 3 && word[n - 1] == word[n - 2] && !strchr("lsaeiou", word[n - 1]))
        n--;
    word[n] = '\0';
}

/* FNV-1a: nobody outside adds entries, so that none can be made to collide. */
static size_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32);
}

static void table_fill(struct vocabulary *vocabulary, const struct entries *entries)
{
    vocabulary->table_size = 16;
    while (vocabulary->table_size < 3 * entries->n)
        vocabulary->table_size *= 2;
    vocabulary->table = arena_alloc(vocabulary->arena, vocabulary->table_size * sizeof *vocabulary->table);
    for (size_t i = 0; i < entries->n; i++) {
        size_t slot = hash_of(entries->at[i].text) & (vocabulary->table_size - 1);
        while (vocabulary->table[slot])
            slot = (slot + 1) & (vocabulary->table_size - 1);
        vocabulary->table[slot] = (uint32_t)i + 1;
    }
}

static const struct entry *entry_find(const struct vocabulary *vocabulary, const char *text)
{
    size_t slot = hash_of(text) & (vocabulary->table_size - 1);
    for (; vocabulary->table[slot]; slot = (slot + 1) & (vocabulary->table_size - 1)) {
        const struct entry *entry = &vocabulary->entries[vocabulary->table[slot] - 1];
        if (strcmp(entry->text, text) == 0)
            return entry;
    }
    return NULL;
}

/* The entry of that text, added when it is new; good until the next call. */
static struct entry *entry_for(struct arena *arena, struct entries *entries, const char *text)
{
    uintptr_t place = (uintptr_t)map_get(entries->places, text, strlen(text));
    if (place)
        return &entries->at[place - 1];
    struct entry *entry = list_push(arena, entries);
    entry->text = text;
    map_put(entries->places, text, strlen(text), (void *)(uintptr_t)entries->n);
    return entry;
}

static const char *stem_of(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text);
    stem(copy);
    return copy;
}

static void read_same(struct arena *arena, struct entries *entries, const struct strings *words)
{
    for (size_t i = 0; i < words->n; i++)
        entry_for(arena, entries, words->at[i])->same = words->at[0];
}

/* The word itself and its stem. */
static void each_form(struct arena *arena, struct entries *entries, const char *word, const char *group,
                      enum word_class class)
{
    const char *forms[] = {word, stem_of(arena, word)};
    for (size_t i = 0; i < 2; i++) {
        struct entry *entry = entry_for(arena, entries, forms[i]);
        if (group && !entry->group)
            entry->group = group;
        if (class > entry->class)
            entry->class = class;
    }
}

static void read_near(struct arena *arena, struct entries *entries, const struct strings *words)
{
    const char *group = NULL;
    for (size_t i = 0; i < words->n && !group; i++)
        group = entry_for(arena, entries, words->at[i])->group;
    if (!group)
        group = arena_printf(arena, "=%s", words->at[0]);
    for (size_t i = 0; i < words->n; i++)
        each_form(arena, entries, words->at[i], group, WORD_CONTENT);
}

static void read_line(struct arena *arena, struct vocabulary *vocabulary, struct entries *entries,
                      const struct strings *words)
{
    struct strings rest = {.at = words->at + 1, .n = words->n - 1};
    const char *kind = words->at[0];
    if (strcmp(kind, "same") == 0)
        read_same(arena, entries, &rest);
    else if (strcmp(kind, "near") == 0)
        read_near(arena, entries, &rest);
    for (size_t i = 0; i < rest.n; i++) {
        if (strcmp(kind, "weak") == 0)
            each_form(arena, entries, rest.at[i], NULL, WORD_WEAK);
        else if (strcmp(kind, "noise") == 0)
            entry_for(arena, entries, rest.at[i])->class = WORD_NOISE;
        else if (strcmp(kind, "label") == 0)
            strings_add(arena, &vocabulary->labels, rest.at[i]);
    }
}

/* "out-of-memory" makes "out" the beginning of a phrase. */
static void mark_phrases(struct arena *arena, struct entries *entries)
{
    size_t n = entries->n;
    for (size_t i = 0; i < n; i++) {
        const char *dash = strchr(entries->at[i].text, '-');
        if (dash)
            entry_for(arena, entries,
                      arena_strndup(arena, entries->at[i].text, (size_t)(dash - entries->at[i].text)))
                ->begins_phrase = true;
    }
}

struct vocabulary *vocabulary_new(struct arena *arena, const char *bytes, size_t n_bytes)
{
    struct vocabulary *vocabulary = arena_alloc(arena, sizeof *vocabulary);
    vocabulary->arena = arena;
    struct entries entries = {.places = map_new()};
    struct word_lines lines = {.at = bytes, .end = bytes + n_bytes};
    struct strings words;
    while (word_line_next(arena, &lines, &words))
        read_line(arena, vocabulary, &entries, &words);
    mark_phrases(arena, &entries);
    map_free(entries.places);
    vocabulary->entries = entries.at;
    table_fill(vocabulary, &entries);
    return vocabulary;
}

static const struct vocabulary *builtin; /* constant once load_once() has run */

static void load_once(void)
{
    const struct embedded_file *file = embedded_find("alert.words");
    must(file);
    builtin = vocabulary_new(arena_new(), file->bytes, file->n_bytes);
}

const struct vocabulary *vocabulary_builtin(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
    return builtin;
}

bool vocabulary_label(const struct vocabulary *vocabulary, const char *label)
{
    for (size_t i = 0; i < vocabulary->labels.n; i++)
        if (strcmp(vocabulary->labels.at[i], label) == 0)
            return true;
    return false;
}

/* The entry of a word as written or without its plural s. */
static const struct entry *entry_of_form(const struct vocabulary *vocabulary, const char *raw)
{
    const struct entry *entry = entry_find(vocabulary, raw);
    size_t n = strlen(raw);
    if (entry || n < 3 || n > WORD_BYTES || raw[n - 1] != 's')
        return entry;
    char singular[WORD_BYTES + 1];
    memcpy(singular, raw, n - 1);
    singular[n - 1] = '\0';
    return entry_find(vocabulary, singular);
}

struct word word_of(struct arena *arena, const struct vocabulary *vocabulary, const char *raw)
{
    const struct entry *entry = entry_of_form(vocabulary, raw);
    const char *kept = entry && entry->same ? entry->same : raw;
    struct word word = {.raw = raw, .text = stem_of(arena, kept)};
    const struct entry *forms[] = {entry, entry_find(vocabulary, kept), entry_find(vocabulary, word.text)};
    for (size_t i = 0; i < 3; i++) {
        if (!forms[i])
            continue;
        word.group = word.group ? word.group : forms[i]->group;
        if (forms[i]->class > word.class)
            word.class = forms[i]->class;
    }
    bool number = raw[strspn(raw, "0123456789")] == '\0';
    if (number && word.class == WORD_CONTENT && kept == raw)
        word.class = WORD_WEAK;
    return word;
}

static const char *joined_words(struct arena *arena, const char *first, const char *second)
{
    size_t n_first = strlen(first), n_second = strlen(second);
    char *joined = arena_alloc(arena, n_first + n_second + 1);
    memcpy(joined, first, n_first);
    memcpy(joined + n_first, second, n_second);
    return joined;
}

/* The longest phrase of the vocabulary that starts with the first of n words, joined by '-' ("out-of-memory")
 * or written together ("Postgre", "SQL"); gives how many words it takes, 1 when there is none. */
static size_t phrase_at(struct arena *arena, const struct vocabulary *vocabulary, const char *const *raws,
                        size_t n, const char **ret_phrase)
{
    *ret_phrase = raws[0];
    if (n < 2)
        return 1;
    size_t best = 1;
    const char *together = joined_words(arena, raws[0], raws[1]);
    const struct entry *first = entry_find(vocabulary, raws[0]), *pair = entry_find(vocabulary, together);
    if (pair && pair->same) {
        best = 2;
        *ret_phrase = together;
    }
    const char *joined = raws[0];
    for (size_t k = 1; first && first->begins_phrase && k < n && k < PHRASE_WORDS; k++) {
        joined = arena_printf(arena, "%s-%s", joined, raws[k]);
        if (entry_find(vocabulary, joined)) {
            best = k + 1;
            *ret_phrase = joined;
        }
    }
    return best;
}

/* NULL when its stem is only the first word's: "cluster" and "red" are no "clustered". */
static const char *together_of(struct arena *arena, const struct vocabulary *vocabulary, const char *text,
                               const char *first, const char *second)
{
    const char *together = word_of(arena, vocabulary, joined_words(arena, first, second)).text;
    return strcmp(together, text) == 0 ? NULL : together;
}

void alert_words_of(struct arena *arena, const struct vocabulary *vocabulary, const char *text,
                    struct alert_words *ret_words)
{
    struct strings raws = {0};
    struct word_cutter cutter = {.at = text, .end = text + strlen(text)};
    while (word_cut(&cutter))
        strings_add(arena, &raws, arena_strdup(arena, cutter.raw));
    const char *before = NULL;
    for (size_t i = 0; i < raws.n;) {
        const char *phrase;
        size_t n = phrase_at(arena, vocabulary, raws.at + i, raws.n - i, &phrase);
        struct word *word = list_push(arena, ret_words);
        *word = word_of(arena, vocabulary, phrase);
        if (before)
            word[-1].together = together_of(arena, vocabulary, word[-1].text, before, phrase);
        before = phrase;
        i += n;
    }
}
