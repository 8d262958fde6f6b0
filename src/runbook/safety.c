#include "runbook/safety.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "base/list.h"
#include "base/must.h"
#include "runbook/text.h"
#include "runbook/word_lines.h"

enum { TEXT_BYTES = 4096, NEAR_WORDS = 4, NEGATED_WORDS = 3 };

struct phrase {
    struct strings first, second;
    uint32_t begins; /* what begin_of() is for the words that `first` has */
};

static struct {
    LIST(struct phrase) phrases;
    struct strings negations, exceptions;
} builtin; /* constant once load_once() has run */

/* A bit for the letter that the word begins with, one for all that is no letter. */
static uint32_t begin_of(const char *word)
{
    return UINT32_C(1) << (*word >= 'a' && *word <= 'z' ? *word - 'a' : 26);
}

static void read_line(struct arena *arena, const struct strings *words)
{
    bool phrase = strcmp(words->at[0], "phrase") == 0, second = false;
    struct phrase *added = phrase ? list_push(arena, &builtin.phrases) : NULL;
    struct strings *list = strcmp(words->at[0], "not") == 0 ? &builtin.negations : &builtin.exceptions;
    for (size_t i = 1; i < words->n; i++) {
        if (strcmp(words->at[i], ":") == 0)
            second = true;
        else
            strings_add(arena, phrase ? (second ? &added->second : &added->first) : list, words->at[i]);
        if (phrase && !second)
            added->begins |= *words->at[i] == '*' ? UINT32_MAX : begin_of(words->at[i]);
    }
}

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */
    arena = arena_new();
    struct word_lines lines = word_lines_builtin("safety.words");
    struct strings words;
    while (word_line_next(arena, &lines, &words))
        read_line(arena, &words);
}

/* Of ASCII, whatever the locale. */
static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word_byte(char c)
{
    return is_lower(c) || is_upper(c) || (c >= '0' && c <= '9') || c == '\'' || (unsigned char)c >= 0x80;
}

/* "WrongDose-rate" -> wrong dose rate; the end of a sentence is a word of its own, so that nothing is near
 * over it. */
static void cut(struct arena *arena, const char *text, struct strings *words)
{
    size_t n_bytes = strnlen(text, TEXT_BYTES);
    char *out = arena_room(arena, 2 * n_bytes); /* of the words, each with its NUL */
    words->at = arena_room(arena, n_bytes * sizeof *words->at);
    words->capacity = n_bytes;
    for (size_t i = 0; i < n_bytes;) {
        if (!is_word_byte(text[i])) {
            if (strchr(".;!?\n", text[i]))
                words->at[words->n++] = ".";
            i++;
            continue;
        }
        words->at[words->n++] = out;
        do
            *out++ = text_lower(text[i++]);
        while (i < n_bytes && is_word_byte(text[i]) && !(is_upper(text[i]) && is_lower(text[i - 1])));
        *out++ = '\0';
    }
}

static bool fits(const char *pattern, const char *word)
{
    while (*pattern == *word && *pattern)
        pattern++, word++;
    return *pattern == *word || (pattern[0] == '*' && !pattern[1]);
}

static bool any_fits(const struct strings *patterns, const char *word)
{
    list_each (pattern, patterns)
        if (fits(*pattern, word))
            return true;
    return false;
}

static bool is_denied(const struct strings *words, size_t at)
{
    for (size_t i = at; i-- > 0 && at - i <= NEGATED_WORDS;) {
        if (strcmp(words->at[i], ".") == 0)
            return false;
        if (any_fits(&builtin.negations, words->at[i]))
            return true;
    }
    return false;
}

/* The other word of the phrase near the one at `at`, or words->n. */
static size_t find_near(const struct strings *words, size_t at, const struct strings *patterns)
{
    for (size_t d = 1; d <= NEAR_WORDS && at + d < words->n && strcmp(words->at[at + d], ".") != 0; d++)
        if (any_fits(patterns, words->at[at + d]))
            return at + d;
    for (size_t d = 1; d <= NEAR_WORDS && d <= at && strcmp(words->at[at - d], ".") != 0; d++)
        if (any_fits(patterns, words->at[at - d]))
            return at - d;
    return words->n;
}

static const char *phrase_find(struct arena *arena, const struct phrase *phrase, const struct strings *words)
{
    for (size_t i = 0; i < words->n; i++) {
        if (!(phrase->begins & begin_of(words->at[i])) || !any_fits(&phrase->first, words->at[i]))
            continue;
        size_t other = find_near(words, i, &phrase->second);
        size_t first = other < i ? other : i, second = other < i ? i : other;
        bool excepted = i + 1 < words->n && any_fits(&builtin.exceptions, words->at[i + 1]);
        if (other < words->n && !excepted && !is_denied(words, first))
            return arena_printf(arena, "%s %s", words->at[first], words->at[second]);
    }
    return NULL;
}

const char *safety_words(struct arena *arena, const char *text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
    struct strings words = {0};
    if (!text)
        return NULL;
    cut(arena, text, &words);
    list_each (phrase, &builtin.phrases) {
        const char *found = phrase_find(arena, phrase, &words);
        if (found)
            return found;
    }
    return NULL;
}

struct safety_finding safety_of_procedure(struct arena *arena, const struct procedure *procedure)
{
    struct safety_finding finding = {0};
    const char *words = safety_words(arena, procedure->title);
    finding.line = procedure->line;
    list_each (trigger, &procedure->triggers)
        if (!words && (words = safety_words(arena, trigger->text)))
            finding.line = trigger->line;
    list_each (symptom, &procedure->symptoms)
        if (!words && (words = safety_words(arena, symptom->text)))
            finding.line = symptom->line;
    if (words)
        finding.why = arena_printf(arena, "the procedure \"%s\" speaks of \"%s\"",
                                   procedure->title ? procedure->title : "", words);
    return finding;
}

/* The line of the level that speaks of it; 0: none does. */
static int level_line(struct arena *arena, const struct severity *severity)
{
    list_each (example, &severity->examples)
        if (safety_words(arena, example->text))
            return example->line;
    list_each (criterion, &severity->criteria)
        if (safety_words(arena, criterion->text))
            return criterion->line;
    return safety_words(arena, severity->description) ? severity->line : 0;
}

const struct severity *safety_level(struct arena *arena, const struct runbook *runbook, int *ret_line)
{
    const struct severity *best = NULL;
    list_each (severity, &runbook->severities) {
        int line = best && best->rank <= severity->rank ? 0 : level_line(arena, severity);
        if (line > 0) {
            best = severity;
            *ret_line = line;
        }
    }
    return best;
}
