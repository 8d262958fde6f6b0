#include "runbook/idle_words.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/must.h"
#include "runbook/text.h"
#include "runbook/word_lines.h"

static struct {
    struct strings idle, unanswered, unresolved;
} builtin; /* constant once load_once() has run */

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */
    arena = arena_new();
    struct word_lines lines = word_lines_builtin("idle.words");
    struct strings words;
    while (word_line_next(arena, &lines, &words)) {
        const char *kind = words.at[0];
        struct strings *list = strcmp(kind, "idle") == 0         ? &builtin.idle
                               : strcmp(kind, "unanswered") == 0 ? &builtin.unanswered
                                                                 : &builtin.unresolved;
        for (size_t i = 1; i < words.n; i++)
            strings_add(arena, list, words.at[i]);
    }
}

static void load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
}

static bool stands_at(const char *text, const char *word)
{
    for (; *word; word++, text++)
        if (tolower((unsigned char)*text) != *word && !(*word == '-' && *text == ' '))
            return false;
    return true;
}

static bool has_any(const char *text, size_t n_bytes, const struct strings *words)
{
    for (size_t i = 0; i < n_bytes && text[i]; i++)
        list_each (word, words)
            if (stands_at(text + i, *word))
                return true;
    return false;
}

bool idle_says_within(const char *text, size_t n_bytes)
{
    load();
    return has_any(text, n_bytes, &builtin.idle);
}

bool idle_says(const char *text)
{
    return idle_says_within(text, strlen(text));
}

bool idle_waits_for(const char *text)
{
    load();
    size_t n = strlen(text);
    return has_any(text, n, &builtin.unanswered) || has_any(text, n, &builtin.unresolved);
}

/* "after 30 minutes", "after 30 minutes call the lead"; not "30 minutes if data is lost". */
static bool is_a_time(const char *condition)
{
    struct duration_words wait;
    return text_duration(condition, &wait) &&
           (wait.at == 0 ||
            (wait.at == strlen("after ") && strncasecmp(condition, "after ", wait.at) == 0)) &&
           !text_find_word(condition, "if") && !text_find_word(condition, "when") &&
           !text_find_word(condition, "unless") && !text_find_word(condition, "only");
}

/* "not back in 10 minutes", "does not come up within 5 min": a time in which it should have happened. "No
 * order for 10 minutes" is a symptom. */
static bool is_late(const char *condition)
{
    static const char *const joins[] = {" in ", " within ", " after ", " by "};
    struct duration_words wait;
    if (!text_duration(condition, &wait) || wait.value_s == 0 || !idle_says_within(condition, wait.at))
        return false;
    bool within = wait.op && wait.op[0] == '<';
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        size_t n = strlen(joins[i]);
        within |= wait.at >= n && strncasecmp(condition + wait.at - n, joins[i], n) == 0;
    }
    return within || strncasecmp(condition + wait.at, "after ", strlen("after ")) == 0;
}

bool idle_holds(const char *condition)
{
    return !condition || is_a_time(condition) || idle_waits_for(condition) || is_late(condition);
}

bool idle_outlasts_answer(const char *condition)
{
    load();
    size_t n = condition ? strlen(condition) : 0;
    return n > 0 && !has_any(condition, n, &builtin.unanswered) &&
           (has_any(condition, n, &builtin.unresolved) || is_late(condition));
}
