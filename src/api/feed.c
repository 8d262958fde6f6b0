#include "api/feed.h"

#include <stdlib.h>
#include <string.h>

enum { MATCHING_US = 10 * 1000000 };

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
    bool answered;
};

static void take_alerts(void *context, const struct engine *engine)
{
    struct piece *piece = context;
    engine_scan_alerts(engine, piece->now_us, &piece->feed->scan);
    piece->answered = true;
}

static void take_keys(void *context, const struct engine *engine)
{
    struct piece *piece = context;
    struct alert_scan scan = piece->feed->scan;
    struct buf keys = {0};
    scan.out = &keys;
    engine_scan_keys(engine, piece->now_us, &scan);
    piece->feed->scan.before = scan.before;
    piece->feed->keys_whole = scan.done;
    buf_add(&piece->feed->keys, buf_text(&keys), keys.n_bytes);
    buf_free(&keys);
    piece->answered = true;
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
    piece->answered = true;
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
    feed->backend->ask(feed->backend->core, question, &piece);
    return piece.answered;
}

static enum feed_got next_piece(struct alert_feed *feed)
{
    buf_clear(&feed->copies);
    feed->at = 0;
    feed->scan.out = &feed->copies;
    feed->scan.equalities = &feed->equalities;
    if (!feed->by_incident)
        return feed->scan.done ? FEED_END : ask(feed, take_alerts) ? FEED_PAUSE : FEED_FAILED;
    if (feed->keys_whole && feed->n_taken == count_keys(feed))
        return FEED_END;
    if (feed->keys_whole)
        return ask(feed, fetch) ? FEED_PAUSE : FEED_FAILED;
    if (!ask(feed, take_keys))
        return FEED_FAILED;
    if (feed->keys_whole && feed->keys.n_bytes)
        qsort(feed->keys.at, count_keys(feed), sizeof(struct scan_key), by_incident);
    return FEED_PAUSE;
}

const char *copy_skip(const char *p, size_t n)
{
    while (n-- > 0)
        p += strlen(p) + 1;
    return p;
}

static bool expressions_fit(struct alert_feed *feed, const struct alert_copy *copy)
{
    for (size_t i = 0; i < feed->expressions.n; i++) {
        const struct matcher *matcher = feed->expressions.at[i];
        if (!matcher_fits_value(matcher, packed_label(copy->texts, copy->n_labels, matcher->name)))
            return false;
    }
    return !feed->receiver ||
           matcher_fits_value(feed->receiver,
                              copy_skip(copy->texts, 2 * (copy->n_labels + copy->n_annotations) + 1));
}

static bool gave_up(const struct alert_feed *feed)
{
    bool any = feed->matching_us > feed->most_us || (feed->receiver && matcher_gave_up(feed->receiver));
    for (size_t i = 0; i < feed->expressions.n; i++)
        any |= matcher_gave_up(feed->expressions.at[i]);
    return any;
}

enum feed_got feed_next(struct alert_feed *feed, const struct alert_copy **ret_copy)
{
    enum { LOOKED_AT = 64 }; /* at most in one go */
    bool plain = !feed->expressions.n && !feed->receiver;
    int64_t began_us = plain ? 0 : clock_monotonic_us(feed->clock);
    bool found = false;
    if (feed->at == feed->copies.n_bytes)
        return next_piece(feed);
    for (size_t n = 0; !found && n < LOOKED_AT && feed->at < feed->copies.n_bytes; n++) {
        const struct alert_copy *copy = (const void *)(feed->copies.at + feed->at);
        feed->at += copy->n_bytes;
        found = plain || expressions_fit(feed, copy);
        *ret_copy = copy;
    }
    if (!plain)
        feed->matching_us += clock_monotonic_us(feed->clock) - began_us;
    if (gave_up(feed))
        return FEED_FAILED;
    return found ? FEED_ALERT : FEED_PAUSE;
}
