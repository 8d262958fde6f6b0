#include "role/held_looks.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "role/flood.h"

/* Whether it is a flood shows after a while only. */
enum { SHORTEST_US = 60000, LONGEST_US = 3000000, ASK_AGAIN_MS = 20 };
enum {
    AT_ONCE = 24,
    WORKS_US = 30000000, /* what takes longer waits for something, and keeps nobody from a processor */
};

struct held_look {
    struct held_look *next;
    int64_t run, since_us;
    struct buf order;
};

struct held_looks {
    void (*start)(void *context, const void *order, size_t n_bytes);
    void *context;
    struct held_look *first, **last;
    bool has_started; /* one, in this turn */
    struct flood flood;
    struct under_way {
        int64_t run, since_us;
    } under_way[AT_ONCE];
    size_t n_under_way;
};

struct held_looks *held_looks_new(void (*start)(void *, const void *, size_t), void *context)
{
    struct held_looks *looks = heap_alloc(sizeof *looks);
    *looks = (struct held_looks){.start = start, .context = context, .last = &looks->first};
    return looks;
}

static void leave_out(struct held_looks *looks, size_t i)
{
    looks->under_way[i] = looks->under_way[--looks->n_under_way];
}

void held_looks_ended(struct held_looks *looks, int64_t run)
{
    for (size_t i = looks->n_under_way; i-- > 0;)
        if (looks->under_way[i].run == run)
            leave_out(looks, i);
}

static bool has_room(struct held_looks *looks, int64_t now_us)
{
    for (size_t i = looks->n_under_way; i-- > 0;)
        if (now_us - looks->under_way[i].since_us > WORKS_US)
            leave_out(looks, i);
    return looks->n_under_way < AT_ONCE;
}

static void start(struct held_looks *looks, int64_t run, const void *order, size_t n_bytes, int64_t now_us)
{
    held_looks_ended(looks, run);
    if (looks->n_under_way < AT_ONCE)
        looks->under_way[looks->n_under_way++] = (struct under_way){run, now_us};
    looks->start(looks->context, order, n_bytes);
}

void held_looks_add(struct held_looks *looks, int64_t run, const void *order, size_t n_bytes,
                    bool others_wait, int64_t now_us)
{
    bool alone = !looks->first && !looks->has_started && !others_wait;
    if (alone && !flood_is_on(&looks->flood, now_us) && has_room(looks, now_us)) {
        looks->has_started = true;
        start(looks, run, order, n_bytes, now_us);
        return;
    }
    struct held_look *look = heap_alloc(sizeof *look);
    *look = (struct held_look){.run = run, .since_us = now_us};
    buf_add(&look->order, order, n_bytes);
    *looks->last = look;
    looks->last = &look->next;
}

/* Takes it out of the list. */
static struct held_look *take(struct held_looks *looks, struct held_look **at)
{
    struct held_look *look = *at;
    *at = look->next;
    if (looks->last == &look->next)
        looks->last = at;
    return look;
}

static void look_free(struct held_look *look)
{
    buf_free(&look->order);
    free(look);
}

static void start_held(struct held_looks *looks, struct held_look **at, int64_t now_us)
{
    struct held_look *look = take(looks, at);
    start(looks, look->run, look->order.at, look->order.n_bytes, now_us);
    look_free(look);
}

void held_looks_start(struct held_looks *looks, int64_t run, int64_t now_us)
{
    struct held_look **at = &looks->first;
    while (*at && (*at)->run != run)
        at = &(*at)->next;
    if (*at)
        start_held(looks, at, now_us);
}

void held_looks_free(struct held_looks *looks)
{
    if (!looks)
        return;
    while (looks->first)
        look_free(take(looks, &looks->first));
    free(looks);
}

static bool may_start(struct held_looks *looks, bool pours, int64_t now_us)
{
    int64_t waited_us = now_us - looks->first->since_us;
    return waited_us >= (pours ? LONGEST_US : SHORTEST_US) && has_room(looks, now_us);
}

void held_looks_turn(struct held_looks *looks, int64_t began_us, int64_t now_us, int n_requests,
                     bool others_wait)
{
    flood_note(&looks->flood, began_us, now_us, n_requests);
    looks->has_started = false;
    bool pours = others_wait || flood_is_on(&looks->flood, now_us);
    while (looks->first && may_start(looks, pours, now_us))
        start_held(looks, &looks->first, now_us);
}

uint64_t held_looks_wait_ms(const struct held_looks *looks)
{
    return looks->first ? ASK_AGAIN_MS : UINT64_MAX;
}
