/* dns: a name resolves, as this host resolves names. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "watch/watch_priv.h"

/* Lives until the resolver calls back, which may be long after the look has ended. */
struct asking {
    uv_getaddrinfo_t request;
    struct probe *probe; /* NULL: nobody waits for it any more */
    int64_t began_us;
};

static bool has_address(const struct addrinfo *found, const char *wanted)
{
    for (; found; found = found->ai_next) {
        char text[INET6_ADDRSTRLEN] = "";
        bool six = found->ai_family == AF_INET6;
        if (six || found->ai_family == AF_INET)
            inet_ntop(
                found->ai_family,
                six ? (const void *)&((const struct sockaddr_in6 *)(const void *)found->ai_addr)->sin6_addr
                    : (const void *)&((const struct sockaddr_in *)(const void *)found->ai_addr)->sin_addr,
                text, sizeof text);
        if (strcmp(text, wanted) == 0)
            return true;
    }
    return false;
}

static void judge_found(struct probe *probe, int status, const struct addrinfo *found, double seconds)
{
    const char *name = probe->check->dns.name, *address = probe->check->dns.address;
    if (status < 0)
        probe_say(probe, READING_BAD, 0, "%s: %s", name, uv_strerror(status));
    else if (address && !has_address(found, address))
        probe_say(probe, READING_BAD, 0, "%s does not resolve to %s", name, address);
    else
        probe_say(probe, READING_VALUE, seconds, "the time in seconds to resolve %s", name);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct asking *asking = request->data;
    struct probe *probe = asking->probe;
    if (probe) {
        probe->memory = NULL;
        judge_found(probe, status, found,
                    (double)(clock_monotonic_us(probe->clock) - asking->began_us) / 1e6);
    }
    uv_freeaddrinfo(found);
    free(asking);
}

static void dns_open(struct probe *probe)
{
    probe->memory = NULL;
}

static void dns_begin(struct probe *probe)
{
    struct asking *asking = heap_alloc(sizeof *asking);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    asking->probe = probe;
    asking->request.data = asking;
    asking->began_us = clock_monotonic_us(probe->clock);
    int result =
        uv_getaddrinfo(probe->loop, &asking->request, on_resolved, probe->check->dns.name, NULL, &hints);
    if (result == 0) {
        probe->memory = asking;
        return;
    }
    free(asking);
    probe_say(probe, READING_ERROR, 0, "%s: %s", probe->check->dns.name, uv_strerror(result));
}

static void dns_end(struct probe *probe)
{
    struct asking *asking = probe->memory;
    if (!asking)
        return;
    probe->memory = asking->probe = NULL;
    uv_cancel((uv_req_t *)&asking->request);
}

const struct check_kind dns_kind = {
    .open = dns_open, .begin = dns_begin, .end = dns_end, .close = dns_end, .reaches = true};
