/* A step in another place. The program that leads there (ssh, kubectl, docker, sudo) starts a small shell,
 * the watcher, which says that it is ready; only then does it get the step, on its input. So:
 *
 *   - nothing of the step is on any command line, and nothing reads it a second time;
 *   - no "ready": nothing has run. "ready" and no "exit": what it did is not known;
 *   - when its input ends (we close it, or the connection breaks), the watcher ends everything that the step
 *     started, TERM and then KILL, daemons too: they carry a mark in their environment;
 *   - its "exit" comes after that, and so proves it.
 *
 * Working directory and variables of a run are kept there, in a folder below /tmp, as they are here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* For `sh -c`: says that it is ready and runs what it then gets. Without single quotes and backslashes, so
 * that every login shell takes it as it is in single quotes. The one word that it wants, remote_word(), comes
 * first on its input. */
extern const char remote_greeting[];

enum { REMOTE_NONCE_BYTES = 33, REMOTE_MARK_BYTES = 80 };

struct remote {
    char nonce[REMOTE_NONCE_BYTES];
    bool ready, ended;
    int exit_code, n_left;        /* once it has ended */
    char held[REMOTE_MARK_BYTES]; /* the end of the output so far, which may be the beginning of a mark */
    size_t n_held;
};

struct remote_step {
    const char *folder; /* of the run, there: one word */
    const char *prelude, *pins, *command;
    bool keeps; /* what it left running, and does not hold its output, may run on */
};

void remote_begin(struct remote *remote);
/* First, at once. */
void remote_word(const struct remote *remote, struct buf *out);
/* Then, when it is ready. */
void remote_step_write(const struct remote *remote, const struct remote_step *step, struct buf *out);

/* Takes what the program wrote and passes on what is the step's. True: ready or ended has just become true.
 */
bool remote_take(struct remote *remote, const char *bytes, size_t n_bytes, struct buf *ret_output);
/* The output has ended: what was held back was no mark. */
void remote_finish(struct remote *remote, struct buf *ret_output);
