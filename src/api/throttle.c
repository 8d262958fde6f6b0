#include "api/throttle.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"

enum { MOST = 10000, DOUBLINGS = 10 };

struct tries {
    int n_failed;
    int64_t next_us; /* wall clock */
};

struct throttle {
    pthread_mutex_t lock;
    struct map *by_who; /* struct tries */
};

struct throttle *throttle_new(void)
{
    struct throttle *throttle = heap_alloc(sizeof *throttle);
    pthread_mutex_init(&throttle->lock, NULL);
    throttle->by_who = map_new();
    return throttle;
}

static void forget_all(struct throttle *throttle)
{
    size_t position = 0;
    for (void *tries; (tries = map_next(throttle->by_who, &position));)
        free(tries);
    map_free(throttle->by_who);
    throttle->by_who = NULL;
}

void throttle_free(struct throttle *throttle)
{
    if (!throttle)
        return;
    forget_all(throttle);
    pthread_mutex_destroy(&throttle->lock);
    free(throttle);
}

int64_t throttle_wait_s(struct throttle *throttle, const char *who, int64_t now_us)
{
    pthread_mutex_lock(&throttle->lock);
    const struct tries *tries = map_get(throttle->by_who, who, strlen(who));
    int64_t wait_us = tries ? tries->next_us - now_us : 0;
    pthread_mutex_unlock(&throttle->lock);
    if (wait_us > THROTTLE_LONGEST_S * US_PER_S) /* the clock was set back */
        wait_us = THROTTLE_LONGEST_S * US_PER_S;
    return wait_us > 0 ? (wait_us + US_PER_S - 1) / US_PER_S : 0;
}

bool throttle_failed(struct throttle *throttle, const char *who, int64_t now_us)
{
    pthread_mutex_lock(&throttle->lock);
    if (map_count(throttle->by_who) >= MOST) { /* many guess at once: better all anew than without bound */
        forget_all(throttle);
        throttle->by_who = map_new();
    }
    struct tries *tries = map_get(throttle->by_who, who, strlen(who));
    if (!tries) {
        tries = heap_alloc(sizeof *tries);
        map_put(throttle->by_who, who, strlen(who), tries);
    }
    int over = ++tries->n_failed - THROTTLE_FREE_TRIES;
    if (over >= 0) {
        int64_t wait_s = over < DOUBLINGS ? INT64_C(1) << over : THROTTLE_LONGEST_S;
        tries->next_us = now_us + wait_s * US_PER_S;
    }
    pthread_mutex_unlock(&throttle->lock);
    return over == 0;
}

void throttle_succeeded(struct throttle *throttle, const char *who)
{
    pthread_mutex_lock(&throttle->lock);
    free(map_remove(throttle->by_who, who, strlen(who)));
    pthread_mutex_unlock(&throttle->lock);
}
