/* A write that carries an Idempotency-Key is done once, however often it is sent (ledger/repeat.h). */
#include <string.h>

#include "api/request.h"
#include "base/hash.h"

enum { KEY_BYTES = 255 };

/* What is kept of a request must not help to guess a password, and a secret is shown once: those paths take
 * no key. Alerts and replies need none, for they can come twice as it is. */
static bool takes_key(const struct route *route)
{
    static const char api[] = "/api/v1/", session[] = "/api/v1/session";
    return (route->auth == AUTH_RESPOND || route->auth == AUTH_APPROVE) &&
           strncmp(route->path, api, sizeof api - 1) == 0 &&
           strncmp(route->path, session, sizeof session - 1) != 0;
}

static const char *hex_of(struct request *request, const struct buf *bytes)
{
    char hex[SHA256_HEX_BYTES];
    sha256_hex(bytes->at, bytes->n_bytes, hex);
    return arena_strdup(request->arena, hex);
}

/* With the name's length before it, so that no two lists of parts are the same text. */
static void add_part(struct buf *out, const char *bytes, size_t n_bytes)
{
    buf_printf(out, "%zu:", n_bytes);
    buf_add(out, bytes, n_bytes);
}

static const char *asked(struct request *request)
{
    const struct route *route = request->route;
    scoped_buf struct buf text = {0};
    buf_printf(&text, "%s %s %lld %lld ", route->method, route->path, (long long)request->parts.numbers[0],
               (long long)request->parts.numbers[1]);
    for (size_t i = 0; i < ROUTE_NAMES; i++)
        add_part(&text, request->parts.names[i] ? request->parts.names[i] : "", request->parts.name_bytes[i]);
    add_part(&text, buf_text(&request->body), request->body.n_bytes);
    return hex_of(request, &text);
}

/* Two people may choose the same key. Who signs in again meanwhile is still the same. */
static const char *whose(struct request *request, const char *key)
{
    const char *const parts[] = {request->access.person, request->access.name,
                                 request_header(request, "X-Crashcart-As"), key};
    scoped_buf struct buf text = {0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add_part(&text, parts[i] ? parts[i] : "", parts[i] ? strlen(parts[i]) : 0);
    return hex_of(request, &text);
}

int request_read_once(struct request *request)
{
    const char *key = request_header(request, "Idempotency-Key");
    if (!key || !request->route->decided || request->route->auth < AUTH_RESPOND)
        return 0;
    if (!takes_key(request->route)) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "Idempotency-Key",
                       "this path takes no Idempotency-Key: leave it out");
        return -1;
    }
    if (!*key || strlen(key) > KEY_BYTES) {
        answer_problem(request, PROBLEM_BAD_REQUEST, "Idempotency-Key",
                       "an Idempotency-Key has 1 to %d bytes", KEY_BYTES);
        return -1;
    }
    struct input_once *once = arena_alloc(request->arena, sizeof *once);
    *once = (struct input_once){.key = whose(request, key), .sha256 = asked(request)};
    request->once = once;
    return 0;
}
