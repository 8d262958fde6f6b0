/* Which row of the table (api/route_table.c) a path is. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "api/routes.h"

/* Up to 18 digits, which always fit. */
static const char *read_number(const char *path, int64_t *ret_number)
{
    int64_t number = 0;
    const char *p = path;
    for (; isdigit((unsigned char)*p) && p - path < 18; p++)
        number = number * 10 + (*p - '0');
    *ret_number = number;
    return p == path || isdigit((unsigned char)*p) ? NULL : p;
}

/* How long the name is at the start of path, before what is left of the pattern. A name between fixed words
 * may hold '/': the library has decoded the URL already. */
static size_t name_bytes(const char *pattern, const char *path)
{
    size_t n_fixed = strlen(pattern), n = strlen(path);
    if (n_fixed == 0 || strchr(pattern, '{'))
        return strcspn(path, "/");
    return n > n_fixed && strcmp(path + n - n_fixed, pattern) == 0 ? n - n_fixed : 0;
}

/* Alertmanager, and clients of other pagers that join a URL and "", do with a slash at the end as without.
 * Behind a name it may be the end of the name. */
static bool may_end_in_slash(const struct route *route)
{
    bool ends_in_name = route->path[strlen(route->path) - 1] == '}';
    return !ends_in_name &&
           (route->auth == AUTH_INTAKE || route->auth == AUTH_PING || route->auth == AUTH_SILENCE);
}

static bool path_fits(const struct route *route, const char *path, struct route_parts *ret_parts)
{
    const char *pattern = route->path;
    size_t n_numbers = 0, n_names = 0;
    while (*pattern && path) {
        if (strncmp(pattern, "{}", 2) == 0) {
            path = read_number(path, &ret_parts->numbers[n_numbers++]);
            pattern += 2;
        } else if (strncmp(pattern, "{*}", 3) == 0) {
            pattern += 3;
            size_t n_bytes = name_bytes(pattern, path);
            ret_parts->names[n_names] = path;
            ret_parts->name_bytes[n_names++] = n_bytes;
            path = n_bytes ? path + n_bytes : NULL;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    if (path && *path == '/' && may_end_in_slash(route))
        path++;
    return path && *path == '\0';
}

const struct route *route_find(const char *method, const char *path, struct route_parts *ret_parts,
                               char *ret_allow)
{
    size_t n_bytes = 0;
    if (strcmp(method, "HEAD") == 0) /* the library leaves the body out */
        method = "GET";
    *ret_allow = '\0';
    for (const struct route *route = routes; route->path; route++) {
        if (!path_fits(route, path, ret_parts))
            continue;
        if (strcmp(route->method, method) == 0)
            return route;
        int n = snprintf(ret_allow + n_bytes, ROUTE_ALLOW_BYTES - n_bytes, "%s%s", n_bytes ? ", " : "",
                         route->method);
        n_bytes += n > 0 ? (size_t)n : 0;
    }
    return NULL;
}
