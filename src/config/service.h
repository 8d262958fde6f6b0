/* A service of the team: its runbook, whom it pages, and where its commands run. Included by config.h. */
#pragma once

#include <stdint.h>

#include "base/list.h"
#include "config/target.h"
#include "runbook/label.h"

struct escalation_step {
    struct strings notify; /* "person:ana", "schedule:primary" */
    int64_t after_s;       /* since the step before; UNSTATED (INT64_MIN): what the severity says */
    int line;
};

struct service {
    const char *id;
    const char *public_name;  /* on the status page; NULL: it is not shown there */
    const char *statuspage;   /* id of its component on Statuspage; NULL: none */
    const char *runbook;      /* path in the runbook folder, or NULL: searched in all */
    LIST(struct label) match; /* all of them must be equal; empty: label service equals id */
    LIST(struct escalation_step) escalation;
    struct strings depends_on; /* ids of services without which this one cannot work; no cycles */
    struct target target;      /* where its commands run */
    int line;
};
