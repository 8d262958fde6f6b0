#include "api/query.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/handlers.h"
#include "api/server.h"

enum { NO_TEXT = 0xff };

size_t query_unescape(void *context, struct MHD_Connection *connection, char *text)
{
    char *to = text;
    (void)context;
    (void)connection;
    for (const char *at = text; *at; to++) {
        if (*at != '%' || !isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2])) {
            *to = *at++;
            continue;
        }
        unsigned long byte = strtoul((const char[]){at[1], at[2], '\0'}, NULL, 16);
        *to = (char)(byte ? byte : NO_TEXT);
        at += strlen("%XX");
    }
    *to = '\0';
    return (size_t)(to - text);
}

struct checking {
    struct request *request;
    const char *known;
    const char *no_text, *unknown, *twice; /* names at fault */
    const char *seen[16];
    size_t n_seen;
};

static bool is_known(const char *known, const char *name)
{
    size_t n = strcspn(name, " ");
    const char *at = known;
    while (n && !name[n] && (at = strstr(at, name)) && (at[-1] != ' ' || at[n] != ' '))
        at++;
    return n && !name[n] && at;
}

/* Of two values one would be taken, and nobody said which. Filters add up. */
static bool is_twice(struct checking *checking, const char *name)
{
    if (strcmp(name, "filter") == 0)
        return false;
    for (size_t i = 0; i < checking->n_seen; i++)
        if (strcmp(checking->seen[i], name) == 0)
            return true;
    if (checking->n_seen < sizeof checking->seen / sizeof *checking->seen)
        checking->seen[checking->n_seen++] = name;
    return false;
}

static enum MHD_Result check(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct checking *checking = context;
    (void)kind;
    if (!utf8_valid(name, strlen(name)) || (value && !utf8_valid(value, strlen(value))))
        checking->no_text = name;
    else if (checking->known && !is_known(checking->known, name))
        checking->unknown = name;
    else if (checking->known && is_twice(checking, name))
        checking->twice = name;
    else
        return MHD_YES;
    return MHD_NO;
}

bool query_check(struct request *request)
{
    struct checking checking = {.request = request, .known = request->route->query};
    MHD_get_connection_values(request->connection, MHD_GET_ARGUMENT_KIND, check, &checking);
    if (checking.no_text)
        answer_problem(request, PROBLEM_BAD_REQUEST, NULL, "the query holds bytes that are no text");
    if (checking.unknown)
        answer_problem(request, PROBLEM_BAD_REQUEST, checking.unknown,
                       "this path knows no \"%.60s\"; it knows:%s", checking.unknown, checking.known);
    if (checking.twice)
        answer_problem(request, PROBLEM_BAD_REQUEST, checking.twice, "\"%.60s\" is given twice",
                       checking.twice);
    return !checking.no_text && !checking.unknown && !checking.twice;
}
