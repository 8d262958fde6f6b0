/* Who may: everybody, this machine itself, or who holds the token or has signed in with it.
 *
 * A connection from loopback counts as this machine only when nothing says that it speaks for somebody else:
 * a proxy's Forwarded headers, or a browser's Origin and Sec-Fetch-Site (a page of any site can make a
 * browser call localhost).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "api/server.h"
#include "api/session.h"
#include "base/hash.h"

static bool holds_token(const struct request *request)
{
    static const char *const schemes[] = {"Bearer ", "GenieKey "}; /* the second is Opsgenie's */
    const char *value = request_header(request, MHD_HTTP_HEADER_AUTHORIZATION);
    size_t n = strlen(request->api->token);
    for (size_t i = 0; value && n && i < sizeof schemes / sizeof *schemes; i++) {
        size_t scheme_bytes = strlen(schemes[i]);
        if (strncasecmp(value, schemes[i], scheme_bytes) == 0)
            return strlen(value) == scheme_bytes + n &&
                   equal_constant_time(value + scheme_bytes, request->api->token, n);
    }
    return false;
}

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

bool auth_allows(const struct request *request, enum auth auth)
{
    char person[SESSION_PERSON_BYTES];
    return auth == AUTH_OPEN || ((auth == AUTH_INTAKE || auth == AUTH_PING) && is_this_machine(request)) ||
           holds_token(request) || (auth >= AUTH_READ && session_person(request, person));
}
