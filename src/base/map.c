#include "base/map.h"

#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/must.h"

/* Entries stand in insertion order in one array; the table holds their positions + 1 (0: free). A removed
 * entry leaves a hole (value NULL) that the next rebuild closes. */
struct entry {
    uint64_t hash;
    void *key;
    size_t key_bytes;
    void *value;
};

struct map {
    struct entry *entries;
    size_t n_entries, entries_capacity;
    uint32_t *table;
    size_t table_size; /* a power of two */
    size_t n_live;
};

/* Drawn once a process: who sends keys does not know it, and no map shows it by its order. */
static unsigned char secret[crypto_shorthash_KEYBYTES];

static void secret_draw(void)
{
    randombytes_buf(secret, sizeof secret);
}

struct map *map_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    must(pthread_once(&once, secret_draw) == 0);
    return heap_alloc(sizeof(struct map));
}

void map_free(struct map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < map->n_entries; i++)
        free(map->entries[i].key);
    free(map->entries);
    free(map->table);
    free(map);
}

size_t map_count(const struct map *map)
{
    return map->n_live;
}

static uint64_t hash_of(const void *key, size_t key_bytes)
{
    uint64_t hash;
    crypto_shorthash((unsigned char *)&hash, key, key_bytes, secret);
    return hash;
}

/* The slot of the key, or the free slot where it would go. */
static size_t slot_of(const struct map *map, uint64_t hash, const void *key, size_t key_bytes)
{
    size_t slot = hash & (map->table_size - 1);
    for (; map->table[slot]; slot = (slot + 1) & (map->table_size - 1)) {
        const struct entry *entry = &map->entries[map->table[slot] - 1];
        if (entry->value && entry->hash == hash && entry->key_bytes == key_bytes &&
            memcmp(entry->key, key, key_bytes) == 0)
            break;
    }
    return slot;
}

static void rebuild(struct map *map, size_t table_size)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->n_entries; i++)
        if (map->entries[i].value)
            map->entries[kept++] = map->entries[i];
    map->n_entries = kept;
    free(map->table);
    map->table = heap_alloc(table_size * sizeof *map->table);
    map->table_size = table_size;
    for (size_t i = 0; i < kept; i++) {
        size_t slot = map->entries[i].hash & (table_size - 1);
        while (map->table[slot])
            slot = (slot + 1) & (table_size - 1);
        map->table[slot] = (uint32_t)i + 1;
    }
}

void *map_get(const struct map *map, const void *key, size_t key_bytes)
{
    if (!map->table_size)
        return NULL;
    size_t slot = slot_of(map, hash_of(key, key_bytes), key, key_bytes);
    return map->table[slot] ? map->entries[map->table[slot] - 1].value : NULL;
}

void map_put(struct map *map, const void *key, size_t key_bytes, void *value)
{
    if (2 * (map->n_entries + 1) > map->table_size) {
        size_t size = 16;
        while (size < 4 * (map->n_live + 1))
            size *= 2;
        rebuild(map, size);
    }
    uint64_t hash = hash_of(key, key_bytes);
    size_t slot = slot_of(map, hash, key, key_bytes);
    if (map->table[slot]) {
        map->entries[map->table[slot] - 1].value = value;
        return;
    }
    if (map->n_entries == map->entries_capacity) {
        map->entries_capacity = map->entries_capacity ? map->entries_capacity * 2 : 16;
        map->entries = heap_resize(map->entries, map->entries_capacity * sizeof *map->entries);
    }
    void *copy = heap_alloc(key_bytes);
    memcpy(copy, key, key_bytes);
    map->entries[map->n_entries++] = (struct entry){hash, copy, key_bytes, value};
    map->table[slot] = (uint32_t)map->n_entries;
    map->n_live++;
}

void *map_remove(struct map *map, const void *key, size_t key_bytes)
{
    if (!map->table_size)
        return NULL;
    size_t slot = slot_of(map, hash_of(key, key_bytes), key, key_bytes);
    if (!map->table[slot])
        return NULL;
    struct entry *entry = &map->entries[map->table[slot] - 1];
    void *value = entry->value;
    free(entry->key);
    *entry = (struct entry){0}; /* its slot stays taken, so that probing goes on past it */
    map->n_live--;
    return value;
}

void *map_next(const struct map *map, size_t *position)
{
    while (*position < map->n_entries) {
        void *value = map->entries[(*position)++].value;
        if (value)
            return value;
    }
    return NULL;
}
