/* May a request use its route: everybody, this machine itself, or who has the right.
 *
 * A connection from loopback counts as this machine only when nothing says that it speaks for somebody else:
 * a proxy's Forwarded headers, or a browser's Origin and Sec-Fetch-Site (a page of any site can make a
 * browser call localhost).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "api/server.h"

static bool address_is_loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 ==
               IN_LOOPBACKNET;
    if (address->sa_family != AF_INET6)
        return false;
    const struct in6_addr *in6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(in6) || (IN6_IS_ADDR_V4MAPPED(in6) && in6->s6_addr[12] == IN_LOOPBACKNET);
}

static bool is_this_machine(const struct request *request)
{
    static const char *const speaks_for_another[] = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Origin",
                                                     "Sec-Fetch-Site"};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info || !info->client_addr || !address_is_loopback(info->client_addr))
        return false;
    for (size_t i = 0; i < sizeof speaks_for_another / sizeof *speaks_for_another; i++)
        if (request_header(request, speaks_for_another[i]))
            return false;
    return true;
}

static const enum right needed[] = {
    [AUTH_OPEN] = RIGHT_NONE,       [AUTH_INTAKE] = RIGHT_SEND,
    [AUTH_PING] = RIGHT_SEND,       [AUTH_SILENCE] = RIGHT_RESPOND,
    [AUTH_READ] = RIGHT_READ,       [AUTH_RESPOND] = RIGHT_RESPOND,
    [AUTH_APPROVE] = RIGHT_APPROVE, [AUTH_ADMINISTER] = RIGHT_ADMINISTER,
};

/* The incident of "/api/v1/incidents/{}" and "/api/v1/runs/{}", where a run has the number of its incident;
 * 0: the path is not about one. */
static int64_t incident_of_path(const struct request *request)
{
    static const char *const about[] = {"/api/v1/incidents/{}", "/api/v1/runs/{}"};
    for (size_t i = 0; i < sizeof about / sizeof *about; i++)
        if (strncmp(request->route->path, about[i], strlen(about[i])) == 0)
            return request->parts.numbers[0];
    return 0;
}

/* Who is kept to some services sees the incidents of those. */
static void check_incident(struct request *request, int64_t number)
{
    struct incident incident;
    struct err err = {0};
    struct ledger *ledger = request_ledger(request);
    if (!ledger)
        return;
    int got = ledger_incident(ledger, request->arena, number, &incident, &err);
    if (got < 0)
        answer_problem(request, PROBLEM_INTERNAL, NULL, "the ledger cannot be read: %s", err.text);
    else if (got == LEDGER_NOT_FOUND || !access_covers(&request->access, incident.service))
        answer_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no incident %lld", (long long)number);
}

/* And changes nothing that belongs to all. */
static void keep_to_services(struct request *request)
{
    int64_t number = incident_of_path(request);
    if (number)
        check_incident(request, number);
    else if (request->route->auth == AUTH_SILENCE || request->route->auth > AUTH_READ)
        answer_problem(request, PROBLEM_FORBIDDEN, NULL,
                       "this is of all services, and you may only act for: %s", request->access.services);
}

bool auth_sees_incident(struct request *request, int64_t number)
{
    if (access_find(request) < 0 || request->access.right < needed[AUTH_READ])
        return false;
    if (*request->access.services)
        check_incident(request, number);
    return request->answer.status == 0;
}

void auth_check(struct request *request)
{
    enum auth auth = request->route->auth;
    if (auth == AUTH_OPEN)
        return;
    bool is_local =
        (auth == AUTH_INTAKE || auth == AUTH_PING || auth == AUTH_SILENCE) && is_this_machine(request);
    if (access_find(request) < 0)
        return;
    if (is_local && request->access.right < needed[auth])
        request->access = (struct access){.right = needed[auth], .services = "", .is_local = true};
    if (request->access.right >= needed[auth]) {
        if (*request->access.services)
            keep_to_services(request);
    } else if (request->access.was_session) {
        answer_problem(
            request, PROBLEM_UNAUTHORIZED, NULL,
            "you are signed out: a session ends when nobody was at it for half an hour, or when it is ended. "
            "Sign in again");
    } else if (request->access.right == RIGHT_NONE) {
        answer_problem(
            request, PROBLEM_UNAUTHORIZED, NULL,
            "this needs a token: send Authorization: Bearer TOKEN (the first is in DATA/admin.token)");
    } else {
        answer_problem(request, PROBLEM_FORBIDDEN, NULL, "this needs the right \"%s\", and you have \"%s\"",
                       right_name(needed[auth]), right_name(request->access.right));
    }
}
