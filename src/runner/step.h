/* One step at work: its keeper, its output, its limits. For runner.c. */
#pragma once

#include <sys/types.h>

#include "runner/launcher.h"
#include "runner/output.h"
#include "runner/rate.h"
#include "runner/remote.h"
#include "runner/runner.h"

enum { RUNNER_READ_BYTES = 64 * 1024 };

struct runner {
    uv_loop_t *loop;
    struct arena *arena;
    struct launcher *launcher;
    struct runner_limits limits;
    const struct redact_rules *rules;
    void (*report)(void *context, const struct runner_event *);
    void *context;
    void (*watch)(void *context, int64_t run, const char *bytes, size_t n_bytes); /* or NULL */
    void *watch_context;
    char *read_buffer; /* of whichever step is being read */
    struct map *seen;  /* run, line and attempt of every order there was */
    struct step_work *works;
    size_t n_works;
};

enum step_limit { LIMIT_NONE, LIMIT_TIME, LIMIT_ENDLESS, LIMIT_PERSON };

struct step_work { /* in order of arrival; those of one run wait for each other */
    struct step_work *next;
    struct runner *runner;
    struct arena *arena;
    struct runner_order order;
    bool running;

    struct launched launched;
    struct remote *remote; /* its marks; NULL: it runs here */
    int64_t started_us;
    enum step_limit limit;  /* the limit that it has hit */
    const char *stopped_by; /* LIMIT_PERSON */
    int64_t limit_us;       /* the time it has */
    struct output *output;
    struct keeper_view {
        bool program_ended, ordered; /* ordered: kill or release was sent */
        int status;                  /* of the program */
        const char *remains;         /* what to say of processes that it left, or NULL */
    } keeper;
    bool was_full; /* it wanted more processes than it may have */
    struct rate rate;
    bool slowed; /* it printed faster than that */
    uv_poll_t control;
    uv_pipe_t pipe;
    uv_timer_t timer, pause; /* pause: until its output is read again */
    int n_handles;           /* still to be closed */
    bool pipe_ended;
};

/* NULL: it is under way, and step_done() will follow; or why it was not started, in its arena. */
const char *step_begin(struct step_work *work);
/* A person stops it. Its end is told as ever; a second time changes nothing. */
void step_stop(struct step_work *work, const char *stopped_by);
/* Lets go of everything and frees work; for a step that has ended, or that the runner has ended. */
void step_discard(struct step_work *work);

/* What the step's program wrote, as it comes. */
void step_output(struct step_work *work, const char *bytes, size_t n_bytes);
/* State (and why) by the exit code of a program that ended by itself. */
void step_judge_exit(struct step_result *result);
/* A step in another place has come there: what has no end is looked at from now on. */
void step_begun_there(struct step_work *work);
/* A step in another place has ended there. */
void step_ended_there(struct step_work *work);

/* ---- in step_remote.c: a step in another place; see remote.h ---- */

/* Ends its input, at which everything there ends. False: it has not come there yet. */
bool step_remote_stop(struct step_work *work);
/* Passes on what is the step's own. */
void step_remote_output(struct step_work *work, const char *bytes, size_t n_bytes);
/* Nothing more will come. */
void step_remote_judge(struct step_work *work, struct step_result *result);

/* In runner.c: the step has ended. */
void step_done(struct step_work *work, const struct step_result *result);
