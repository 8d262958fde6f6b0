/* Who plays which part in an incident: one row a role and person, also when they have handed it over. */
#pragma once

#include <stdint.h>

struct role_holder {
    int64_t incident;
    const char *role;   /* "commander", or the runbook's own: "clinical-director" */
    const char *person; /* id in the configuration */
    const char *assigned_by;
    int64_t since_us;
    int64_t until_us; /* handed over then; 0: holds it */
};
