#include "runbook/role_words.h"

#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/list.h"
#include "base/must.h"
#include "runbook/word_lines.h"

struct general_role {
    struct strings names; /* its own first */
    bool shared;
};

static struct {
    LIST(struct general_role) roles;
    struct strings safety;
} builtin; /* constant once load_once() has run */

static void read_line(struct arena *arena, const struct strings *words)
{
    if (strcmp(words->at[0], "safety") == 0) {
        for (size_t i = 1; i < words->n; i++)
            strings_add(arena, &builtin.safety, words->at[i]);
        return;
    }
    struct general_role *role = list_push(arena, &builtin.roles);
    role->shared = strcmp(words->at[0], "shared") == 0;
    for (size_t i = 1; i < words->n; i++)
        strings_add(arena, &role->names, words->at[i]);
}

static void load_once(void)
{
    static struct arena *arena; /* lives as long as the process */
    arena = arena_new();
    struct word_lines lines = word_lines_builtin("roles.words");
    struct strings words;
    while (word_line_next(arena, &lines, &words))
        read_line(arena, &words);
}

static void load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, load_once) == 0);
}

char *role_slug(struct arena *arena, const char *name)
{
    char *slug = arena_alloc(arena, strlen(name) + 1);
    size_t n = 0;
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (isalnum(c) || c >= 0x80)
            slug[n++] = (char)(c < 0x80 ? tolower(c) : c);
        else if (n > 0 && slug[n - 1] != '-')
            slug[n++] = '-';
    }
    while (n > 0 && slug[n - 1] == '-')
        n--;
    slug[n] = '\0';
    return slug;
}

static const struct general_role *general_of(const char *slug)
{
    load();
    list_each (role, &builtin.roles)
        list_each (name, &role->names)
            if (strcmp(*name, slug) == 0)
                return role;
    return NULL;
}

const char *role_general(struct arena *arena, const char *name)
{
    const struct general_role *role = general_of(role_slug(arena, name));
    return role ? role->names.at[0] : NULL;
}

bool role_is_shared(const char *general)
{
    const struct general_role *role = general_of(general);
    return role && role->shared;
}

/* Whole words: "cmo" is in "deputy-cmo", not in "cmos". */
static bool has_words(const char *slug, const char *words)
{
    size_t n = strlen(words);
    for (const char *at = slug; (at = strstr(at, words)); at++)
        if ((at == slug || at[-1] == '-') && (at[n] == '\0' || at[n] == '-'))
            return true;
    return false;
}

bool role_is_safety(struct arena *arena, const char *name)
{
    const char *slug = role_slug(arena, name);
    load();
    list_each (words, &builtin.safety)
        if (has_words(slug, *words))
            return true;
    return false;
}

bool role_same(struct arena *arena, const char *a, const char *b)
{
    const char *slug = role_slug(arena, a), *other = role_slug(arena, b);
    const struct general_role *general = general_of(slug);
    return *slug && (strcmp(slug, other) == 0 || (general && general == general_of(other)));
}
