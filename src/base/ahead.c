#include "base/ahead.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

void heap_grows_ahead(void)
{
    mallopt(M_TOP_PAD, AHEAD_BYTES);
}

/* An older system knows no such advice, and all is as it was. */
void heap_ahead(struct heap_edge *edge)
{
    char *from = (char *)edge->at, *end = sbrk(0);
    edge->at = end;
    if (from && end > from && end - from <= 2 * AHEAD_BYTES)
        madvise(from, (size_t)(end - from), MADV_POPULATE_WRITE);
}
