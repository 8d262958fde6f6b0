/* Memory for one parse of cmark, from an arena: the tree is walked once and let go as a whole, and giving its
 * many small pieces back one by one was a tenth of the parse. cmark's own arena is one for the whole process,
 * so that two threads could not parse. Each piece has its size in front, which realloc() asks for. */
#include "runbook/document_priv.h"

#include <string.h>

/* cmark hands its allocator no place to keep anything: a parse is within one call on one thread. */
static _Thread_local struct arena *parse_memory;

struct piece {
    size_t n_bytes;
    max_align_t bytes[];
};

static void *piece_new(size_t n, size_t n_each)
{
    struct piece *piece = arena_alloc(parse_memory, sizeof *piece + n * n_each);
    piece->n_bytes = n * n_each;
    return piece->bytes;
}

static void *piece_resize(void *at, size_t n_bytes)
{
    size_t n_held = at ? ((struct piece *)at)[-1].n_bytes : 0;
    if (at && n_bytes <= n_held)
        return at;
    void *grown = piece_new(1, n_bytes);
    if (at)
        memcpy(grown, at, n_held);
    return grown;
}

static void piece_forget(void *at)
{
    (void)at;
}

cmark_mem *document_memory(struct arena *arena)
{
    static cmark_mem pieces = {piece_new, piece_resize, piece_forget};
    parse_memory = arena;
    return &pieces;
}
