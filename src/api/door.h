/* A thread for what takes a tenth of a second and much memory: hashing passwords. One at a time, so that
 * nobody who tries to sign in keeps an alert waiting. */
#pragma once

#include <stdbool.h>

struct door;
struct request;

struct door *door_new(void);
void door_free(struct door *door); /* nothing may wait any more; NULL is allowed */
/* Does the work on that thread, which ends by request_submit_suspended() or request_decided(). False: too
 * many wait. The request is suspended already. */
bool door_take(struct door *door, struct request *request, void (*work)(struct request *request));
