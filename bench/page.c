/* From the first byte of a POST to the page that it leads to, as a receiver of webhooks sees it:
 *   page PORT RECEIVER_PORT PROBES
 * Posts one alert after the other, each of a service of its own, and waits for the webhook that says it;
 * whatever else is posted there is answered and passed over. Prints {"p50_ms":...,"p99_ms":...,"lost":...}.
 */
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

enum { LONGEST_S = 10, REQUEST_BYTES = 1024 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t heard = PTHREAD_COND_INITIALIZER;
static double *heard_s;
static long n_probes;

static int address(struct sockaddr_in *to, int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    *to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Every probe whose service the text says was heard now. */
static void note(const char *text)
{
    double at_s = now_s();
    pthread_mutex_lock(&lock);
    for (const char *at = text; (at = strstr(at, "probe-")); at++) {
        long i = atol(at + strlen("probe-"));
        if (i >= 0 && i < n_probes && heard_s[i] == 0)
            heard_s[i] = at_s;
    }
    pthread_cond_broadcast(&heard);
    pthread_mutex_unlock(&lock);
}

/* One request, whole or with more behind it: its length, or 0. */
static size_t request_bytes(const char *bytes, size_t n)
{
    const char *end = memmem(bytes, n, "\r\n\r\n", 4);
    const char *length = end ? strcasestr(bytes, "\r\nContent-Length:") : NULL;
    size_t whole =
        end ? (size_t)(end + 4 - bytes) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0) : 0;
    return end && whole <= n ? whole : 0;
}

static void *receive(void *context)
{
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    int fd = (int)(long)context;
    char *bytes = malloc(REQUEST_BYTES);
    size_t n = 0, whole;
    for (ssize_t got; (got = read(fd, bytes + n, REQUEST_BYTES - n - 1)) > 0;) {
        n += (size_t)got;
        bytes[n] = '\0';
        while ((whole = request_bytes(bytes, n)) > 0) {
            char after = bytes[whole];
            bytes[whole] = '\0';
            note(bytes);
            bytes[whole] = after;
            memmove(bytes, bytes + whole, n - whole + 1);
            n -= whole;
            if (write(fd, ok, sizeof ok - 1) < 0)
                break;
        }
    }
    close(fd);
    free(bytes);
    return NULL;
}

static void *serve(void *context)
{
    int listener = (int)(long)context;
    for (int fd; (fd = accept(listener, NULL, NULL)) >= 0;) {
        pthread_t thread;
        pthread_create(&thread, NULL, receive, (void *)(long)fd);
        pthread_detach(thread);
    }
    return NULL;
}

static double probe(int fd, long i)
{
    char body[1024], request[2048], answer[4096];
    int n_body = snprintf(body, sizeof body,
                          "[{\"labels\":{\"alertname\":\"Qzx%06ld\",\"service\":\"probe-%ld\","
                          "\"severity\":\"critical\"},\"annotations\":{\"summary\":\"a probe\"}}]",
                          i, i);
    int n = snprintf(request, sizeof request,
                     "POST /api/v2/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                     "Content-Length: %d\r\n\r\n%s",
                     n_body, body);
    double began_s = now_s();
    if (write(fd, request, (size_t)n) != n || read(fd, answer, sizeof answer) <= 0)
        return -1;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LONGEST_S;
    pthread_mutex_lock(&lock);
    while (heard_s[i] == 0 && pthread_cond_timedwait(&heard, &lock, &until) == 0)
        ;
    double at_s = heard_s[i];
    pthread_mutex_unlock(&lock);
    return at_s != 0 ? at_s - began_s : -1;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    struct sockaddr_in to;
    n_probes = atol(argv[3]);
    heard_s = calloc((size_t)n_probes, sizeof *heard_s);
    double *took_s = calloc((size_t)n_probes, sizeof *took_s);
    int listener = address(&to, atoi(argv[2]));
    if (bind(listener, (struct sockaddr *)&to, sizeof to) < 0 || listen(listener, 64) < 0)
        return perror("listen"), 1;
    pthread_t thread;
    pthread_create(&thread, NULL, serve, (void *)(long)listener);
    int fd = address(&to, atoi(argv[1]));
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
        return perror("connect"), 1;
    size_t n = 0;
    for (long i = 0; i < n_probes; i++) {
        double s = probe(fd, i);
        if (s >= 0)
            took_s[n++] = s;
        usleep(2000);
    }
    qsort(took_s, n, sizeof *took_s, by_size);
    printf("{\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"lost\":%ld}\n", n ? took_s[n / 2] * 1e3 : 0,
           n ? took_s[n * 99 / 100] * 1e3 : 0, n_probes - (long)n);
    return 0;
}
