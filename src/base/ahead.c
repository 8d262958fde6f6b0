#include "base/ahead.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void heap_grows_ahead(void)
{
    mallopt(M_TOP_PAD, AHEAD_BYTES);
}

/* An older system knows no such advice, and all is as it was. */
void memory_make_ready(void *memory, size_t n_bytes)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)memory + page - 1) & ~(page - 1);
    uintptr_t until = ((uintptr_t)memory + n_bytes) & ~(page - 1);
    if (from < until)
        madvise((void *)from, until - from, MADV_POPULATE_WRITE);
}

void heap_make_ready(size_t n_bytes)
{
    void *top = malloc(n_bytes);
    if (top)
        memory_make_ready(top, n_bytes);
    free(top);
}

void heap_ahead(struct heap_edge *edge)
{
    char *from = (char *)edge->at, *end = sbrk(0);
    edge->at = end;
    if (from && end > from && end - from <= 2 * AHEAD_BYTES)
        memory_make_ready(from, (size_t)(end - from));
}
