/* A closed loop of one GET over N connections, a thread each, which waits for the whole answer before it asks
 * again:  get PORT SECONDS CONNECTIONS PATH [HEADER]
 * Prints {"reads_s":...,"bytes":...}: bytes are those of one body. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

static char request[4096];
static int port;
static double until_s;
static _Atomic long n_read, n_bytes;

/* The length of the body; the program ends when it is no whole answer with 200. */
static long answered(int fd, char *room, size_t n_room)
{
    size_t n = 0;
    char *end = NULL;
    while (!end) {
        ssize_t got = read(fd, room + n, n_room - n);
        if (got <= 0)
            exit(1);
        n += (size_t)got;
        end = memmem(room, n, "\r\n\r\n", 4);
    }
    *end = '\0';
    const char *length = strcasestr(room, "\r\nContent-Length:");
    if (!length || memcmp(room + 9, "200", 3) != 0) {
        fprintf(stderr, "%s\n", room);
        exit(1);
    }
    long body = atol(length + strlen("\r\nContent-Length:"));
    for (long left = body - (long)(n - (size_t)(end + 4 - room)); left > 0;) {
        ssize_t got = read(fd, room, (size_t)left < n_room ? (size_t)left : n_room);
        if (got <= 0)
            exit(1);
        left -= got;
    }
    return body;
}

static void *talk(void *unused)
{
    enum { ROOM = 256 * 1024 };
    char *room = malloc(ROOM);
    int fd = dial(port);
    size_t n = strlen(request);
    while (now_s() < until_s) {
        if (write(fd, request, n) != (ssize_t)n)
            exit(1);
        n_bytes = answered(fd, room, ROOM);
        n_read++;
    }
    close(fd);
    free(room);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    port = atoi(argv[1]);
    double seconds = atof(argv[2]);
    long n_connections = atol(argv[3]);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s\r\n", argv[4],
             argc > 5 ? argv[5] : "", argc > 5 ? "\r\n" : "");
    until_s = now_s() + seconds;
    pthread_t *threads = calloc((size_t)n_connections, sizeof *threads);
    for (long i = 0; i < n_connections; i++)
        pthread_create(&threads[i], NULL, talk, NULL);
    for (long i = 0; i < n_connections; i++)
        pthread_join(threads[i], NULL);
    printf("{\"reads_s\":%.0f,\"bytes\":%ld}\n", (double)n_read / seconds, (long)n_bytes);
    return 0;
}
