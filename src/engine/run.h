/* A run: one procedure at work for one incident, a row for each of its commands. Commands are named by
 * document and line; the text that runs is read from the document by the runner itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runbook/risk.h"

enum step_state {
    STEP_WAITING,        /* wants an approval */
    STEP_HELD,           /* cannot run as it stands: a placeholder is not filled, it wants a terminal, ... */
    STEP_QUEUED,         /* will start when the one before it is done */
    STEP_STARTING,       /* the intent is durable; the runner is told after the commit */
    STEP_RUNNING,        /* the runner has started it */
    STEP_SUCCEEDED,      /* exit 0 */
    STEP_FAILED,         /* another exit, or a signal */
    STEP_TIMED_OUT,      /* ended by its time limit */
    STEP_REFUSED,        /* by the runner: the document changed, the class is not what was approved, ... */
    STEP_DENIED,         /* by a person */
    STEP_EFFECT_UNKNOWN, /* the program ended in between: a person is asked, nothing is run again */
    N_STEP_STATES
};

const char *step_state_name(enum step_state state);
int step_state_of(const char *name);

struct run_step {
    int64_t run; /* the run's number; today the incident's */
    int64_t incident;
    int line;                  /* of the command in the document: identity within the run */
    int position;              /* order in the procedure, from 0 */
    const char *file, *sha256; /* the document */
    const char *phase, *text;  /* phase name; the command as written */
    enum risk_class risk;
    const char *risk_why;
    enum step_state state;
    const char *why; /* why it waits, was refused, ... */
    const char *approved_by;
    const char *given; /* values for its placeholders and who gave them (engine/step_values.h), "" for none */
    const char *repairs; /* codes of the repairs that a person chose, parted by blanks (runbook/repair.h) */
    const char
        *prepared;       /* the command repaired and filled, exactly as it runs; "": as written, or not yet */
    const char *missing; /* placeholders without a value, parted by line feeds */
    int64_t started_us, finished_us;
    int exit_code;      /* 128 + signal when a signal ended it; -1: none yet */
    const char *output; /* head and tail, valid UTF-8, at most 64 KiB; NULL or "" while there is none */
    bool output_cut;
    int attempt; /* 1, 2, ...: only read steps are ever tried again by themselves */
};

/* What the runner says of one step. */
struct step_result {
    enum step_state state; /* SUCCEEDED, FAILED, TIMED_OUT or REFUSED */
    int exit_code;
    int64_t duration_us;
    const char *why; /* for REFUSED, and for limits that were hit */
    const char *output;
    bool output_cut;
    const char *redacted; /* what was taken out of the output, "2 x bearer-token"; NULL or "": nothing */
};

/* May a command of this risk run without asking? NULL: yes; else why not, one sentence. The one rule: the
 * engine plans by it and the runner enforces it. Only a finite read command that shows no secrets or patient
 * data, wants no terminal, has every placeholder filled and parses runs unasked; an endless one (logs -f)
 * runs time-boxed. */
const char *step_must_ask(const struct risk *risk);

/* Why a step that would run unasked waits all the same. */
#define STEP_VALUES_UNSEEN "It holds a value or a repair that nobody has looked at."

/* What an approval cannot help: the reason why the command can run for nobody as it stands, or NULL. */
const char *step_cannot_run(const struct risk *risk);
