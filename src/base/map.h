/* A hash map from bytes to pointers. Keys are copied; values belong to the caller. SipHash with a random key,
 * so that nobody outside can choose colliding keys. Iteration order is insertion order while nothing is
 * removed. */
#pragma once

#include <stddef.h>

struct map;

struct map *map_new(void);
void map_free(struct map *map); /* NULL is allowed; values are not touched */
size_t map_count(const struct map *map);

/* The value, or NULL. */
void *map_get(const struct map *map, const void *key, size_t key_bytes);
/* Adds or replaces; value is not NULL. */
void map_put(struct map *map, const void *key, size_t key_bytes, void *value);
/* Takes it out and gives it, or NULL. */
void *map_remove(struct map *map, const void *key, size_t key_bytes);
/* *position starts at 0; gives the next value or NULL at the end. Removing the value just given is allowed.
 */
void *map_next(const struct map *map, size_t *position);
