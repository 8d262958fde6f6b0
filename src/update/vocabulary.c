#include "update/vocabulary.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/must.h"

static struct vocabulary words; /* constant once load_once() has run */

static const char *trimmed(struct arena *arena, const char *from, size_t n)
{
    while (n && isspace((unsigned char)*from)) {
        from++;
        n--;
    }
    while (n && isspace((unsigned char)from[n - 1]))
        n--;
    return arena_strndup(arena, from, n);
}

static void add_split(struct arena *arena, const char *text, const char *between, struct strings *list)
{
    while (*text) {
        size_t n = strcspn(text, between);
        const char *item = trimmed(arena, text, n);
        if (*item)
            strings_add(arena, list, item);
        text += n + (text[n] != '\0');
    }
}

const struct named_words *named_words(const named_words_list *list, const char *name)
{
    list_each (entry, list)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

/* A group of words; @name stands for those of a set. */
static void add_group(struct arena *arena, const char *text, size_t n, struct strings *group)
{
    struct strings items = {0};
    add_split(arena, arena_strndup(arena, text, n), " ", &items);
    list_each (item, &items) {
        if (**item != '@') {
            strings_add(arena, group, *item);
            continue;
        }
        const struct named_words *set = named_words(&words.sets, *item + 1);
        must(set);
        list_each (word, &set->words)
            strings_add(arena, group, *word);
    }
}

static struct strings *condition_of(struct claim_pattern *pattern, const char *kind)
{
    if (strcmp(kind, "about") == 0)
        return &pattern->about;
    if (strcmp(kind, "without") == 0)
        return &pattern->without;
    must(strcmp(kind, "unless") == 0);
    return &pattern->unless;
}

/* "about A B", "without C", "unless D" */
static void add_condition(struct arena *arena, const char *text, size_t n, struct claim_pattern *pattern)
{
    struct strings all = {0};
    add_group(arena, text, n, &all);
    for (size_t i = 1; i < all.n; i++)
        strings_add(arena, condition_of(pattern, all.at[0]), all.at[i]);
}

/* "A B", "+ A B" the very next word, "^ A B" the first of a clause, "! A B" any but these. */
static void add_marked_group(struct arena *arena, const char *text, size_t n, struct claim_pattern *pattern,
                             size_t group)
{
    bool marked = true;
    size_t from = strspn(text, " ");
    for (; from < n && marked; from += marked ? 1 + strspn(text + from + 1, " ") : 0) {
        marked = strchr("+^!", text[from]) != NULL;
        pattern->is_next[group] |= text[from] == '+';
        pattern->is_first[group] |= text[from] == '^';
        pattern->is_other[group] |= text[from] == '!';
    }
    add_group(arena, text + from, n - from, &pattern->groups[group]);
}

static void add_pattern(struct arena *arena, claim_patterns *patterns, const char *name, const char *text)
{
    struct claim_pattern *pattern = list_push(arena, patterns);
    pattern->name = name;
    for (bool condition = false; *text;) {
        size_t n = strcspn(text, ":;");
        if (condition) {
            add_condition(arena, text, n, pattern);
        } else {
            must(pattern->n_groups < MOST_GROUPS);
            add_marked_group(arena, text, n, pattern, pattern->n_groups++);
        }
        condition |= text[n] == ';';
        text += n + (text[n] != '\0');
    }
}

static void add_line(struct arena *arena, const char *line, size_t n)
{
    const char *equals = memchr(line, '=', n);
    size_t n_kind = strcspn(line, " \t\n");
    if (!equals || *line == '#')
        return;
    const char *kind = arena_strndup(arena, line, n_kind);
    const char *name = trimmed(arena, line + n_kind, (size_t)(equals - line) - n_kind);
    const char *text = trimmed(arena, equals + 1, n - (size_t)(equals - line) - 1);
    struct named_words added = {.name = name};
    if (strcmp(kind, "generic") == 0)
        add_split(arena, text, ",", &words.generic);
    else if (strcmp(kind, "bare") == 0)
        add_split(arena, text, ",", &words.bare);
    else if (strcmp(kind, "own") == 0)
        add_split(arena, text, " ", &words.own);
    else if (strcmp(kind, "alone") == 0)
        add_split(arena, text, " ", &words.alone);
    else if (strcmp(kind, "over") == 0)
        add_pattern(arena, &words.patterns, kind, text);
    else if (strcmp(kind, "claim") == 0)
        add_pattern(arena, &words.patterns, name, text);
    else if (strcmp(kind, "except") == 0)
        add_pattern(arena, &words.exceptions, name, text);
    else if (strcmp(kind, "says") == 0) {
        strings_add(arena, &added.words, text);
        *list_push(arena, &words.says) = added;
    } else if (strcmp(kind, "set") == 0) {
        add_group(arena, text, strlen(text), &added.words);
        *list_push(arena, &words.sets) = added;
    } else if (strcmp(kind, "fact") == 0) {
        add_split(arena, text, ",", &added.words);
        *list_push(arena, &words.facts) = added;
    } else {
        add_split(arena, text, " ", &added.words);
        *list_push(arena, &words.statuses) = added;
    }
}

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */
    const struct embedded_file *file = embedded_find("update.words");
    must(file);
    arena = arena_new();
    for (const char *line = file->bytes; *line;) {
        size_t n = strcspn(line, "\n");
        add_line(arena, line, n);
        line += n + (line[n] == '\n');
    }
}

const struct vocabulary *vocabulary(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
    return &words;
}
