/* The heap made ready ahead. Memory that grows alert by alert is given by the system page by page, each when
 * it is first written to, which costs several times as much as all at once. */
#pragma once

#include <stddef.h>

enum { AHEAD_BYTES = 64 * 1024 };

/* How far the heap of the main thread reached at the last look; starts as {0}. */
struct heap_edge {
    const char *at;
};

/* From now on the heap grows by AHEAD_BYTES. */
void heap_grows_ahead(void);
/* Has the system give the pages that lie in it, which are written to soon. */
void memory_make_ready(void *memory, size_t n_bytes);
/* Has the system give the heap that much at once, for what a start is about to take. Less than what malloc(3)
 * maps on its own. */
void heap_make_ready(size_t n_bytes);
/* Has the system give what the heap grew by since the last look, unless that was much more at once: then it
 * is one large piece, of which nobody knows how much will be used. On the main thread; nearly free when it
 * has not grown. */
void heap_ahead(struct heap_edge *edge);
