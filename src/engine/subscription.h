/* A browser that gets pages: what it gave us when its person said so in the console. The configuration names
 * the way ("push: phone"); this is who answers to that name now. One a person and name, the newest. */
#pragma once

#include <stdint.h>

struct push_subscription {
    const char *person, *name;
    const char *endpoint;      /* of the browser's push service */
    const char *p256dh, *auth; /* the browser's keys, base64url */
    const char *given_by;
    int64_t at_us;
};
