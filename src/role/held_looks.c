#include "role/held_looks.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "role/flood.h"

/* Whether it is a flood shows after a while only. */
enum { SHORTEST_US = 60000, LONGEST_US = 3000000, ASK_AGAIN_MS = 20 };

struct held_look {
    struct held_look *next;
    struct buf order;
};

struct held_looks {
    void (*start)(void *context, const void *order, size_t n_bytes);
    void *context;
    struct held_look *first, **last;
    int64_t since_us; /* of the first */
    bool has_started; /* one, in this turn */
    struct flood flood;
};

struct held_looks *held_looks_new(void (*start)(void *, const void *, size_t), void *context)
{
    struct held_looks *looks = heap_alloc(sizeof *looks);
    *looks = (struct held_looks){.start = start, .context = context, .last = &looks->first};
    return looks;
}

void held_looks_add(struct held_looks *looks, const void *order, size_t n_bytes, bool others_wait,
                    int64_t now_us)
{
    if (!looks->first && !looks->has_started && !others_wait && !flood_is_on(&looks->flood, now_us)) {
        looks->has_started = true;
        looks->start(looks->context, order, n_bytes);
        return;
    }
    struct held_look *look = heap_alloc(sizeof *look);
    *look = (struct held_look){0};
    buf_add(&look->order, order, n_bytes);
    if (!looks->first)
        looks->since_us = now_us;
    *looks->last = look;
    looks->last = &look->next;
}

static void end_all(struct held_looks *looks, bool starts)
{
    struct held_look *look = looks->first;
    looks->first = NULL;
    looks->last = &looks->first;
    while (look) {
        struct held_look *next = look->next;
        if (starts)
            looks->start(looks->context, look->order.at, look->order.n_bytes);
        buf_free(&look->order);
        free(look);
        look = next;
    }
}

void held_looks_start(struct held_looks *looks)
{
    end_all(looks, true);
}

void held_looks_free(struct held_looks *looks)
{
    if (!looks)
        return;
    end_all(looks, false);
    free(looks);
}

void held_looks_turn(struct held_looks *looks, int64_t began_us, int64_t now_us, int n_requests,
                     bool others_wait)
{
    int64_t waited_us = now_us - looks->since_us;
    bool pours = others_wait;
    flood_note(&looks->flood, began_us, now_us, n_requests);
    pours |= flood_is_on(&looks->flood, now_us);
    looks->has_started = false;
    if (looks->first && (waited_us >= LONGEST_US || (waited_us >= SHORTEST_US && !pours)))
        held_looks_start(looks);
}

uint64_t held_looks_wait_ms(const struct held_looks *looks)
{
    return looks->first ? ASK_AGAIN_MS : UINT64_MAX;
}
