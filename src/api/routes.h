/* The paths of the server: a row a path and method. Patterns hold {} for a decimal number and {*} for a name:
 * anything but '/', as it was before the URL encoded it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct request;

/* Who may use a route. From AUTH_READ on each needs a token, or the session of somebody who signed in
 * (api/session.h), with at least that right. */
enum auth {
    AUTH_OPEN,
    AUTH_INTAKE,  /* no token needed from this machine itself; bodies are JSON */
    AUTH_PING,    /* the same, with any body */
    AUTH_SILENCE, /* as intake for this machine; elsewhere as AUTH_RESPOND */
    AUTH_READ,
    AUTH_RESPOND, /* acknowledge, write, move, run what only reads */
    AUTH_APPROVE, /* let a change run */
    AUTH_ADMINISTER
};

struct route {
    const char *method;
    const char *path; /* "/api/v1/incidents/{}/notes" */
    enum auth auth;
    const char *query; /* the names it knows, " state before "; NULL: others are passed over */
    void (*handle)(struct request *request);  /* answers, or submits */
    void (*decided)(struct request *request); /* answers what was submitted and done; NULL: 200, empty */
    /* For /openapi.json. A route without a summary is not part of the API. */
    const char *summary;
    const char *body;   /* its members, "text*:text as:person", those with '*' must be there; or the name of a
                           schema, "[PostableAlert" for an array of them; NULL: none is looked at */
    const char *answer; /* the name of a schema, or "text", "markdown", "events"; NULL: empty */
};

enum { ROUTE_NUMBERS = 2, ROUTE_NAMES = 2, ROUTE_ALLOW_BYTES = 64 };

/* What stood in the path where the pattern has a hole, in order. Names lie in the path, without a closing
 * NUL: request_name() gives a text. */
struct route_parts {
    int64_t numbers[ROUTE_NUMBERS];
    const char *names[ROUTE_NAMES];
    size_t name_bytes[ROUTE_NAMES];
};

extern const struct route routes[]; /* ended by one without a path */
size_t routes_count(void);

/* The route, with the parts of its path; of two that fit the first row counts. HEAD finds the route of GET;
 * a path of the intake that ends in a word fits with a slash behind it, too. NULL when none fits: then
 * ret_allow (of ROUTE_ALLOW_BYTES) is what the path does allow, "GET, POST", or "" when there is no such
 * path. */
const struct route *route_find(const char *method, const char *path, struct route_parts *ret_parts,
                               char *ret_allow);
