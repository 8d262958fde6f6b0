#include "api/feed.h"

#include <stdlib.h>
#include <string.h>

#include "api/answer.h"
#include "api/request.h"

enum {
    MATCHING_US = 10 * 1000000,
    LOOKED_AT = 64, /* at most in one go */
};

void feed_start(struct alert_feed *feed, const struct api_backend *backend, const struct clock *clock)
{
    *feed = (struct alert_feed){.backend = backend, .clock = clock, .most_us = MATCHING_US};
    feed->scan.before = SCAN_START;
}

void feed_end(struct alert_feed *feed)
{
    matchers_free(&feed->equalities);
    matchers_free(&feed->expressions);
    matcher_free(feed->receiver);
    buf_free(&feed->copies);
    buf_free(&feed->found);
    buf_free(&feed->keys);
}

void feed_want(struct alert_feed *feed, struct matcher *matcher)
{
    matchers_add(matcher->expression ? &feed->expressions : &feed->equalities, matcher);
}

/* ---- on the engine's thread ---- */

struct piece {
    struct alert_feed *feed;
    int64_t now_us;
};

static void take_alerts(void *context, const struct engine *engine)
{
    struct piece *piece = context;
    engine_scan_alerts(engine, piece->now_us, &piece->feed->scan);
}

static void take_keys(void *context, const struct engine *engine)
{
    struct piece *piece = context;
    engine_scan_keys(engine, piece->now_us, &piece->feed->scan);
}

static size_t count_keys(const struct alert_feed *feed)
{
    return feed->keys.n_bytes / sizeof(struct scan_key);
}

static void fetch(void *context, const struct engine *engine)
{
    struct piece *piece = context;
    struct alert_feed *feed = piece->feed;
    const struct scan_key *keys = (const void *)feed->keys.at;
    size_t left = count_keys(feed) - feed->n_taken;
    feed->n_taken += engine_fetch_alerts(engine, piece->now_us, keys + feed->n_taken,
                                         left < SCAN_ALERTS ? left : SCAN_ALERTS, &feed->scan);
}

/* ---- on the server's ---- */

static int by_incident(const void *a, const void *b)
{
    const struct scan_key *left = a, *right = b;
    if (left->incident != right->incident)
        return left->incident < right->incident ? 1 : -1;
    return left->place < right->place ? -1 : left->place > right->place;
}

static bool ask(struct alert_feed *feed, void (*question)(void *, const struct engine *))
{
    struct piece piece = {.feed = feed, .now_us = clock_wall_us(feed->clock)};
    feed->unanswered = !feed->backend->ask(feed->backend->core, question, &piece);
    return !feed->unanswered;
}

static bool gave_up(const struct alert_feed *feed)
{
    bool any = feed->matching_us > feed->most_us || (feed->receiver && matcher_gave_up(feed->receiver));
    for (size_t i = 0; i < feed->expressions.n; i++)
        any |= matcher_gave_up(feed->expressions.at[i]);
    return any;
}

/* Matches some of the keys of the last piece by their values, and keeps those that fit. */
static void match_keys(struct alert_feed *feed)
{
    for (size_t n = 0; n < LOOKED_AT && feed->n_matched < feed->found.n_bytes; n++) {
        struct scan_key key;
        const char *value = feed->found.at + feed->n_matched + sizeof key;
        memcpy(&key, feed->found.at + feed->n_matched, sizeof key);
        feed->n_matched += key.n_bytes;
        bool fits = true;
        for (size_t i = 0; fits && i < feed->expressions.n; i++, value += strlen(value) + 1)
            fits = matcher_fits_value(feed->expressions.at[i], value);
        if (fits)
            buf_add(&feed->keys, &key, sizeof key);
    }
}

/* The keys first: all of them when they are to be in order, else those of one piece. */
static enum feed_got next_by_keys(struct alert_feed *feed)
{
    if (feed->n_matched < feed->found.n_bytes) {
        int64_t began_us = clock_monotonic_us(feed->clock);
        match_keys(feed);
        feed->matching_us += clock_monotonic_us(feed->clock) - began_us;
        return gave_up(feed) ? FEED_FAILED : FEED_PAUSE;
    }
    bool any = feed->n_taken < count_keys(feed);
    if (any && (feed->scan.done || !feed->by_incident)) {
        if (feed->by_incident && !feed->sorted)
            qsort(feed->keys.at, count_keys(feed), sizeof(struct scan_key), by_incident);
        feed->sorted = true;
        feed->scan.out = &feed->copies;
        return ask(feed, fetch) ? FEED_PAUSE : FEED_FAILED;
    }
    if (feed->scan.done)
        return FEED_END;
    if (!any) {
        buf_clear(&feed->keys);
        feed->n_taken = 0;
    }
    buf_clear(&feed->found);
    feed->n_matched = 0;
    feed->scan.out = &feed->found;
    return ask(feed, take_keys) ? FEED_PAUSE : FEED_FAILED;
}

static enum feed_got next_piece(struct alert_feed *feed)
{
    buf_clear(&feed->copies);
    feed->at = 0;
    feed->scan.equalities = &feed->equalities;
    feed->scan.expressions = &feed->expressions;
    if (feed->by_incident || feed->expressions.n)
        return next_by_keys(feed);
    feed->scan.out = &feed->copies;
    return feed->scan.done ? FEED_END : ask(feed, take_alerts) ? FEED_PAUSE : FEED_FAILED;
}

const char *copy_skip(const char *p, size_t n)
{
    while (n-- > 0)
        p += strlen(p) + 1;
    return p;
}

static bool receiver_fits(const struct alert_feed *feed, const struct alert_copy *copy)
{
    return !feed->receiver ||
           matcher_fits_value(feed->receiver,
                              copy_skip(copy->texts, 2 * (copy->n_labels + copy->n_annotations) + 1));
}

enum feed_got feed_next(struct alert_feed *feed, const struct alert_copy **ret_copy)
{
    bool found = false;
    if (feed->at == feed->copies.n_bytes)
        return next_piece(feed);
    for (size_t n = 0; !found && n < LOOKED_AT && feed->at < feed->copies.n_bytes; n++) {
        const struct alert_copy *copy = (const void *)(feed->copies.at + feed->at);
        feed->at += copy->n_bytes;
        found = receiver_fits(feed, copy);
        *ret_copy = copy;
    }
    if (gave_up(feed))
        return FEED_FAILED;
    return found ? FEED_ALERT : FEED_PAUSE;
}

void feed_answer_failed(struct request *request, const struct alert_feed *feed)
{
    if (feed->unanswered)
        request_unanswered(request);
    else
        answer_string_problem(request, PROBLEM_BAD_REQUEST, "the expression takes too long to match");
}
