/* The proof that somebody is paged at every minute (config/gaps.c). */
#pragma once

#include "config/config.h"

/* A time when nobody would be paged for a service, whatever the step of its escalation. */
struct config_gap {
    const struct service *service;
    const char *timezone; /* of the first schedule of its chain, or "UTC" */
    int64_t from_us, until_us;
};
struct config_gaps {
    LIST(struct config_gap) list;
};
void config_gaps(struct arena *arena, const struct config *config, int64_t from_us, int64_t until_us,
                 struct config_gaps *ret_gaps);
