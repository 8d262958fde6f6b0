#include "api/door.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/thread.h"

enum { MOST_WAIT = 16 };

struct door {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct {
        struct request *request;
        void (*work)(struct request *request);
    } waiting[MOST_WAIT];
    size_t first, n;
    bool started, ending;
};

static void *run(void *context)
{
    struct door *door = context;
    pthread_mutex_lock(&door->lock);
    while (!door->ending || door->n) {
        if (!door->n) {
            pthread_cond_wait(&door->changed, &door->lock);
            continue;
        }
        struct request *request = door->waiting[door->first].request;
        void (*work)(struct request *) = door->waiting[door->first].work;
        door->first = (door->first + 1) % MOST_WAIT;
        door->n--;
        pthread_mutex_unlock(&door->lock);
        work(request);
        pthread_mutex_lock(&door->lock);
    }
    pthread_mutex_unlock(&door->lock);
    return NULL;
}

struct door *door_new(void)
{
    struct door *door = heap_alloc(sizeof *door);
    pthread_mutex_init(&door->lock, NULL);
    pthread_cond_init(&door->changed, NULL);
    return door;
}

bool door_take(struct door *door, struct request *request, void (*work)(struct request *request))
{
    pthread_mutex_lock(&door->lock);
    if (!door->started) /* most servers live for weeks without anybody signing in */
        door->started = thread_start(&door->thread, run, door) == 0;
    bool taken = door->started && door->n < MOST_WAIT;
    if (taken) {
        size_t at = (door->first + door->n++) % MOST_WAIT;
        door->waiting[at].request = request;
        door->waiting[at].work = work;
        pthread_cond_signal(&door->changed);
    }
    pthread_mutex_unlock(&door->lock);
    return taken;
}

void door_free(struct door *door)
{
    if (!door)
        return;
    pthread_mutex_lock(&door->lock);
    door->ending = true;
    pthread_cond_signal(&door->changed);
    pthread_mutex_unlock(&door->lock);
    if (door->started)
        pthread_join(door->thread, NULL);
    pthread_cond_destroy(&door->changed);
    pthread_mutex_destroy(&door->lock);
    free(door);
}
