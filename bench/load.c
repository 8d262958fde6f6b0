/* A closed loop of POSTs over N connections, a thread each, which waits for an answer before it sends again:
 *   load PORT REQUESTS ALERTS_A_REQUEST CONNECTIONS DISTINCT
 * Alerts are some 900 bytes and of fifty rules; after DISTINCT of them the same ones come again. Prints
 * {"alerts_s":...,"p50_ms":...,"p99_ms":...}. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

struct message {
    char *bytes;
    size_t n_bytes;
};

static struct message *messages;
static long n_messages, n_requests;
static _Atomic long n_sent, n_answered, n_refused;
static double *took_s;
static int port;

static int write_alert(char *out, size_t room, long i)
{
    char ends[32];
    time_t end = time(NULL) + 3600;
    struct tm utc;
    strftime(ends, sizeof ends, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&end, &utc));
    return snprintf(
        out, room,
        "{\"labels\":{\"alertname\":\"Rule%ld\",\"cluster\":\"prod-%ld\",\"container\":\"app\","
        "\"endpoint\":\"http-metrics\",\"instance\":\"10.%ld.%ld.%ld:8080\",\"job\":\"state-metrics\","
        "\"namespace\":\"team-%ld\",\"pod\":\"svc-%ld-7d9f8b6c5-%06ld\",\"service\":\"state-metrics\","
        "\"severity\":\"%s\"},\"annotations\":{\"summary\":\"Pod is crash looping\",\"description\":\""
        "Pod team-%ld/svc-%ld-7d9f8b6c5-%06ld has been restarting %ld.%02ld times in ten minutes; see "
        "the runbook for what to look at first, whom to tell and how to roll back the last change.\","
        "\"runbook_url\":\"https://runbooks.example.com/rule-%ld\"},\"endsAt\":\"%s\",\"generatorURL\":"
        "\"http://prometheus:9090/graph?g0.expr=rate%%28kube_pod_container_status_restarts_total%%7B"
        "job%%3D%%22state-metrics%%22%%7D%%5B10m%%5D%%29+%%2A+60+%%2A+5+%%3E+0&g0.tab=1\"}",
        i % 50, i / 50 % 4, (i >> 16) & 255, (i >> 8) & 255, i & 255, i / 200 % 10, i % 50, i,
        i & 1 ? "warning" : "critical", i / 200 % 10, i % 50, i, i % 9, i % 97, i % 50, ends);
}

static void write_message(struct message *message, long first, long n_alerts)
{
    size_t room = (size_t)n_alerts * 1500 + 300, n = 0;
    char *body = malloc(room);
    body[n++] = '[';
    for (long i = 0; i < n_alerts; i++) {
        if (i)
            body[n++] = ',';
        n += (size_t)write_alert(body + n, room - n, first + i);
    }
    body[n++] = ']';
    message->bytes = malloc(n + 300);
    message->n_bytes = (size_t)snprintf(message->bytes, 300,
                                        "POST /api/v2/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                                        "application/json\r\nContent-Length: %zu\r\n\r\n",
                                        n);
    memcpy(message->bytes + message->n_bytes, body, n);
    message->n_bytes += n;
    free(body);
}

/* Answers to these POSTs have short bodies, which come with the header. */
static int answered(int fd)
{
    char answer[4096];
    size_t n = 0;
    while (!memmem(answer, n, "\r\n\r\n", 4)) {
        ssize_t got = n < sizeof answer ? read(fd, answer + n, sizeof answer - n) : 0;
        if (got <= 0)
            return 0;
        n += (size_t)got;
    }
    return n > 12 && memcmp(answer + 9, "200", 3) == 0;
}

static void *talk(void *unused)
{
    int fd = dial(port);
    for (long i; (i = n_sent++) < n_requests;) {
        const struct message *message = &messages[i % n_messages];
        double began_s = now_s();
        for (size_t at = 0; at < message->n_bytes;) {
            ssize_t put = write(fd, message->bytes + at, message->n_bytes - at);
            if (put <= 0)
                exit(1);
            at += (size_t)put;
        }
        n_refused += !answered(fd);
        took_s[n_answered++] = now_s() - began_s;
    }
    close(fd);
    return unused;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    port = atoi(argv[1]);
    n_requests = atol(argv[2]);
    long a_request = atol(argv[3]), n_connections = atol(argv[4]), distinct = atol(argv[5]);
    n_messages = (distinct + a_request - 1) / a_request;
    messages = calloc((size_t)n_messages, sizeof *messages);
    took_s = calloc((size_t)n_requests, sizeof *took_s);
    for (long i = 0; i < n_messages; i++)
        write_message(&messages[i], i * a_request, a_request);
    pthread_t *threads = calloc((size_t)n_connections, sizeof *threads);
    double began_s = now_s();
    for (long i = 0; i < n_connections; i++)
        pthread_create(&threads[i], NULL, talk, NULL);
    for (long i = 0; i < n_connections; i++)
        pthread_join(threads[i], NULL);
    double all_s = now_s() - began_s;
    qsort(took_s, (size_t)n_requests, sizeof *took_s, by_size);
    printf("{\"alerts_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"refused\":%ld}\n",
           (double)(n_requests * a_request) / all_s, took_s[n_requests / 2] * 1e3,
           took_s[n_requests * 99 / 100] * 1e3, (long)n_refused);
    return n_refused ? 1 : 0;
}
