/* A delivery: one page to one way of reaching one person, at least once, with one key over all its attempts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum delivery_state {
    DELIVERY_DUE,   /* to be sent now */
    DELIVERY_RETRY, /* failed for the moment; due again at due_us */
    DELIVERY_SENT,
    DELIVERY_DEAD,     /* this way does not work; the person's next way is tried at once */
    DELIVERY_BUNDLED,  /* the person's budget is spent: it waits until due_us, and is told in a digest */
    DELIVERY_CANCELLED /* not needed any more: acknowledged or resolved before it left */
};

const char *delivery_state_name(enum delivery_state state);
int delivery_state_of(const char *name);

struct delivery {
    int64_t id;
    int64_t incident;
    const char *key; /* idempotency key, e.g. "crashcart-7f3a-incident-4-page-2-1f0a93bc" */
    enum delivery_state state;
    const char *person;  /* id in the configuration */
    int way;             /* index of the contact in the person's list */
    const char *channel; /* "webhook", "email" */
    const char *address;
    const char *why; /* "nobody acknowledged within 15 min"; words of others are quoted (base/words.h) */
    int attempts;
    int64_t queued_us, due_us;
    const char *detail; /* of the last attempt: "HTTP 503" */
    bool notice;        /* of what a person did: it is told whatever becomes of the incident */
    int64_t update; /* number of the update that it carries; person is then "audience:ID"; 0: it is a page */
    int64_t digest; /* number of the digest that it is, or that tells it when it is bundled; 0: none yet */
};

enum delivery_verdict { VERDICT_SENT, VERDICT_RETRY, VERDICT_DEAD };

/* It brings the incident's own channel in the chat to what it should be (engine/incident_channel.c); `way` is
 * then how many of its people are in it afterwards. */
bool delivery_is_chat(const struct delivery *delivery);

/* What the courier says of one attempt. Network errors, timeouts, 408, 425, 429 and 5xx are RETRY; other 4xx
 * and addresses that cannot exist are DEAD. */
struct delivery_result {
    enum delivery_verdict verdict;
    const char *detail;
    int64_t retry_after_s;        /* what the receiver asked for, 0: nothing */
    const char *made, *made_name; /* the incident's own channel, as the chat knows it; NULL: it made none */
    int64_t made_first;           /* the time there of its first message, 0: not known */
};

/* Delay before attempt number `attempts` + 1: exponential from 1 s to 5 min, with jitter that is taken from
 * the delivery's own identity so that the engine stays deterministic. Never shorter than retry_after_s (at
 * most 1 h). */
int64_t delivery_backoff_us(int64_t delivery, int attempts, int64_t retry_after_s);
