#include "watch/tallies.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"

struct slot {
    int64_t at_us;
    uint64_t n;
};

struct tally {
    size_t n_name, n_slots;
    uint64_t n_found; /* in this look */
    struct slot slots[SLOTS_MOST];
    char name[];
};

struct tallies {
    struct map *by_name;
};

struct tallies *tallies_new(void)
{
    struct tallies *tallies = heap_alloc(sizeof *tallies);
    tallies->by_name = map_new();
    return tallies;
}

void tallies_free(struct tallies *tallies)
{
    size_t position = 0;
    if (!tallies)
        return;
    for (void *tally; (tally = map_next(tallies->by_name, &position));)
        free(tally);
    map_free(tallies->by_name);
    free(tallies);
}

int tallies_add(struct tallies *tallies, const char *name, size_t n_name)
{
    struct tally *tally = map_get(tallies->by_name, name, n_name);
    if (!tally) {
        if (map_count(tallies->by_name) >= NAMES_MOST)
            return -1;
        tally = heap_alloc(sizeof *tally + n_name + 1);
        memcpy(tally->name, name, n_name);
        tally->n_name = n_name;
        map_put(tallies->by_name, name, n_name, tally);
    }
    tally->n_found++;
    return 0;
}

/* What came so shortly after the newest slot that both count as one moment joins it. */
static void tally_settle(struct tally *tally, int64_t window_us, int64_t now_us)
{
    size_t first = 0;
    while (first < tally->n_slots && now_us - tally->slots[first].at_us >= window_us)
        first++;
    tally->n_slots -= first;
    memmove(tally->slots, tally->slots + first, tally->n_slots * sizeof *tally->slots);
    struct slot *last = tally->n_slots ? &tally->slots[tally->n_slots - 1] : NULL;
    if (last && (tally->n_slots == SLOTS_MOST || now_us - last->at_us < window_us / (SLOTS_MOST - 2)))
        last->n += tally->n_found;
    else if (tally->n_found)
        tally->slots[tally->n_slots++] = (struct slot){now_us, tally->n_found};
    tally->n_found = 0;
}

void tallies_settle(struct tallies *tallies, int64_t window_us, int64_t now_us)
{
    size_t position = 0;
    for (struct tally *tally; (tally = map_next(tallies->by_name, &position));) {
        tally_settle(tally, window_us, now_us);
        if (tally->n_slots == 0)
            free(map_remove(tallies->by_name, tally->name, tally->n_name));
    }
}

const char *tallies_next(const struct tallies *tallies, size_t *position, size_t *ret_n_name, uint64_t *ret_n)
{
    const struct tally *tally = map_next(tallies->by_name, position);
    if (!tally)
        return NULL;
    *ret_n = 0;
    *ret_n_name = tally->n_name;
    for (size_t i = 0; i < tally->n_slots; i++)
        *ret_n += tally->slots[i].n;
    return tally->name;
}
