/* 10,000 pages for 100 receivers at once, as after an outage, of which 10 never answer: how long the other 90
 * take, with and without the ten; and whether what is worse came earlier. Prints a line each.
 *
 * Receivers are addresses of loopback: one server answers all of the 90, and nobody accepts at the ten. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "courier/courier_priv.h"

enum { RECEIVERS = 100, HANGING = 10, EACH = 100, SEVERITIES = 4 };

static struct {
    uv_loop_t loop;
    int n_answered, n_wanted;
    double place[SEVERITIES]; /* sums of the places in which they were answered */
    int n[SEVERITIES];
} run;

static void on_done(void *context, const struct courier_done *done)
{
    (void)context;
    int receiver = (int)(done->delivery / EACH), severity = (int)(done->delivery % SEVERITIES);
    if (receiver < HANGING || done->result.verdict != VERDICT_SENT)
        return;
    run.place[severity] += run.n_answered++;
    run.n[severity]++;
    if (run.n_answered == run.n_wanted)
        uv_stop(&run.loop);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *bytes, size_t *n_bytes,
                              void **state)
{
    (void)context, (void)path, (void)method, (void)version, (void)bytes;
    if (!*state || *n_bytes) {
        *state = connection;
        *n_bytes = 0;
        return MHD_YES;
    }
    static char ok[] = {'o', 'k'};
    struct MHD_Response *response = MHD_create_response_from_buffer(sizeof ok, ok, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return result;
}

static int deaf(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096) ||
        getsockname(fd, (struct sockaddr *)&address, &n))
        exit(3);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

static double run_once(int port, int deaf_port, bool with_hanging)
{
    static const struct config nothing;
    struct courier *courier;
    struct err err = {0};
    memset(&run, 0, sizeof run);
    run.n_wanted = (RECEIVERS - HANGING) * EACH;
    if (uv_loop_init(&run.loop) || courier_new(&run.loop, &nothing, on_done, NULL, &courier, &err) < 0)
        exit(3);
    int64_t began_us = clock_monotonic_us(clock_system());
    for (int i = 0; i < EACH; i++)
        for (int receiver = with_hanging ? 0 : HANGING; receiver < RECEIVERS; receiver++) {
            char url[64];
            int64_t delivery = (int64_t)receiver * EACH + i;
            snprintf(url, sizeof url, "http://127.0.0.%d:%d/", receiver + 1,
                     receiver < HANGING ? deaf_port : port);
            courier_send(courier, delivery, 1, (int)(delivery % SEVERITIES) + 1, "webhook", url, "k", "{}",
                         2);
        }
    uv_run(&run.loop, UV_RUN_DEFAULT);
    double took_s = (double)(clock_monotonic_us(clock_system()) - began_us) / 1e6;
    courier_free(courier);
    uv_run(&run.loop, UV_RUN_DEFAULT);
    uv_loop_close(&run.loop);
    return took_s;
}

int main(void)
{
    int deaf_port;
    int fd = deaf(&deaf_port);
    struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL,
                                                 MHD_OPTION_CONNECTION_LIMIT, 1000U, MHD_OPTION_END);
    const union MHD_DaemonInfo *info = daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info)
        return 3;
    int port = info->port;
    for (int i = 0; i < 3; i++) {
        double without_s = run_once(port, deaf_port, false), with_s = run_once(port, deaf_port, true);
        printf("9,000 pages to 90 receivers: %.2f s; with 1,000 more to 10 that hang: %.2f s; mean place of "
               "SEV 1 to %d:",
               without_s, with_s, SEVERITIES);
        for (int severity = 0; severity < SEVERITIES; severity++)
            printf(" %.0f", run.place[severity] / run.n[severity]);
        printf("\n");
    }
    MHD_stop_daemon(daemon);
    close(fd);
    return 0;
}
