/* One lock for what is spare: it is held for a few instructions only. What is under way is counted without
 * it, and who counts down to nothing takes it to tell who waits for that. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "api/pool.h"
#include "api/request.h"
#include "base/arena.h"

enum { SPARE_REQUESTS = 64, SPARE_LEDGERS = 8, SPARE_READINGS = 2 };

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct request *requests;
    size_t n_requests;
    struct ledger *ledgers[SPARE_LEDGERS];
    size_t n_ledgers;
    struct reading *readings;
    size_t n_readings;
    atomic_size_t n_in_use[N_USES];
    atomic_bool stopping;
};

struct pool *pool_new(void)
{
    struct pool *pool = heap_alloc(sizeof *pool);
    pthread_condattr_t monotonic;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return pool;
}

static void reading_free(struct reading *reading)
{
    json_document_free(reading->document);
    ledger_packer_free(reading->packer);
    heap_free_(&reading);
}

void pool_free(struct pool *pool)
{
    while (pool->requests) {
        struct request *request = pool->requests;
        pool->requests = request->next;
        request_free(request);
    }
    while (pool->readings) {
        struct reading *reading = pool->readings;
        pool->readings = reading->next;
        reading_free(reading);
    }
    for (size_t i = 0; i < pool->n_ledgers; i++)
        ledger_close(pool->ledgers[i]);
    pthread_cond_destroy(&pool->ended);
    pthread_mutex_destroy(&pool->lock);
    heap_free_(&pool);
}

struct request *pool_take_request(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct request *request = pool->requests;
    if (request) {
        pool->requests = request->next;
        pool->n_requests--;
    }
    pthread_mutex_unlock(&pool->lock);
    return request;
}

void pool_give_request(struct pool *pool, struct request *request)
{
    pthread_mutex_lock(&pool->lock);
    bool keep = pool->n_requests < SPARE_REQUESTS;
    if (keep) {
        request->next = pool->requests;
        pool->requests = request;
        pool->n_requests++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (!keep)
        request_free(request);
}

struct ledger *pool_take_ledger(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct ledger *ledger = pool->n_ledgers ? pool->ledgers[--pool->n_ledgers] : NULL;
    pthread_mutex_unlock(&pool->lock);
    return ledger;
}

void pool_give_ledger(struct pool *pool, struct ledger *ledger)
{
    pthread_mutex_lock(&pool->lock);
    bool keep = pool->n_ledgers < SPARE_LEDGERS;
    if (keep)
        pool->ledgers[pool->n_ledgers++] = ledger;
    pthread_mutex_unlock(&pool->lock);
    if (!keep)
        ledger_close(ledger);
}

struct reading *pool_take_reading(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct reading *reading = pool->readings;
    if (reading) {
        pool->readings = reading->next;
        pool->n_readings--;
    }
    pthread_mutex_unlock(&pool->lock);
    if (reading)
        return reading;
    reading = heap_alloc(sizeof *reading);
    reading->document = json_document_new();
    reading->packer = ledger_packer_new();
    return reading;
}

void pool_give_reading(struct pool *pool, struct reading *reading)
{
    pthread_mutex_lock(&pool->lock);
    bool keep = pool->n_readings < SPARE_READINGS;
    if (keep) {
        reading->next = pool->readings;
        pool->readings = reading;
        pool->n_readings++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (!keep)
        reading_free(reading);
}

void pool_begin(struct pool *pool, enum use use)
{
    atomic_fetch_add(&pool->n_in_use[use], 1);
}

void pool_end(struct pool *pool, enum use use)
{
    if (atomic_fetch_sub(&pool->n_in_use[use], 1) > 1)
        return;
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->ended);
    pthread_mutex_unlock(&pool->lock);
}

void pool_stop(struct pool *pool)
{
    atomic_store(&pool->stopping, true);
}

bool pool_stopping(struct pool *pool)
{
    return atomic_load(&pool->stopping);
}

bool pool_wait_idle(struct pool *pool, enum use use, int64_t most_s)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until); /* the kernel's wait wants the kernel's clock */
    until.tv_sec += most_s;
    pthread_mutex_lock(&pool->lock);
    int failed = 0;
    while (atomic_load(&pool->n_in_use[use]) && !failed)
        failed = pthread_cond_timedwait(&pool->ended, &pool->lock, &until);
    bool idle = atomic_load(&pool->n_in_use[use]) == 0;
    pthread_mutex_unlock(&pool->lock);
    return idle;
}
