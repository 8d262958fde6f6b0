#include "base/thread.h"

#include <signal.h>

int thread_start(pthread_t *ret_thread, void *(*work)(void *context), void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(ret_thread, NULL, work, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}
