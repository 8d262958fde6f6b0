/* One person walks one procedure: a row for each command, task and question, in the order of the document.
 * Pure: no I/O, clock or processes.
 *
 * What happens is a list of entries: a step was begun, has ended, was ticked, skipped, answered. The rows
 * follow from the document and the entries, so the journal on disk (runner/walk_journal.h) is the whole
 * state: whoever reads it stands where the walk stood. A command that was begun and has no result has an
 * unknown effect: it runs again only when a person says so.
 *
 * Texts of entries are copied; all memory belongs to the arena. */
#pragma once

#include "base/hash.h"
#include "engine/run.h"
#include "runbook/repair.h"
#include "runbook/runbook.h"

enum walk_state {
    WALK_OPEN,
    WALK_RUNNING,
    WALK_SUCCEEDED,
    WALK_FAILED,
    WALK_TIMED_OUT,
    WALK_REFUSED,   /* by the runner, with the reason */
    WALK_UNKNOWN,   /* begun, and nobody knows how it ended */
    WALK_DONE,      /* by hand, or an answer was given */
    WALK_SKIPPED,   /* by the person */
    WALK_NOT_TAKEN, /* the answer was no, or another alternative was chosen */
    WALK_SPARE,     /* derived from a change, and not needed so far */
    N_WALK_STATES
};
const char *walk_state_text(enum walk_state state); /* "not done yet", "effect unknown", ... */

struct walk_row {
    enum step_kind kind; /* STEP_COMMAND; STEP_DECISION: a question; else a task */
    const struct phase *phase;
    const struct step *step;
    const struct command *command; /* NULL: no command */
    int line;
    const char *text;      /* the command as written, the task or the question */
    const char *condition; /* "if using Kubernetes", or NULL */
    int branch;            /* the question that opens it, as an index, or -1 */
    int choice, option;    /* of alternatives: lines of the first one and of its own; 0: it is none */
    int change;            /* of what was derived (runbook/way_back.h): the row of its change; else -1 */
    int before, back;      /* of a change: the rows that were derived from it, or -1 */

    enum walk_state state;
    const char *by, *reason;      /* who decided about it last, and what they said; or NULL */
    const char *why;              /* it is not taken, or its effect is not known; or NULL */
    const char *answer, *repairs; /* "yes" or "no"; codes; or NULL */
    struct strings notes;
    bool has_result;
    struct step_result result;
    const char *ran; /* what was begun last, redacted, or NULL */
    int n_begun;
    int64_t begun_us, ended_us;

    enum step_verdict verdict; /* of a change, by its checks; of a check, in this round */
    const char *verdict_why;   /* or NULL */
    int checks_for;            /* it ran last to check the change in that row; else -1 */
};

struct walk_about { /* of the walk itself; set when it begins */
    const char *id;
    const char *file;               /* path of the document as it was found */
    const char *sha256, *procedure; /* of its bytes; its title */
    int line;                       /* of the procedure: its identity in the document */
    const char *by, *host, *folder;
    const char *service, *target; /* whose target, and its text (config/target.h); NULL: this host */
    int64_t began_us;
};

struct walk {
    struct arena *arena;
    const struct runbook *runbook;
    const struct procedure *procedure;
    struct walk_about about;
    const char *frozen;             /* the service of which nothing may be changed now, or NULL */
    LIST(struct walk_row) rows;     /* what was derived stands behind all others */
    size_t n_listed;                /* those of the document */
    LIST(struct fill_value) values; /* for placeholders, by the names that were given */
    struct strings notes;           /* on the walk as a whole */
    int64_t left_us;                /* the person left then; 0: has not */
};

/* Both stay the caller's, as long as the arena. */
struct walk *walk_new(struct arena *arena, const struct runbook *runbook, const struct procedure *procedure);

enum walk_verb {
    WALK_BEGIN,  /* text: the command as it runs, redacted; reason: of a person who confirmed it alone */
    WALK_RESULT, /* result */
    WALK_TICK,   /* it was done by hand; reason */
    WALK_SKIP,   /* reason */
    WALK_ANSWER, /* text: yes or no */
    WALK_CHOOSE, /* this alternative and none of the others */
    WALK_NOTE,   /* text; row -1: of the walk as a whole */
    WALK_SET,    /* name, text: a value, or "@80": the line that the step on line 80 prints; "": none */
    WALK_MEND,   /* text: codes of repairs, "" takes them away */
    WALK_JUDGE,  /* text: the verdict of a change; reason: why (runner/walk_verify.h) */
    WALK_LEAVE,
    WALK_RESUME, /* it is taken up again: what was begun and has not ended is WALK_UNKNOWN */
    N_WALK_VERBS
};
const char *walk_verb_name(enum walk_verb verb);
int walk_verb_of(const char *name); /* -1: no such verb */

struct walk_entry {
    enum walk_verb verb;
    int row;        /* index, or -1 */
    int check_line; /* of WALK_BEGIN: number of the change that it checks, 0: a person wants it */
    int64_t at_us;
    const char *by, *text, *name, *reason; /* NULL: not given */
    struct step_result result;
};

/* 0; or -1, and one sentence why that cannot be done as things stand: nothing is changed then. */
int walk_check(const struct walk *walk, const struct walk_entry *entry, struct err *err);
/* Only what walk_check() allows. */
void walk_apply(struct walk *walk, const struct walk_entry *entry);

/* ---- commands ---- */

struct walk_command {
    struct filled filled; /* the text that runs, or why it cannot be made */
    const char *cannot;   /* why it can run for nobody, or NULL */
    const char *ask;      /* why it does not run unasked, or NULL */
    bool seen_only;       /* of those reasons it is only that nobody has looked at the value or repair */
    const char *later;    /* what is missing only until a step has printed it, in words; or NULL */
    const struct fill_value *values;
    size_t n_values;
    char sha256[SHA256_HEX_BYTES]; /* command_sha256(), and where it runs; "" when it cannot run */
};
/* The command of the row as it would run, with the values and repairs there are. */
void walk_prepare(struct arena *arena, const struct walk *walk, const struct walk_row *row,
                  struct walk_command *ret_command);

/* ---- where it stands ---- */

/* The next row from `from` on that a person or the walk still has to look at, or -1. */
int walk_next(const struct walk *walk, int from);
size_t walk_count(const struct walk *walk, enum walk_state state);
/* Failed, refused or timed out, effect unknown, not done yet, or a change whose checks fail. */
size_t walk_problems(const struct walk *walk);
/* Does a placeholder of any command have that name? */
bool walk_wants(const struct walk *walk, const char *name);
/* The row that "@80" means, or -1: the value stands for itself. */
int walk_value_row(const struct walk *walk, const char *value);
/* "Line 80"; of what was derived from it "Before line 80", "Way back of line 80". In the arena. */
const char *walk_place(struct arena *arena, const struct walk_row *row);
/* The one line that it printed, in the arena, or NULL. */
const char *walk_line_printed(struct arena *arena, const struct walk_row *row);
