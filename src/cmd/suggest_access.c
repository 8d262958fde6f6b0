/* Who reads too much: a runbook's own query that counts by somebody and keeps those beyond a number,
 *   SELECT user_id, COUNT(*) FROM audit WHERE ... GROUP BY user_id HAVING COUNT(*) > 100
 * is a check as it stands; only where the database is the runbook does not say. */
#include "cmd/suggest_access.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { QUERY_BYTES = 4000, NAME_BYTES = 60 };

static const char *after_blanks(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* "group  by" with any blanks, as a whole word; NULL: it is not there. */
static const char *find_words(const char *text, const char *first, const char *second, const char **ret_end)
{
    size_t n = strlen(first), m = strlen(second);
    for (const char *at = text; (at = strcasestr(at, first)); at += n) {
        const char *next = after_blanks(at + n);
        bool whole = at == text || !isalnum((unsigned char)at[-1]);
        if (!whole || (m && next == at + n) || strncasecmp(next, second, m) != 0)
            continue;
        *ret_end = after_blanks(next + m);
        return at;
    }
    return NULL;
}

static size_t name_length(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_')
        n++;
    return n < NAME_BYTES ? n : 0;
}

/* "COUNT(...)" -> what follows it, or NULL. */
static const char *after_count(const char *at)
{
    if (strncasecmp(at, "count", 5) != 0 || *after_blanks(at + 5) != '(')
        return NULL;
    const char *end = strchr(at, ')');
    return end ? after_blanks(end + 1) : NULL;
}

/* The statement on one line, from SELECT to what closes it. */
static void add_query(struct buf *out, const char *select, char closes)
{
    bool blank = false;
    for (const char *c = select; *c && *c != ';' && *c != closes; c++) {
        if (isspace((unsigned char)*c)) {
            blank = true;
            continue;
        }
        if (blank)
            buf_putc(out, ' ');
        blank = false;
        buf_putc(out, *c);
    }
}

/* From its SELECT to the quote that it stands in, or to its ';'. */
static const char *statement_at(struct arena *arena, const char *command, const char *select)
{
    scoped_buf struct buf query = {0};
    const char *before = select;
    while (before > command && isspace((unsigned char)before[-1]))
        before--;
    char quote = before > command && strchr("\"'", before[-1]) ? before[-1] : ';';
    add_query(&query, select, quote);
    return arena_strdup(arena, buf_text(&query));
}

const char *query_find(struct arena *arena, const char *command)
{
    const char *columns, *select = find_words(command, "select", "", &columns);
    return select && strlen(command) <= QUERY_BYTES ? statement_at(arena, command, select) : NULL;
}

bool access_query_find(struct arena *arena, const char *command, struct access_query *ret_query)
{
    const char *columns, *grouped, *counted;
    const char *select = find_words(command, "select", "", &columns);
    if (!select || strlen(command) > QUERY_BYTES)
        return false;
    size_t n = name_length(columns);
    const char *second = after_blanks(columns + n);
    if (n == 0 || *second != ',' || !after_count(after_blanks(second + 1)))
        return false;
    if (!find_words(select, "group", "by", &grouped) || strncmp(grouped, columns, n) != 0 ||
        name_length(grouped) != n || !find_words(grouped, "having", "", &counted))
        return false;
    const char *limit = after_count(counted);
    char *end;
    if (!limit || *limit != '>')
        return false;
    bool at_least = limit[1] == '=';
    ret_query->above = strtod(limit + 1 + at_least, &end) - at_least;
    if (end == limit + 1 + at_least)
        return false;
    ret_query->label = arena_strndup(arena, columns, n);
    ret_query->query = statement_at(arena, command, select);
    return true;
}
