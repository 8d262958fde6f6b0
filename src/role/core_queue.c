#include "role/core_priv.h"

void queue_init(struct job_queue *queue)
{
    *queue = (struct job_queue){.last = &queue->first};
    pthread_mutex_init(&queue->lock, NULL);
}

int queue_push(struct job_queue *queue, struct job *job)
{
    pthread_mutex_lock(&queue->lock);
    bool full = queue->closed || queue->n_jobs >= QUEUE_JOBS || queue->n_bytes + job->n_bytes > QUEUE_BYTES;
    if (!full) {
        job->next = NULL;
        *queue->last = job;
        queue->last = &job->next;
        queue->n_jobs++;
        queue->n_bytes += job->n_bytes;
    }
    pthread_mutex_unlock(&queue->lock);
    return full ? -1 : 0;
}

struct job *queue_take_all(struct job_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    struct job *jobs = queue->first;
    queue->first = NULL;
    queue->last = &queue->first;
    queue->n_jobs = queue->n_bytes = 0;
    pthread_mutex_unlock(&queue->lock);
    return jobs;
}

bool queue_is_empty(struct job_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    bool empty = !queue->first;
    pthread_mutex_unlock(&queue->lock);
    return empty;
}

void queue_close(struct job_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_mutex_unlock(&queue->lock);
}

void queue_free(struct job_queue *queue)
{
    pthread_mutex_destroy(&queue->lock);
}
