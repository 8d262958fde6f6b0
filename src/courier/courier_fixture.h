/* What the tests of the courier share: a courier on a loop of its own that keeps what it is told, and servers
 * on loopback that follow a script. */
#pragma once

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/testing.h"
#include "courier/courier_priv.h"

enum { MOST_DONE = 64 };

struct world {
    uv_loop_t loop;
    struct courier *courier;
    struct {
        int64_t delivery;
        enum delivery_verdict verdict;
        int64_t retry_after_s;
        char detail[200];
    } done[MOST_DONE];
    int n_done, n_wanted;
};

static inline void on_done(void *context, const struct courier_done *done)
{
    struct world *w = context;
    assert_true(w->n_done < MOST_DONE);
    w->done[w->n_done].delivery = done->delivery;
    w->done[w->n_done].verdict = done->result.verdict;
    w->done[w->n_done].retry_after_s = done->result.retry_after_s;
    snprintf(w->done[w->n_done].detail, sizeof w->done->detail, "%s", done->result.detail);
    if (++w->n_done >= w->n_wanted)
        uv_stop(&w->loop);
}

static inline void world_open(struct world *w, const struct config *config)
{
    struct err err;
    memset(w, 0, sizeof *w);
    assert_int_equal(uv_loop_init(&w->loop), 0);
    assert_int_equal(courier_new(&w->loop, config, on_done, w, &w->courier, &err), 0);
}

static inline void wait_done(struct world *w, int n)
{
    w->n_wanted = n;
    while (w->n_done < n)
        uv_run(&w->loop, UV_RUN_DEFAULT);
}

static inline void world_close(struct world *w)
{
    courier_free(w->courier);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&w->loop), 0);
}

static inline void send_page(struct world *w, int64_t delivery, const char *channel, const char *address)
{
    static const char page[] =
        "{\"kind\":\"page\",\"incident\":{\"number\":4,\"severity\":\"SEV-1\",\"service\":"
        "\"shop\",\"title\":\"down\\r\\nBcc: all@example.org\\r\\n\\r\\n<b>x</b>\"},"
        "\"to\":{\"name\":\"Mia\\r\\nCc: all@example.org\"},\"text\":\"down\\n.\\nmore\\n\"}";
    courier_send(w->courier, delivery, 1, 1, channel, address, "crashcart-7f3a-incident-4-page-2", page,
                 sizeof page - 1);
}

/* ---- plain sockets ---- */

static inline int listen_on(int *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *ret_port = ntohs(address.sin_port);
    return fd;
}

/* One connection: greets, then answers each line by its first word; after DATA, the line "." */
struct peer {
    int fd, port;
    pthread_t thread;
    const char *greeting;
    const char *at_recipient, *at_end, *at_hello;
    char heard[8192];
};

static const char *answer_to(const struct peer *peer, const char *line, bool *in_data)
{
    if (*in_data) {
        if (strcmp(line, ".\r\n") != 0)
            return NULL;
        *in_data = false;
        return peer->at_end;
    }
    if (strncmp(line, "EHLO", 4) == 0)
        return peer->at_hello;
    if (strncmp(line, "RCPT", 4) == 0)
        return peer->at_recipient;
    if (strncmp(line, "DATA", 4) == 0) {
        *in_data = true;
        return "354 go on\r\n";
    }
    return strncmp(line, "QUIT", 4) == 0 ? "221 bye\r\n" : "250 ok\r\n";
}

static inline void *peer_run(void *context)
{
    struct peer *peer = context;
    int fd = accept(peer->fd, NULL, NULL);
    FILE *in = fdopen(fd, "r");
    char line[2000];
    bool in_data = false;
    size_t used = 0;
    dprintf(fd, "%s", peer->greeting);
    while (peer->at_hello && fgets(line, sizeof line, in)) {
        used += (size_t)snprintf(peer->heard + used, sizeof peer->heard - used, "%s", line);
        const char *answer = answer_to(peer, line, &in_data);
        if (answer)
            dprintf(fd, "%s", answer);
    }
    /* What greets and goes away lets the other side speak first, so that nothing is lost with a reset. */
    if (!peer->at_hello && !fgets(line, sizeof line, in))
        line[0] = '\0';
    shutdown(fd, SHUT_WR);
    while (fgets(line, sizeof line, in))
        ;
    fclose(in);
    return NULL;
}

static inline void peer_open(struct peer *peer)
{
    peer->fd = listen_on(&peer->port);
    assert_int_equal(pthread_create(&peer->thread, NULL, peer_run, peer), 0);
}

static inline void peer_close(struct peer *peer)
{
    pthread_join(peer->thread, NULL);
    close(peer->fd);
}
