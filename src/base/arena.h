/* Memory with one owner and one end: a request, a job, a parsed document.
 *
 * Everything allocated from an arena lives until arena_free() or arena_reset(); there is no single free.
 * Allocation never returns NULL: a program that is out of memory ends with a message (exit 71). What a
 * client can grow is bounded before it is allocated. An arena belongs to one thread at a time. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);

/* Frees all of it; NULL is allowed. */
void arena_free(struct arena *arena);

/* Forgets everything allocated and keeps one block for reuse. */
void arena_reset(struct arena *arena);

/* Bytes handed out since the start or the last reset. */
size_t arena_used_bytes(const struct arena *arena);

/* Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t n_bytes);
/* The same as it comes: for what is written before it is read, and too much to write twice. */
void *arena_room(struct arena *arena, size_t n_bytes);

/* Copies with a closing NUL. arena_strdup(NULL) is NULL. */
char *arena_strdup(struct arena *arena, const char *s);
char *arena_strndup(struct arena *arena, const char *s, size_t n_bytes);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list ap)
    __attribute__((format(printf, 2, 0)));

/* malloc family without NULL, for the process lifetime and for objects with their own end. */
void *heap_alloc(size_t n_bytes);
void *heap_resize(void *p, size_t n_bytes);
char *heap_strdup(const char *s);

static inline void heap_free_(void *pp)
{
    __builtin_free(*(void **)pp);
}
static inline void arena_free_(struct arena **arena)
{
    arena_free(*arena);
}
/* Freed when the scope ends. */
#define scoped_heap  __attribute__((cleanup(heap_free_)))
#define scoped_arena __attribute__((cleanup(arena_free_)))
