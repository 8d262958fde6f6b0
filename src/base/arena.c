#include "base/arena.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/must.h"

enum { BLOCK_BYTES = 16 * 1024, LARGEST_BLOCK_BYTES = 1024 * 1024, EXIT_OUT_OF_MEMORY = 71 };

struct block {
    struct block *next;
    size_t n_bytes;
    size_t used;
    max_align_t bytes[];
};

struct arena {
    struct block *blocks; /* the one in use first */
    size_t used_bytes;
};

static void *never_null(void *p, size_t n_bytes)
{
    if (p || n_bytes == 0)
        return p;
    fprintf(stderr, "crashcart: out of memory while asking for %zu bytes\n", n_bytes);
    _Exit(EXIT_OUT_OF_MEMORY);
}

void *heap_alloc(size_t n_bytes)
{
    return never_null(calloc(1, n_bytes ? n_bytes : 1), n_bytes);
}

void *heap_resize(void *p, size_t n_bytes)
{
    return never_null(realloc(p, n_bytes), n_bytes);
}

char *heap_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(heap_alloc(n), s, n);
}

struct arena *arena_new(void)
{
    return heap_alloc(sizeof(struct arena));
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    arena_reset(arena);
    free(arena->blocks);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *block = arena->blocks;
    while (block && block->next) {
        struct block *next = block->next;
        free(block);
        block = next;
    }
    if (block)
        block->used = 0;
    arena->blocks = block;
    arena->used_bytes = 0;
}

size_t arena_used_bytes(const struct arena *arena)
{
    return arena->used_bytes;
}

static size_t aligned(size_t n_bytes)
{
    return (n_bytes + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
}

/* Not a part of arena_room(), which is called for every word and nearly always finds room. */
static __attribute__((noinline)) struct block *block_add(struct arena *arena, size_t need)
{
    size_t size = BLOCK_BYTES; /* grows with the arena: few large ones cost less than many */
    while (size < arena->used_bytes / 4 && size < LARGEST_BLOCK_BYTES)
        size *= 2;
    size = need > size ? need : size;
    struct block *block = never_null(malloc(sizeof *block + size), size);
    *block = (struct block){.next = arena->blocks, .n_bytes = size};
    arena->blocks = block;
    return block;
}

void *arena_room(struct arena *arena, size_t n_bytes)
{
    size_t need = aligned(n_bytes);
    struct block *block = arena->blocks;
    if (!block || block->n_bytes - block->used < need)
        block = block_add(arena, need);
    void *p = (char *)block->bytes + block->used;
    block->used += need;
    arena->used_bytes += need;
    return p;
}

void *arena_alloc(struct arena *arena, size_t n_bytes)
{
    return memset(arena_room(arena, n_bytes), 0, n_bytes);
}

char *arena_strndup(struct arena *arena, const char *s, size_t n_bytes)
{
    char *copy = arena_room(arena, n_bytes + 1);
    if (n_bytes)
        memcpy(copy, s, n_bytes);
    copy[n_bytes] = '\0';
    return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
    return s ? arena_strndup(arena, s, strlen(s)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list ap)
{
    char most[200]; /* nearly all fit: formatted once */
    va_list again;
    must(format); /* the sanitizers take it for possible, and the compiler then refuses it */
    va_copy(again, ap);
    int n = vsnprintf(most, sizeof most, format, ap);
    size_t n_bytes = n < 0 ? 0 : (size_t)n;
    char *text = arena_strndup(arena, most, n_bytes < sizeof most ? n_bytes : 0);
    if (n_bytes >= sizeof most) {
        text = arena_alloc(arena, n_bytes + 1);
        vsnprintf(text, n_bytes + 1, format, again);
    }
    va_end(again);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    char *text = arena_vprintf(arena, format, ap);
    va_end(ap);
    return text;
}

/* Makes the last allocation longer where it stands: nothing is copied, and no copy left behind. What is new
 * is not zeroed. */
static bool extend(struct arena *arena, char *at, size_t from_bytes, size_t to_bytes)
{
    struct block *block = arena->blocks;
    if (!block || !at || at + aligned(from_bytes) != (char *)block->bytes + block->used)
        return false;
    size_t more = aligned(to_bytes) - aligned(from_bytes);
    if (block->n_bytes - block->used < more)
        return false;
    block->used += more;
    arena->used_bytes += more;
    return true;
}

void *list_grow_(struct arena *arena, void *at, size_t n, size_t *capacity, size_t item_bytes)
{
    if (n >= *capacity) {
        size_t wanted = *capacity ? *capacity * 2 : 4;
        if (!extend(arena, at, *capacity * item_bytes, wanted * item_bytes)) {
            void *grown = arena_room(arena, wanted * item_bytes);
            if (n)
                memcpy(grown, at, n * item_bytes);
            at = grown;
        }
        *capacity = wanted;
    }
    memset((char *)at + n * item_bytes, 0, item_bytes); /* the one item: the others when they are pushed */
    return at;
}

void *list_settled_(struct arena *arena, const void *at, size_t n_bytes)
{
    return n_bytes ? memcpy(arena_room(arena, n_bytes), at, n_bytes) : NULL;
}
