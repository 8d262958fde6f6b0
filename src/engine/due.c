#include "engine/due.h"

#include "base/must.h"

static int is_before(const struct due *a, const struct due *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->order < b->order;
}

static void put(struct due_heap *heap, uint32_t place, struct due *due)
{
    heap->nodes[place] = due;
    due->place = place + 1;
}

static void rise(struct due_heap *heap, uint32_t place, struct due *due)
{
    while (place > 0 && is_before(due, heap->nodes[(place - 1) / 2])) {
        put(heap, place, heap->nodes[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(heap, place, due);
}

static void sink(struct due_heap *heap, uint32_t place, struct due *due)
{
    for (;;) {
        uint32_t child = 2 * place + 1;
        if (child >= heap->n)
            break;
        if (child + 1 < heap->n && is_before(heap->nodes[child + 1], heap->nodes[child]))
            child++;
        if (!is_before(heap->nodes[child], due))
            break;
        put(heap, place, heap->nodes[child]);
        place = child;
    }
    put(heap, place, due);
}

void due_set(struct due_heap *heap, struct due *due, int64_t at_us)
{
    due_clear(heap, due);
    if (heap->n == heap->capacity) {
        must(heap->capacity < UINT32_MAX / 2);
        heap->capacity = heap->capacity ? heap->capacity * 2 : 64;
        heap->nodes = heap_resize(heap->nodes, heap->capacity * sizeof(struct due *));
    }
    due->at_us = at_us;
    due->order = ++heap->n_set;
    rise(heap, heap->n++, due);
}

void due_clear(struct due_heap *heap, struct due *due)
{
    if (!due->place)
        return;
    uint32_t place = due->place - 1;
    must(place < heap->n && heap->nodes[place] == due);
    struct due *last = heap->nodes[--heap->n];
    due->place = 0;
    if (last == due)
        return;
    if (is_before(last, due))
        rise(heap, place, last);
    else
        sink(heap, place, last);
}
