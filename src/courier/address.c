/* The ranges are those of the IANA registries of special-purpose addresses (RFC 6890). */
#include "courier/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct range4 {
    uint32_t network;
    int bits;
    enum address_class class;
};
#define IP4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static const struct range4 ranges4[] = {
    {IP4(0, 0, 0, 0), 8, ADDRESS_NEVER},       {IP4(10, 0, 0, 0), 8, ADDRESS_PRIVATE},
    {IP4(100, 64, 0, 0), 10, ADDRESS_PRIVATE}, {IP4(127, 0, 0, 0), 8, ADDRESS_PRIVATE},
    {IP4(169, 254, 0, 0), 16, ADDRESS_NEVER},  {IP4(172, 16, 0, 0), 12, ADDRESS_PRIVATE},
    {IP4(192, 0, 0, 0), 24, ADDRESS_PRIVATE},  {IP4(192, 168, 0, 0), 16, ADDRESS_PRIVATE},
    {IP4(198, 18, 0, 0), 15, ADDRESS_PRIVATE}, {IP4(224, 0, 0, 0), 4, ADDRESS_NEVER},
    {IP4(240, 0, 0, 0), 4, ADDRESS_NEVER},
};

static enum address_class class_of_4(uint32_t address)
{
    for (size_t i = 0; i < sizeof ranges4 / sizeof *ranges4; i++)
        if ((address ^ ranges4[i].network) >> (32 - ranges4[i].bits) == 0)
            return ranges4[i].class;
    return ADDRESS_PUBLIC;
}

/* IPv6 prefixes, and where in the address an IPv4 one lies that it leads to (-1: nowhere). */
static const struct range6 {
    uint8_t prefix[12];
    int bits;
    enum address_class class;
    int inner_at;
    uint8_t inner_mask;
} ranges6[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, ADDRESS_PUBLIC, 12, 0}, /* mapped */
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 96, ADDRESS_NEVER, -1, 0},        /* compatible; :: (not ::1) */
    {{0x00, 0x64, 0xff, 0x9b}, 96, ADDRESS_PUBLIC, 12, 0},                   /* NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48, ADDRESS_PRIVATE, -1, 0},            /* NAT64 of one's own */
    {{0x20, 0x02}, 16, ADDRESS_PUBLIC, 2, 0},                                /* 6to4 */
    {{0x20, 0x01, 0, 0}, 32, ADDRESS_PUBLIC, 12, 0xff},                      /* Teredo */
    {{0xfe, 0x80}, 10, ADDRESS_NEVER, -1, 0},                                /* link-local */
    {{0xfe, 0xc0}, 10, ADDRESS_PRIVATE, -1, 0},                              /* site-local, of old */
    {{0xfc, 0x00}, 7, ADDRESS_PRIVATE, -1, 0},                               /* unique local */
    {{0xff, 0x00}, 8, ADDRESS_NEVER, -1, 0},                                 /* multicast */
};

static bool has_prefix(const uint8_t *address, const uint8_t *prefix, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    return memcmp(address, prefix, (size_t)whole) == 0 &&
           (rest == 0 || ((address[whole] ^ prefix[whole]) & (0xff << (8 - rest)) & 0xff) == 0);
}

static enum address_class class_of_6(const struct in6_addr *in6)
{
    const uint8_t *a = in6->s6_addr;
    if (IN6_IS_ADDR_LOOPBACK(in6))
        return ADDRESS_PRIVATE;
    for (size_t i = 0; i < sizeof ranges6 / sizeof *ranges6; i++) {
        const struct range6 *range = &ranges6[i];
        if (!has_prefix(a, range->prefix, range->bits))
            continue;
        if (range->inner_at < 0)
            return range->class;
        const uint8_t *inner = a + range->inner_at, mask = range->inner_mask;
        return class_of_4(IP4(inner[0] ^ mask, inner[1] ^ mask, inner[2] ^ mask, inner[3] ^ mask));
    }
    return ADDRESS_PUBLIC;
}

enum address_class address_class_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return class_of_4(ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return class_of_6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    return ADDRESS_NEVER;
}

/* An IPv4 address lies inside of it. */
static bool hides_another(const uint8_t *address)
{
    for (size_t i = 0; i < sizeof ranges6 / sizeof *ranges6; i++)
        if (ranges6[i].inner_at >= 0 && has_prefix(address, ranges6[i].prefix, ranges6[i].bits))
            return true;
    return false;
}

bool host_is_plain(const char *host)
{
    char text[INET6_ADDRSTRLEN + 2];
    unsigned char address[sizeof(struct in6_addr)];
    size_t n = strnlen(host, sizeof text);
    if (strcasecmp(host, "localhost") == 0 || inet_pton(AF_INET, host, address) == 1)
        return true;
    if (n < 3 || n >= sizeof text || host[0] != '[' || host[n - 1] != ']')
        return false;
    memcpy(text, host + 1, n - 2);
    text[n - 2] = '\0';
    return inet_pton(AF_INET6, text, address) == 1 && !hides_another(address);
}

void url_host(const char *url, char *out, size_t n_out)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    snprintf(out, n_out, "%.*s", (int)n, host);
}
