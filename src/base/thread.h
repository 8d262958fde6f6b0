/* A thread beside the one of the loop. */
#pragma once

#include <pthread.h>

/* Starts it with all signals blocked: they are for the thread of the loop. 0, or what pthread_create(3) says.
 */
int thread_start(pthread_t *ret_thread, void *(*work)(void *context), void *context);
