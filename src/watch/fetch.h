/* GET over HTTP for checks: many at once, connections kept open between them, the answer handed on as it
 * comes in, and no more of it than is wanted. Redirects are not followed: they lead where nobody configured.
 */
#pragma once

#include "base/curl_library.h"
#include "config/checks.h"
#include "courier/transfers.h"

struct fetcher;

struct fetch_result {
    const char *failure; /* NULL: the whole answer came */
    bool refused_body;   /* body said -1: it knows why */
    long status;         /* 0: none came */
    double seconds;
    CURL *easy; /* for more about it; good during the call */
};

struct fetch {
    const struct check_request *request;
    const char *accept; /* header Accept, or NULL */
    bool wants_certificate;
    size_t most_bytes;                                             /* more is a failure */
    int (*body)(void *context, const char *bytes, size_t n_bytes); /* NULL: thrown away */
    void (*done)(void *context, const struct fetch_result *result);
    void *context;

    struct fetcher *fetcher;
    CURL *easy; /* NULL: not under way */
    struct curl_slist *headers;
    size_t n_bytes;
    bool too_long, refused;
};

struct fetcher *fetcher_new(uv_loop_t *loop);
void fetcher_free(struct fetcher *fetcher); /* no fetch may be under way; NULL is allowed */

/* done is called once, unless fetch_end() comes before; never inside this call. -1: it could not begin. */
int fetch_begin(struct fetcher *fetcher, struct fetch *fetch, struct err *err);
void fetch_end(struct fetch *fetch); /* allowed when it is not under way */
