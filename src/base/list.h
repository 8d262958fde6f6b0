/* A growing array in an arena: LIST(struct step) steps; struct step *s = list_push(arena, &steps);
 * The elements move when the list grows: keep indices, not pointers, while pushing. */
#pragma once

#include "base/arena.h"

#define LIST(type)                                                                                           \
    struct {                                                                                                 \
        type *at;                                                                                            \
        size_t n;                                                                                            \
        size_t capacity;                                                                                     \
    }

/* A list of strings, the most common one. */
struct strings {
    const char **at;
    size_t n;
    size_t capacity;
};

void *list_grow_(struct arena *arena, void *at, size_t n, size_t *capacity, size_t item_bytes);

/* Appends a zeroed element and gives its address, valid until the next push. */
#define list_push(arena, list)                                                                               \
    ((list)->at = list_grow_((arena), (list)->at, (list)->n, &(list)->capacity, sizeof *(list)->at),         \
     &(list)->at[(list)->n++])

void *list_settled_(struct arena *arena, const void *at, size_t n_bytes);

/* Moves the elements to an array of just their size in arena, out of the one that the list grew in. */
#define list_settle(arena, list)                                                                             \
    ((list)->at = list_settled_((arena), (list)->at, (list)->n * sizeof *(list)->at),                        \
     (list)->capacity = (list)->n)

#define list_each(item, list)                                                                                \
    for (typeof((list)->at + 0)(item) = (list)->at; (item) && (item) < (list)->at + (list)->n; (item)++)

/* Where a sorted array of n elements has the first for which `before`, an expression over item, is false. */
#define first_not(item, array, n, before)                                                                    \
    ({                                                                                                       \
        size_t low_ = 0, high_ = (n);                                                                        \
        while (low_ < high_) {                                                                               \
            size_t middle_ = low_ + (high_ - low_) / 2;                                                      \
            typeof((array) + 0)(item) = (array) + middle_;                                                   \
            if (before)                                                                                      \
                low_ = middle_ + 1;                                                                          \
            else                                                                                             \
                high_ = middle_;                                                                             \
        }                                                                                                    \
        low_;                                                                                                \
    })

static inline void strings_add(struct arena *arena, struct strings *list, const char *s)
{
    *list_push(arena, list) = s;
}
