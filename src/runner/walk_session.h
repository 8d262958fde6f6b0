/* A walk at work: its journal, and the same runner that the server has (permit, keeper, redactor, limits) in
 * this process. What is recorded happens after it is recorded: a command starts when its beginning is
 * durable. */
#pragma once

#include "runner/runner.h"
#include "runner/walk_journal.h"
#include "runner/walk_verify.h"

struct walk_session;

struct walk_watcher {
    void (*output)(void *context, const char *bytes, size_t n_bytes); /* of runner_watch() */
    void (*ended)(void *context, int row);                            /* its result is in the walk */
    void *context;
};

/* journal, walk and config are borrowed. Steps run where walk->about.target says, on this host beginning in
 * walk->about.folder, and share folder and variables from then on, also after the walk was taken up again. */
int walk_session_new(uv_loop_t *loop, struct walk *walk, struct walk_journal *journal, const char *by,
                     const struct config *config, struct redact_rules *rules,
                     const struct walk_watcher *watcher, struct walk_session **ret_session, struct err *err);
/* Steps here that only look enter it (runner/launcher.h); it becomes the session's. */
struct sandbox_child;
void walk_session_confine(struct walk_session *session, struct sandbox_child *sandbox);
/* Ends what runs; the loop has to turn once more. */
void walk_session_free(struct walk_session *session);

/* Starts the command. unasked: only what the runner lets run without a person's yes. reason: of a person who
 * confirms it alone, or NULL. -1: it may not, cannot, or could not be recorded; nothing has run then. */
int walk_session_run(struct walk_session *session, int row, bool unasked, const char *reason,
                     struct err *err);
/* After a change has run: does what is next for its checks (runner/walk_verify.h), when nothing runs. WAIT:
 * the loop wakes when it is time to ask again; JUDGE: the verdict is on record, `change` has it; RUN: the row
 * runs as a check. */
void walk_session_verify(struct walk_session *session, struct arena *arena, struct walk_move *ret_move);
/* Ends the step that runs, with all that it started, or the wait for the next round of checks: the verdict is
 * what they said last. False: there is neither. */
bool walk_session_stop(struct walk_session *session);
int walk_session_running(const struct walk_session *session); /* its row, or -1 */

/* Anything else that a person does; `by` and the time are filled in. */
int walk_session_do(struct walk_session *session, struct walk_entry entry, struct err *err);

/* What could not be recorded since the last call, or NULL. */
const char *walk_session_trouble(struct walk_session *session);
