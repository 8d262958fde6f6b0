#include "loop/listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

/* A server that was killed a moment ago may still be vanishing: so long it is waited for. */
enum { BACKLOG = 1024, VANISH_TRIES = 200, VANISH_STEP_MS = 10 };

static int address_error(const char *address, struct err *err)
{
    return err_set(err, "%s: not an address to listen on; write ADDRESS:PORT, such as 127.0.0.1:8480",
                   address);
}

static int bind_error(const char *address, const char *port, int error, struct err *err)
{
    if (error == EADDRINUSE)
        return err_set(
            err,
            "%s is in use by another program; `ss -ltnp 'sport = :%s'` shows which. Stop it, or choose "
            "another address with --listen ADDRESS:PORT (`listen:` in the configuration)",
            address, port);
    if (error == EACCES)
        return err_set(err,
                       "%s: not allowed: ports below 1024 need a privilege; choose another with --listen "
                       "ADDRESS:PORT (`listen:` in the configuration)",
                       address);
    if (error == EADDRNOTAVAIL)
        return err_set(err, "%s: this machine has no such address; `ip address` shows which it has", address);
    return err_set(err, "%s: cannot listen: %s", address, strerror(error));
}

/* Splits in place; -1 without a port. */
static int address_split(char *text, char **ret_host, char **ret_port)
{
    char *colon = strrchr(text, ':');
    if (!colon || !colon[1])
        return -1;
    *colon = '\0';
    size_t n = strlen(text);
    if (text[0] == '[' && text[n - 1] == ']') {
        text[n - 1] = '\0';
        text++;
    } else if (strchr(text, ':')) {
        return -1; /* an IPv6 address without brackets: which colon is it? */
    }
    *ret_host = text;
    *ret_port = colon + 1;
    return 0;
}

static int bind_patiently(int fd, const struct addrinfo *address)
{
    const struct timespec step = {.tv_nsec = VANISH_STEP_MS * 1000000L};
    for (int tries = 1;; tries++) {
        if (bind(fd, address->ai_addr, address->ai_addrlen) == 0)
            return 0;
        if (errno != EADDRINUSE || tries == VANISH_TRIES)
            return -1;
        nanosleep(&step, NULL);
    }
}

int listen_open(const char *address, int *ret_fd, struct err *err)
{
    scoped_heap char *text = heap_strdup(address);
    char *host, *port, *end;
    if (address_split(text, &host, &port) < 0)
        return address_error(address, err);
    long number = strtol(port, &end, 10);
    if (*end || number < 0 || number > 65535)
        return address_error(address, err);
    struct addrinfo *found, hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    int failed = getaddrinfo(*host ? host : NULL, port, &hints, &found);
    if (failed)
        return err_set(err, "%s: %s", address, gai_strerror(failed));
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind_patiently(fd, found) < 0 || listen(fd, BACKLOG) < 0) {
        int error = errno;
        freeaddrinfo(found);
        if (fd >= 0)
            close(fd);
        return bind_error(address, port, error, err);
    }
    freeaddrinfo(found);
    *ret_fd = fd;
    return 0;
}

int listen_again(int fd, struct err *err)
{
    return listen(fd, BACKLOG) == 0 ? 0 : err_set(err, "cannot listen again: %s", strerror(errno));
}
