/* The alerts that a query wants, one by one, on a thread of the server: pieces come from the engine's thread,
 * where only equality is looked at; expressions are matched here, with a bound on the time that they take. */
#pragma once

#include "api/api.h"
#include "config/matcher.h"
#include "engine/scan.h"

struct request;

struct alert_feed {
    const struct api_backend *backend;
    const struct clock *clock;
    struct matchers equalities, expressions;
    struct matcher *receiver; /* or NULL */
    struct alert_scan scan;
    bool by_incident; /* in order of incidents, instead of any */
    struct buf copies;
    size_t at;
    struct buf found; /* of struct scan_key with values: the last piece */
    size_t n_matched; /* bytes of it */
    struct buf keys;  /* of struct scan_key: those that fit */
    size_t n_taken;
    bool sorted;
    int64_t matching_us, most_us; /* spent on expressions, and the bound */
    bool unanswered;              /* the engine does not answer: the server stops, or too many ask it */
};

/* FEED_PAUSE: nothing yet, ask again. FEED_FAILED: an expression takes too long, or the feed is
 * unanswered. */
enum feed_got { FEED_ALERT, FEED_END, FEED_PAUSE, FEED_FAILED };

void feed_start(struct alert_feed *feed, const struct api_backend *backend, const struct clock *clock);
void feed_end(struct alert_feed *feed);
/* The matcher is the feed's from now on. */
void feed_want(struct alert_feed *feed, struct matcher *matcher);
enum feed_got feed_next(struct alert_feed *feed, const struct alert_copy **ret_copy);
/* Answers a request whose feed has failed. */
void feed_answer_failed(struct request *request, const struct alert_feed *feed);

/* The texts of a copy, in order: gives the one at *p and moves it to the next. */
static inline const char *copy_text(const char **p)
{
    const char *text = *p;
    *p += __builtin_strlen(text) + 1;
    return text;
}
/* The text behind n others. */
const char *copy_skip(const char *p, size_t n);
