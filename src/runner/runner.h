/* The runner acts: one approved or harmless step at a time for each run, in a process group of its own with
 * time, output and resource limits. It reads the document itself: an order names file, hash, line and
 * approval, never a command. So whoever has taken core over can run nothing that is not in the team's own
 * runbooks.
 *
 * Steps of one run share working directory and variables, as in one terminal: a folder a run below the
 * runner's data folder, with the state of the shell kept between steps. */
#pragma once

#include <uv.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "engine/run.h"
#include "runbook/repair.h"
#include "runner/redact.h"

struct runner;

struct runner_order {
    int64_t run;
    int attempt;
    const char *file, *sha256; /* the document, below the runbook folder */
    int line;                  /* of the command */
    bool approved;             /* a person said yes; without it only a read step that is not held back runs */
    const char *approved_by;
    const char *approved_sha256;     /* command_sha256() of what was approved */
    const char *repairs;             /* codes, "" and NULL: none (runbook/repair.h) */
    const struct fill_value *values; /* for its placeholders: values, never text of a command */
    size_t n_values;
    const char *service, *target; /* whose target it is, and its text as it was planned; "": this host */
};

struct runner_limits {
    int64_t step_time_us;
    size_t output_bytes;  /* kept: the first and the last half of it */
    int64_t output_rate;  /* read in a second; 0: as it comes */
    int64_t processes;    /* of a step, where a cgroup can bound them; 0: any number */
    int64_t memory_bytes; /* of each process of a step, and where a cgroup can of all together; 0: any */
};
struct config;
struct runner_limits runner_limits_of(const struct config *config);

struct runner_event {
    int64_t run;
    int attempt;
    int line;
    bool started;              /* else it is done: result is set */
    struct step_result result; /* output is redacted, valid UTF-8, and has no control
                                  characters but newline and tab */
};

/* launcher (runner/launcher.h) and rules are borrowed. What is to be masked is known to the rules by then:
 * the secrets of the environment and of targets. */
struct launcher;
struct runner *runner_new(uv_loop_t *loop, struct launcher *launcher, const struct runner_limits *limits,
                          const struct redact_rules *rules,
                          void (*report)(void *context, const struct runner_event *), void *context);
/* Ends every step (TERM, then KILL after 2 s, to all that it started) and frees; no report follows. Waits for
 * it. The loop has to turn once more before the steps' memory is free. */
void runner_free(struct runner *runner);

/* Starts it, or reports STEP_REFUSED with the reason. Steps of one run wait for each other. Never twice for
 * the same run, line and attempt: the second order is logged, and nothing is reported. */
void runner_start(struct runner *runner, const struct runner_order *order);

/* What the step that runs prints, as it comes (runner/output.h, output_watch). Before the first order. */
void runner_watch(struct runner *runner,
                  void (*watch)(void *context, int64_t run, const char *bytes, size_t n_bytes),
                  void *context);

/* A person stops what the run is doing: TERM, after 2 s KILL, to all that the step started. It is reported
 * as failed, with who stopped it. False: nothing of it runs. */
bool runner_stop(struct runner *runner, int64_t run, const char *stopped_by);

/* ---- frames ---- */
void runner_order_write(struct buf *out, const struct runner_order *order);
int runner_order_read(struct arena *arena, struct json json, struct runner_order *ret_order, struct err *err);
void runner_event_write(struct buf *out, const struct runner_event *event);
int runner_event_read(struct arena *arena, struct json json, struct runner_event *ret_event, struct err *err);
