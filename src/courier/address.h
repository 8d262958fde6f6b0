/* Where a page may go: the address that a connection is made to, whatever its name said before. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum address_class {
    ADDRESS_PUBLIC,
    ADDRESS_PRIVATE, /* this machine, or a network of one's own: only where the operator says so plainly */
    ADDRESS_NEVER /* no receiver can be there: link-local (where clouds keep secrets), multicast, 0.0.0.0 */
};

/* An address inside an IPv6 one (mapped, NAT64, 6to4, Teredo) counts as what it leads to. */
enum address_class address_class_of(const struct sockaddr *address);
/* An address in its only common form, or "localhost": nothing that has to be looked up or that hides what it
 * is ("127.1", "2130706433", "0x7f.1"). In brackets when it is IPv6, as in a URL. */
bool host_is_plain(const char *host);
/* The host of an URL, with the brackets of an IPv6 address; cut to n_out. */
void url_host(const char *url, char *out, size_t n_out);
