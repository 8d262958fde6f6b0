#include "api/origin.h"

#include <string.h>
#include <strings.h>

#include "api/server.h"
#include "api/session.h"

struct named {
    const char *scheme, *host; /* "https", "crashcart.example.org:8443" */
    size_t n_scheme, n_host;
};

/* Of an address of the web; a path after it does not matter. */
static bool name_of(const char *url, struct named *ret_named)
{
    static const char after_scheme[] = "://";
    const char *at = strstr(url, after_scheme);
    if (!at)
        return false;
    const char *host = at + sizeof after_scheme - 1;
    *ret_named = (struct named){url, host, (size_t)(at - url), strcspn(host, "/?#")};
    return ret_named->n_host > 0;
}

static bool same(const char *one, size_t n_one, const char *other, size_t n_other)
{
    return n_one == n_other && strncasecmp(one, other, n_one) == 0;
}

/* A proxy may have put its own name for us into Host; the one of the browser is beside it then. */
static bool is_of_host(const struct request *request, const struct named *from)
{
    static const char *const names[] = {MHD_HTTP_HEADER_HOST, "X-Forwarded-Host"};
    if (*session_if_secure(request) && !same(from->scheme, from->n_scheme, "https", 5))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *host = request_header(request, names[i]);
        if (host && same(from->host, from->n_host, host, strcspn(host, ",")))
            return true;
    }
    return false;
}

struct question {
    const struct named *from;
    bool is_public;
};

static void compare_public(void *context, const struct config *config, const struct library *library)
{
    (void)library;
    struct question *question = context;
    const struct named *from = question->from;
    struct named ours;
    question->is_public = config->public_url && name_of(config->public_url, &ours) &&
                          same(from->scheme, from->n_scheme, ours.scheme, ours.n_scheme) &&
                          same(from->host, from->n_host, ours.host, ours.n_host);
}

static bool is_public(const struct request *request, const struct named *from)
{
    const struct api_backend *backend = &request->api->backend;
    struct question question = {.from = from};
    return backend->ask_site && backend->ask_site(backend->core, compare_public, &question) &&
           question.is_public;
}

int origin_check(struct request *request)
{
    const char *origin = request_header(request, "Origin");
    struct named from;
    if (!origin || (name_of(origin, &from) && (is_of_host(request, &from) || is_public(request, &from))))
        return 0;
    answer_problem(
        request, PROBLEM_FORBIDDEN, NULL,
        "a page of %.100s sent this, and a session acts for pages of this server alone; when that is "
        "this server behind a proxy, set public_url to the address that people open",
        origin);
    return -1;
}
