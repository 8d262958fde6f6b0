/* A run: procedures of one document at work for one incident, a row for each thing to do: a command, a task
 * for a person, a decision. Rows are named by their line in the document; the text that runs is read from the
 * document by the runner itself.
 *
 * A decision ("if recent deployment: ...") is answered yes or no; the rows of its branch follow. Of
 * alternatives ("Option 1", "Or ...") one is chosen, and the others are not taken. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runbook/runbook.h"
#include "runbook/way_back.h"

enum step_state {
    STEP_WAITING,        /* wants an approval */
    STEP_HELD,           /* cannot run as it stands: a placeholder is not filled, ... */
    STEP_QUEUED,         /* will start when the one before it is done */
    STEP_STARTING,       /* the intent is durable; the runner is told after the commit */
    STEP_RUNNING,        /* the runner has started it */
    STEP_STOPPING,       /* a person wants it to end, and the runner is told */
    STEP_SUCCEEDED,      /* exit 0 */
    STEP_FAILED,         /* another exit, or a signal */
    STEP_TIMED_OUT,      /* ended by its time limit */
    STEP_REFUSED,        /* by the runner: the document changed, the class is not what was approved, ... */
    STEP_DENIED,         /* by a person */
    STEP_EFFECT_UNKNOWN, /* the program ended in between: a person is asked, nothing is run again */
    STEP_OPEN,           /* a task or a decision that wants a person */
    STEP_DONE,           /* a person says so */
    STEP_SKIPPED,        /* by a person, with a reason */
    STEP_NOT_TAKEN,      /* another alternative was chosen, or the answer was no */
    N_STEP_STATES
};

/* Did a change do well, as its checks in the document say? Of a check that runs for a change: in this round.
 */
enum step_verdict {
    VERDICT_NONE,     /* it is no change, or has not run */
    VERDICT_CHECKING, /* its checks run, again and again for a while */
    VERDICT_PASSED,
    VERDICT_FAILED,
    VERDICT_UNVERIFIABLE, /* the document has no check that can run by itself, ... */
    N_STEP_VERDICTS
};

const char *step_verdict_name(enum step_verdict verdict); /* "", "checking", "passed", ... */
int step_verdict_of(const char *name);

const char *step_state_name(enum step_state state);
int step_state_of(const char *name);

int step_kind_of(const char *name); /* step_kind_name() backwards; -1: no such kind */

/* What a person can do with a row. */
enum step_verb {
    VERB_APPROVE, /* let the command run */
    VERB_DENY,
    VERB_START,  /* a harmless command runs at once; anything that is over is opened again */
    VERB_DONE,   /* it was done by hand, or it had its effect */
    VERB_ANSWER, /* yes or no to a decision */
    VERB_CHOOSE, /* this alternative and none of the others */
    VERB_SKIP,
    VERB_STOP, /* what runs is ended, with all that it started */
    N_STEP_VERBS
};

const char *step_verb_name(enum step_verb verb); /* "skip" */

struct run_step {
    int64_t run; /* the run's number; today the incident's */
    int64_t incident;
    int line; /* in the document: identity within the run; of what was derived: part_number() (way_back.h) */
    int position;              /* order in the run, from 0 */
    enum step_kind kind;       /* STEP_COMMAND, or what a person does */
    const char *file, *sha256; /* the document */
    const char *phase, *text;  /* phase name; the command as written, or the task */
    const char *condition;     /* "if using Kubernetes", "" for none */
    int branch;                /* line of the decision that opens it; 0: none */
    int choice, option;        /* lines of the first alternative and of its own; 0: it is none */
    enum risk_class risk;
    const char *risk_why;
    enum step_state state;
    const char *why; /* why it waits, was refused, ... */
    const char *approved_by;
    int64_t approval_ends_us;   /* until when that holds while the command has not started; 0: none */
    const char *answer;         /* "yes", "no", "" */
    const char *done_by, *note; /* who did, answered, chose or skipped it, and what they said */
    const char *given; /* values for its placeholders and who gave them (engine/step_values.h), "" for none */
    const char *repairs; /* codes of the repairs that a person chose, parted by blanks (runbook/repair.h) */
    const char
        *prepared; /* the command repaired and filled, exactly as it runs; "": as written, or not yet */
    const char *service,
        *target;         /* where it runs: whose target, and its text; "": this host (config/target.h) */
    const char *place;   /* of that: what is locked while something is changed there; "": nothing is */
    const char *missing; /* placeholders without a value, parted by line feeds */
    int64_t started_us, finished_us;
    int exit_code;      /* 128 + signal when a signal ended it; -1: none yet */
    const char *output; /* head and tail, valid UTF-8, at most 64 KiB; NULL or "" while there is none */
    bool output_cut;
    int attempt; /* 1, 2, ...: only read steps are ever tried again by themselves */
    enum step_verdict verdict;
    const char *verdict_why;
    int64_t verify_until_us; /* of a change: checks that fail are repeated until then */
    int64_t verify_next_us;  /* when the next round begins; 0: one is running, or none will */
    int checks_for;          /* of a check: line of the change that it runs for; 0: none */
    bool evidence;           /* it captures evidence: it runs before changes, and its output is hashed */
    const char *changes;     /* what it changes, in words; "" for none */
    const char *way_back;    /* how it is taken back, as it is shown before it is let run; "": not known */
};

/* Where it stands, for people: that of what it was derived from. */
static inline int step_line(const struct run_step *step)
{
    return part_line(step->line);
}

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

/* Can that be done with the row as it stands, while its incident is open or over? Nothing begins for one that
 * is over: a command of it can only be stopped; tasks are ticked then, too. What depends on other rows the
 * engine knows. */
bool step_verb_fits(enum step_verb verb, const struct run_step *step, bool is_open);

/* Nothing comes of it until a person does something: the first such row is what is next. */
bool step_wants_person(const struct run_step *step);

/* May a command of this risk run without asking? NULL: yes; else why not, one sentence. The one rule: the
 * engine plans by it and the runner enforces it. Only a finite read command that shows no secrets or patient
 * data, wants no terminal, has every placeholder filled and parses runs unasked; an endless one (logs -f)
 * runs time-boxed. */
const char *step_must_ask(const struct risk *risk);

/* Why a step that would run unasked waits all the same. */
#define STEP_VALUES_UNSEEN "It holds a value or a repair that nobody has looked at."

/* What an approval cannot help: the reason why the command can run for nobody as it stands, or NULL. */
const char *step_cannot_run(const struct risk *risk);
