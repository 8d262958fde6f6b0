#include "runbook/calling_words.h"

#include <pthread.h>
#include <string.h>

#include "base/must.h"
#include "runbook/text.h"
#include "runbook/word_lines.h"

static const char *const names[CALLING_KINDS] = {
    [CALLING_ARROW] = "arrow",
    [CALLING_MARK] = "mark",
    [CALLING_MORE] = "more",
    [CALLING_LATER] = "later",
    [CALLING_WAIT] = "wait",
    [CALLING_PLACE] = "place",
    [CALLING_LEAD] = "lead",
    [CALLING_NO_NAME] = "no-name",
    [CALLING_WAIT_TITLE] = "wait-column",
    [CALLING_WHO_TITLE] = "who-column",
    [CALLING_AFTER] = "after",
    [CALLING_AT] = "at",
    [CALLING_FOR] = "for",
    [CALLING_IN] = "in",
    [CALLING_LATE] = "late",
    [CALLING_FROM] = "from",
    [CALLING_EVERY] = "every",
    [CALLING_ANSWER] = "answer",
    [CALLING_INTERVAL] = "interval",
    [CALLING_IF] = "if",
    [CALLING_CONDITION] = "condition",
    [CALLING_AND] = "and",
    [CALLING_THEN] = "then",
    [CALLING_SHORT] = "short",
    [CALLING_WHEN_TITLE] = "when-column",
    [CALLING_MINUTES] = "minutes",
    [CALLING_HOURS] = "hours",
    [CALLING_ACT_TITLE] = "act-column",
    [CALLING_CALLS] = "calls",
    [CALLING_NAME_END] = "name-end",
    [CALLING_CLAUSE] = "clause",
    [CALLING_DASH] = "dash",
    [CALLING_ORDINAL] = "ordinal",
    [CALLING_GOES_TO] = "goes-to",
    [CALLING_NO_PERSON] = "no-person",
    [CALLING_PASSED] = "passed",
    [CALLING_TIME_LEAD] = "time-lead",
    [CALLING_NO_TIME] = "no-time-column",
    [CALLING_WAIT_BEHIND] = "wait-behind",
    [CALLING_ELSE] = "else",
    [CALLING_RUNG] = "rung",
    [CALLING_KEY_WHO] = "key-who",
    [CALLING_KEY_WAIT] = "key-wait",
    [CALLING_KEY_AFTER] = "key-after",
};

static struct strings builtin[CALLING_KINDS]; /* constant once load_once() has run */

static const char *with_blanks(char *word)
{
    for (char *at = word; (at = strchr(at, '_')) != NULL;)
        *at = ' ';
    return word;
}

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */
    arena = arena_new();
    struct word_lines lines = word_lines_builtin("calling.words");
    struct strings words;
    while (word_line_next(arena, &lines, &words)) {
        size_t kind = 0;
        while (kind < CALLING_KINDS && strcmp(words.at[0], names[kind]) != 0)
            kind++;
        must(kind < CALLING_KINDS);
        for (size_t i = 1; i < words.n; i++)
            strings_add(arena, &builtin[kind], with_blanks(arena_strdup(arena, words.at[i])));
    }
}

const struct strings *calling_words(enum calling kind)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
    return &builtin[kind];
}

size_t calling_at(enum calling kind, const char *text)
{
    size_t best = 0;

    list_each (word, calling_words(kind)) {
        size_t n = strlen(*word);
        if (n > best && strncasecmp(text, *word, n) == 0)
            best = n;
    }
    return best;
}

size_t calling_before(enum calling kind, const char *text, size_t at)
{
    size_t best = 0;

    list_each (word, calling_words(kind)) {
        size_t n = strlen(*word);
        if (n > best && n <= at && strncasecmp(text + at - n, *word, n) == 0)
            best = n;
    }
    return best;
}

const char *calling_word(enum calling kind, const char *text)
{
    list_each (word, calling_words(kind)) {
        const char *at = text_find_word(text, *word);
        if (at)
            return at;
    }
    return NULL;
}

bool calling_within(enum calling kind, const char *text, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes && text[i]; i++)
        if (calling_at(kind, text + i) > 0)
            return true;
    return false;
}

bool calling_is(enum calling kind, const char *text, size_t n_bytes)
{
    return n_bytes > 0 && calling_at(kind, text) == n_bytes;
}

const char *calling_after(enum calling kind, const char *text)
{
    for (size_t i = 0; text[i]; i++) {
        size_t n = i == 0 || text[i - 1] == ' ' ? calling_at(kind, text + i) : 0;
        if (n > 0)
            return text + i + n;
    }
    return text;
}

const char *calling_skip(enum calling kind, const char *text)
{
    for (size_t n = calling_at(kind, text); n > 0; n = calling_at(kind, text))
        text += n;
    return text;
}
