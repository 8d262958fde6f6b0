/* A drill file: what is broken, what must be noticed, who does what, and how it is seen that it is well
 * again.
 *
 *     scenario: S002.service-down
 *     about: The API container has ended.
 *     runbook: pneumonia-detector.md
 *     inject: {container.pneumonia-detector-api.state: exited}  # and break: a command in the work tree
 *     detect:
 *       url: http://pneumonia-detector:8000/health     # fails when it gives no 2xx within 2 s
 *       when: not healthy                              # a formula of the ward (ward/README.md)
 *       shell: "false"                                 # a command that succeeds while there is trouble
 *       alert: {alertname: ServiceDown, severity: critical}
 *       summary: the health check fails
 *     # or, instead of all these, the server's own checks (docs/checks.md) notice it:
 *       checks:
 *         - {id: health, alert: ServiceDown, tcp: {address: "pneumonia-detector:8000"}}
 *     expect: {procedure: Service down, severity: SEV-1}
 *     respond:
 *       - run: docker-compose restart api              # the first waiting command that holds these words
 *     verify: healthy
 *     lacks: [what the runbook does not say]
 *
 * docs/drills.md has all of it. A drill lies at FOLDER/SYSTEM/NAME.yaml beside the system.yaml of its ward.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list.h"

struct drill_pair {
    const char *name, *value;
    bool is_number;
};
struct drill_pairs {
    struct drill_pair *at;
    size_t n, capacity;
};

/* One act of the responder. */
struct drill_act {
    const char *run;           /* words of a command that waits for approval, or NULL */
    const char *open;          /* the title of a further procedure of the runbook, or NULL */
    const char *by_hand;       /* what a person does without a command of the runbook, or NULL: */
    const char *shell;         /* as this command in the system's work tree, or NULL, or */
    struct drill_pairs set;    /* in the ward */
    struct drill_pairs values; /* for the placeholders of `run`; "= FORMULA" is looked up in the ward */
};

/* A row of `checks:`. keys: the others, on one line: "every: 1s, http: {url: ...}"; may be "". */
struct drill_check {
    const char *id, *keys;
};

struct drill_plan {
    const char *name, *system; /* from the path */
    const char *path, *folder; /* of the file; of the system */
    const char *scenario, *about, *runbook;
    int64_t recover_s;         /* it is well again so long after the last act, or never */
    const char *step_time;     /* a step may last so long; "6s" */
    const char *hold_down;     /* the quiet time before the incident counts as resolved; "1s" */
    struct drill_pairs inject; /* in the ward */
    const char *breaks;        /* a command in the work tree, or NULL */
    const char *detect_url, *detect_when,
        *detect_shell;               /* one at least; all that are there must tell of it */
    struct drill_pairs alert;        /* labels of what the drill posts then; empty: the checks notice it */
    LIST(struct drill_check) checks; /* of its server; their service is the system */
    const char *summary;
    const char *procedure, *severity; /* expected; severity may be NULL */
    struct strings expected_checks;   /* ids: each of them notices it */
    LIST(struct drill_act) acts;
    const char *verify;       /* a formula of the ward */
    const char *verify_shell; /* a command that succeeds then, or NULL */
    struct strings lacks;
};

enum { DRILL_FILE_BYTES = 256 * 1024 };

/* name and system are what the result says. -1 with the line and what is wrong. In the arena. */
int drill_plan_read(struct arena *arena, const char *bytes, size_t n_bytes, struct drill_plan *ret_plan,
                    struct err *err);

struct drill_plans {
    struct drill_plan *at;
    size_t n, capacity;
};
/* All of a folder, sorted by system and name. -1: a file is wrong, or there is no such folder. */
int drill_plans_load(struct arena *arena, const char *folder, struct drill_plans *ret_plans, struct err *err);
/* "name" or "system/name"; NULL. */
const struct drill_plan *drill_plan_find(const struct drill_plans *plans, const char *name);
