/* The paths of the server: a row a path and method. Patterns hold {} for a decimal number. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct request;

/* Who may use a route. */
enum auth {
    AUTH_OPEN,
    AUTH_INTAKE, /* no token needed from this machine itself */
    AUTH_TOKEN,
    AUTH_BROWSER /* the token, also as the password that a browser asks for (RFC 7617) */
};

struct route {
    const char *method;
    const char *path; /* "/api/v1/incidents/{}/notes" */
    enum auth auth;
    const char *query; /* the names it knows, " state before "; NULL: others are passed over */
    void (*handle)(struct request *request);  /* answers, or submits */
    void (*decided)(struct request *request); /* answers what was submitted and done; NULL: 200, empty */
};

enum { ROUTE_NUMBERS = 2, ROUTE_ALLOW_BYTES = 64 };

extern const struct route routes[]; /* ended by one without a path */
size_t routes_count(void);

/* The route, with the numbers of its path in order; HEAD finds the route of GET. NULL when none fits: then
 * ret_allow (of ROUTE_ALLOW_BYTES) is what the path does allow, "GET, POST", or "" when there is no such
 * path. */
const struct route *route_find(const char *method, const char *path, int64_t ret_numbers[ROUTE_NUMBERS],
                               char *ret_allow);
