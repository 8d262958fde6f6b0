/* A receiver on loopback that keeps what it hears, and a configuration in which every channel by HTTP leads
 * to it. For tests. */
#pragma once

#include <stdlib.h>

#include "courier/courier_fixture.h"

/* ---- a receiver ---- */

struct catcher {
    int fd, port;
    pthread_t thread;
    const char *answer;
    char heard[16384];
};

static size_t body_bytes(const char *head)
{
    const char *length = strcasestr(head, "\r\nContent-Length: ");
    return length ? strtoul(length + 18, NULL, 10) : 0;
}

static void *catch_one(void *context)
{
    struct catcher *catcher = context;
    int fd = accept(catcher->fd, NULL, NULL);
    size_t used = 0;
    const char *end = NULL;
    for (ssize_t n; fd >= 0 && used < sizeof catcher->heard - 1; used += (size_t)n) {
        end = strstr(catcher->heard, "\r\n\r\n");
        if (end && used >= (size_t)(end + 4 - catcher->heard) + body_bytes(catcher->heard))
            break;
        n = read(fd, catcher->heard + used, sizeof catcher->heard - 1 - used);
        if (n <= 0)
            break;
    }
    if (fd >= 0) {
        dprintf(fd, "%s", catcher->answer);
        close(fd);
    }
    return NULL;
}

static void catcher_open(struct catcher *catcher, const char *answer)
{
    memset(catcher, 0, sizeof *catcher);
    catcher->answer = answer;
    catcher->fd = listen_on(&catcher->port);
    assert_int_equal(pthread_create(&catcher->thread, NULL, catch_one, catcher), 0);
}

static void catcher_close(struct catcher *catcher)
{
    shutdown(catcher->fd, SHUT_RDWR); /* nobody may have come */
    pthread_join(catcher->thread, NULL);
    close(catcher->fd);
}

#define TAKEN "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{\"ok\":true}"

static inline const char *header_of(const struct catcher *catcher, const char *name)
{
    static char value[400];
    char start[100];
    snprintf(start, sizeof start, "\r\n%s: ", name);
    const char *at = strstr(catcher->heard, start);
    const char *end = strstr(catcher->heard, "\r\n\r\n");
    if (!at || at > end)
        return "";
    at += strlen(start);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

static const char *body_of(const struct catcher *catcher)
{
    const char *end = strstr(catcher->heard, "\r\n\r\n");
    return end ? end + 4 : "";
}

/* ---- a page and a configuration ---- */

static const char page[] =
    "{\"kind\":\"page\",\"incident\":{\"number\":4,\"severity\":\"SEV-1\",\"severity_rank\":1,\"service\":"
    "\"shop\","
    "\"title\":\"Shop is down\",\"started_at\":\"2026-03-02T11:53:20.000Z\","
    "\"url\":\"https://c.example.org/incidents/4\","
    "\"acknowledge_url\":\"https://c.example.org/acknowledge/4/mia~1~x\"},"
    "\"to\":{\"name\":\"Mia\"},\"text\":\"[SEV-1] #4 shop: Shop is down\\nSince 11:53 UTC\\nAcknowledge: "
    "https://h\\n\"}";

static const char hostile[] =
    "{\"kind\":\"page\",\"incident\":{\"number\":4,\"severity\":\"SEV-1\",\"severity_rank\":2,"
    "\"service\":\"<!channel> & <@U1>\\r\\nX-Evil: 1\",\"title\":\"<script>\\u0000\\\"'\\r\\nBcc: a@b.org\","
    "\"url\":\"https://c.example.org/incidents/4\"},\"text\":\"<!here> *b* [a](http://x) <at>Bo</at>\\n\"}";

struct setting {
    struct config config;
    struct person mia;
    struct config_contact ways[4];
    char server[100];
};

static void setting_make(struct setting *s, int port)
{
    static const char *const secrets[][2] = {
        {"TEST_HOOK", "hook-secret"}, {"TEST_HOOK_OLD", "old-secret"},
        {"TEST_NTFY", "tk_1"},        {"TEST_BOT", "xoxb-1"},
        {"TEST_TWILIO", "token"},     {"TEST_KEY", "0123456789abcdef0123456789abcdef"}};
    memset(s, 0, sizeof *s);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        setenv(secrets[i][0], secrets[i][1], 1);
    snprintf(s->server, sizeof s->server, "http://127.0.0.1:%d/", port);
    char url[120];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/hook/secret", port);
    setenv("TEST_URL", url, 1);
    static const char *const channels_of_mia[][2] = {{"slack_webhook", "env:TEST_URL"},
                                                     {"teams", "env:TEST_URL"},
                                                     {"pagerduty", "env:TEST_KEY"},
                                                     {"opsgenie", "env:TEST_KEY"}};
    for (size_t i = 0; i < 4; i++)
        s->ways[i] =
            (struct config_contact){.channel = channels_of_mia[i][0], .address = channels_of_mia[i][1]};
    s->mia = (struct person){.id = "mia", .name = "Mia"};
    s->mia.contacts.at = s->ways;
    s->mia.contacts.n = 4;
    s->config.people.at = &s->mia;
    s->config.people.n = 1;
    struct config_channels *c = &s->config.channels;
    c->webhook = (struct config_channel){.secret = "env:TEST_HOOK", .previous_secret = "env:TEST_HOOK_OLD"};
    c->ntfy.secret = "env:TEST_NTFY";
    c->slack = (struct config_channel){
        .server = s->server, .secret = "env:TEST_BOT", .signing_secret = "env:TEST_SIGNS"};
    c->twilio = (struct config_channel){
        .server = s->server, .user = "AC1", .secret = "env:TEST_TWILIO", .from = "+15550100"};
    c->pagerduty.server = c->opsgenie.server = s->server;
}

/* Sends one page; what the receiver heard is in catcher, and what came of it in w->done[0]. */
static void deliver(struct catcher *catcher, const char *answer, const char *channel, const char *address,
                    const char *document, struct world *w)
{
    struct setting s;
    char plain[120];
    catcher_open(catcher, answer);
    setting_make(&s, catcher->port);
    if (strncmp(address, "HERE", 4) == 0) {
        snprintf(plain, sizeof plain, "http://127.0.0.1:%d%s", catcher->port, address + 4);
        address = plain;
    }
    world_open(w, &s.config);
    courier_send(w->courier, 1, 1, 1, channel, address, "crashcart-7f3a-incident-4-page-2", document,
                 strlen(document));
    wait_done(w, 1);
    world_close(w);
    catcher_close(catcher);
}
