#include "api/source.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IN6_BYTES = 16, IN4_AT = 12 };

/* All addresses in the form of IPv6, those of IPv4 as RFC 4291 maps them (section 2.5.5.2). */
struct network {
    uint8_t bytes[IN6_BYTES];
    int n_bits;
};

static void map_in4(const void *in4, uint8_t out[IN6_BYTES])
{
    static const uint8_t mapped[IN4_AT] = {[10] = 0xff, [11] = 0xff};
    memcpy(out, mapped, IN4_AT);
    memcpy(out + IN4_AT, in4, IN6_BYTES - IN4_AT);
}

static int network_read(const char *source, struct network *ret_network)
{
    char text[INET6_ADDRSTRLEN];
    uint8_t in4[IN6_BYTES - IN4_AT];
    size_t n_bytes = strcspn(source, "/");
    char *end = NULL;
    if (n_bytes == 0 || n_bytes >= sizeof text)
        return -1;
    memcpy(text, source, n_bytes);
    text[n_bytes] = '\0';
    int before = 0;
    if (inet_pton(AF_INET, text, in4) == 1) {
        map_in4(in4, ret_network->bytes);
        before = IN4_AT * 8;
    } else if (inet_pton(AF_INET6, text, ret_network->bytes) != 1) {
        return -1;
    }
    ret_network->n_bits = IN6_BYTES * 8;
    if (source[n_bytes] == '\0')
        return 0;
    long bits = strtol(source + n_bytes + 1, &end, 10);
    if (end == source + n_bytes + 1 || *end || bits < 0 || bits > IN6_BYTES * 8 - before)
        return -1;
    ret_network->n_bits = before + (int)bits;
    return 0;
}

int source_check(const char *source, struct err *err)
{
    struct network network;
    return network_read(source, &network) == 0
               ? 0
               : err_set(err, "\"%.60s\" is no address or network, such as 10.1.0.0/16", source);
}

static bool address_bytes(const struct sockaddr *address, uint8_t out[IN6_BYTES])
{
    if (address->sa_family == AF_INET)
        map_in4(&((const struct sockaddr_in *)(const void *)address)->sin_addr, out);
    else if (address->sa_family == AF_INET6)
        memcpy(out, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, IN6_BYTES);
    else
        return false;
    return true;
}

bool source_contains(const char *source, const struct sockaddr *address)
{
    struct network network;
    uint8_t bytes[IN6_BYTES];
    if (network_read(source, &network) < 0 || !address_bytes(address, bytes))
        return false;
    int whole = network.n_bits / 8, rest = network.n_bits % 8;
    if (memcmp(bytes, network.bytes, (size_t)whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ network.bytes[whole]) >> (8 - rest) == 0;
}

void source_print(const struct sockaddr *address, char out[SOURCE_BYTES])
{
    uint8_t bytes[IN6_BYTES];
    static const uint8_t mapped[IN4_AT] = {[10] = 0xff, [11] = 0xff};
    *out = '\0';
    if (!address_bytes(address, bytes))
        return;
    if (memcmp(bytes, mapped, IN4_AT) == 0)
        inet_ntop(AF_INET, bytes + IN4_AT, out, SOURCE_BYTES);
    else
        inet_ntop(AF_INET6, bytes, out, SOURCE_BYTES);
}
