#include "cmd/suggest_rule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/text.h"

enum { LINES_AROUND = 4, QUERY_BYTES = 1000 };

/* A line without the blanks around, in the arena; "" when there is none. */
static const char *line_at(struct arena *arena, const char *document, size_t n_bytes, int line)
{
    const char *at = document, *end = document + n_bytes;
    for (int i = 1; i < line && at < end; i++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    const char *stop = newline ? newline : end;
    return text_normalise(arena, at, (size_t)(stop - at));
}

/* "- alert: Name" -> "Name"; NULL: the line has not that key. */
static const char *value_of(struct arena *arena, const char *line, const char *key)
{
    size_t n = strlen(key);
    line += strncmp(line, "- ", 2) == 0 ? 2 : 0;
    if (strncmp(line, key, n) != 0 || line[n] != ':')
        return NULL;
    const char *value = line + n + 1 + strspn(line + n + 1, " ");
    size_t n_value = strlen(value);
    if (n_value >= 2 && strchr("\"'", value[0]) && value[n_value - 1] == value[0])
        return arena_strndup(arena, value + 1, n_value - 2);
    return value;
}

/* A name that can stand in YAML as it is; NULL: another. */
static const char *plain_name(const char *name)
{
    for (const char *c = name; c && *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_')
            return NULL;
    return name && *name ? name : NULL;
}

/* Where the last comparison outside of brackets and quotes stands; NULL: nowhere, or they do not close. */
static const char *comparison_of(const char *query)
{
    const char *found = NULL;
    int depth = 0;
    char quote = '\0';
    for (const char *c = query; *c; c++) {
        if (quote) {
            c += *c == '\\' && c[1] ? 1 : 0;
            quote = *c == quote ? '\0' : quote;
        } else if (strchr("\"'`", *c))
            quote = *c;
        else if (strchr("([{", *c))
            depth++;
        else if (strchr(")]}", *c))
            depth--;
        else if (strchr("<>", *c) && depth == 0)
            found = c;
        if (depth < 0)
            return NULL;
    }
    return depth || quote ? NULL : found;
}

static bool read_query(struct arena *arena, const char *query, struct written_rule *ret_rule)
{
    const char *comparison = strlen(query) < QUERY_BYTES ? comparison_of(query) : NULL;
    if (!comparison)
        return false;
    const char *number = comparison + 1 + (comparison[1] == '=');
    number += strspn(number, " ");
    char *end;
    strtod(number, &end);
    if (end == number || *end || !isdigit((unsigned char)*number) || strpbrk(number, "xX"))
        return false;
    size_t n = (size_t)(comparison - query);
    while (n && query[n - 1] == ' ')
        n--;
    ret_rule->query = arena_strndup(arena, query, n);
    ret_rule->bound = arena_strdup(arena, number);
    ret_rule->falls = *comparison == '<';
    return n > 0;
}

bool written_rule_read(struct arena *arena, const char *document, size_t n_bytes, int line,
                       struct written_rule *ret_rule)
{
    const char *query = value_of(arena, line_at(arena, document, n_bytes, line), "expr");
    struct duration_words lasts;
    *ret_rule = (struct written_rule){0};
    if (!query || !read_query(arena, query, ret_rule))
        return false;
    for (int i = 1; i <= LINES_AROUND && i < line && !ret_rule->alert; i++)
        ret_rule->alert = plain_name(value_of(arena, line_at(arena, document, n_bytes, line - i), "alert"));
    for (int i = 1; i <= LINES_AROUND && !ret_rule->for_s; i++) {
        const char *below = line_at(arena, document, n_bytes, line + i);
        if (value_of(arena, below, "alert"))
            break;
        const char *value = value_of(arena, below, "for");
        if (value && text_duration(value, &lasts) && lasts.value_s > 0)
            ret_rule->for_s = lasts.value_s;
    }
    return true;
}
