/* Commits that wait for the disk. While one is synced on a thread of its own, the engine thread decides what
 * came meanwhile; a sync takes as long as a few requests do. Who asked is answered by this thread as soon as
 * the commit is durable; what the decisions ask for outside is carried out by the engine thread after that,
 * in their order.
 *
 * Few may wait: a disk that hangs must make the queue full, not the memory. */
#include <stdlib.h>

#include "base/thread.h"
#include "role/core_priv.h"

enum { MOST_COMMITS = 4 };

void core_sync_open(struct core *core)
{
    struct syncing *syncing = &core->syncing;
    pthread_mutex_init(&syncing->lock, NULL);
    pthread_cond_init(&syncing->changed, NULL);
    syncing->last_waiting = &syncing->waiting;
    syncing->last_synced = &syncing->synced;
}

/* Everything that is committed by now, with one sync. */
static void sync_waiting(struct core *core)
{
    struct syncing *syncing = &core->syncing;
    struct err err = {0};
    struct kept_commit *first = syncing->waiting, **last = syncing->last_waiting;
    size_t n = 0;
    syncing->waiting = NULL;
    syncing->last_waiting = &syncing->waiting;
    pthread_mutex_unlock(&syncing->lock);
    bool durable = ledger_sync(core->ledger, &err) == 0;
    for (struct kept_commit *commit = first; commit; commit = commit->next, n++)
        jobs_answer(commit->jobs, durable ? commit->decided : NULL);
    pthread_mutex_lock(&syncing->lock);
    *syncing->last_synced = first;
    syncing->last_synced = last;
    syncing->n_commits -= n;
    if (!durable && !syncing->failed) {
        syncing->failed = true;
        syncing->err = err;
    }
    pthread_cond_broadcast(&syncing->changed);
    uv_async_send(&core->wake);
}

static void *work(void *context)
{
    struct core *core = context;
    struct syncing *syncing = &core->syncing;
    pthread_mutex_lock(&syncing->lock);
    while (syncing->waiting || !syncing->ending) {
        if (syncing->waiting)
            sync_waiting(core);
        else
            pthread_cond_wait(&syncing->changed, &syncing->lock);
    }
    pthread_mutex_unlock(&syncing->lock);
    return NULL;
}

bool core_sync_is_busy(struct core *core)
{
    struct syncing *syncing = &core->syncing;
    pthread_mutex_lock(&syncing->lock);
    bool busy = syncing->n_commits || syncing->synced;
    pthread_mutex_unlock(&syncing->lock);
    return busy;
}

bool core_sync_start(struct core *core)
{
    struct syncing *syncing = &core->syncing;
    if (!syncing->started)
        syncing->started = thread_start(&syncing->thread, work, core) == 0;
    return syncing->started;
}

void core_sync_later(struct core *core, struct job *jobs, struct decisions *decided, size_t n_decided)
{
    struct syncing *syncing = &core->syncing;
    struct kept_commit *commit = heap_alloc(sizeof *commit);
    *commit =
        (struct kept_commit){.jobs = jobs, .decided = decided, .n_decided = n_decided, .arena = core->arena};
    core->arena = arena_new();
    pthread_mutex_lock(&syncing->lock);
    while (syncing->n_commits >= MOST_COMMITS)
        pthread_cond_wait(&syncing->changed, &syncing->lock);
    *syncing->last_waiting = commit;
    syncing->last_waiting = &commit->next;
    syncing->n_commits++;
    pthread_cond_broadcast(&syncing->changed);
    pthread_mutex_unlock(&syncing->lock);
}

void core_sync_carry_out(struct core *core)
{
    struct syncing *syncing = &core->syncing;
    pthread_mutex_lock(&syncing->lock);
    struct kept_commit *commit = syncing->synced;
    bool failed = syncing->failed;
    syncing->synced = NULL;
    syncing->last_synced = &syncing->synced;
    pthread_mutex_unlock(&syncing->lock);
    if (failed && !core->ledger_failed)
        core_ledger_failed(core, -1, &syncing->err);
    for (struct kept_commit *next; commit; commit = next) {
        next = commit->next;
        for (size_t i = 0; i < commit->n_decided; i++)
            core_carry_out(core, &commit->decided[i]);
        arena_free(commit->arena);
        free(commit->decided);
        free(commit);
    }
}

void core_sync_end(struct core *core)
{
    struct syncing *syncing = &core->syncing;
    pthread_mutex_lock(&syncing->lock);
    syncing->ending = true;
    pthread_cond_broadcast(&syncing->changed);
    pthread_mutex_unlock(&syncing->lock);
    if (syncing->started)
        pthread_join(syncing->thread, NULL);
    syncing->started = false;
}
