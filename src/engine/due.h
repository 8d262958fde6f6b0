/* What is due when: a binary heap of nodes that live inside what they belong to, the earliest first. Nodes of
 * the same time come in the order in which they were set, so that the engine stays deterministic. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

struct due {
    int64_t at_us;
    uint64_t order;
    uint32_t place; /* in the heap, from 1; 0: not set */
    enum timer_kind kind;
};

struct due_heap {
    struct due **nodes;
    uint32_t n, capacity;
    uint64_t n_set;
};

/* Sets the node, or moves it when it is set. */
void due_set(struct due_heap *heap, struct due *due, int64_t at_us);
/* Takes it out; nothing when it is not set. */
void due_clear(struct due_heap *heap, struct due *due);

static inline struct due *due_first(const struct due_heap *heap)
{
    return heap->n ? heap->nodes[0] : NULL;
}
static inline int due_is_set(const struct due *due)
{
    return due->place != 0;
}

/* The struct that holds a node. */
#define DUE_HOLDER(due, type, member) ((type *)(void *)((char *)(due)-offsetof(type, member)))
