/* What may start programs: it reads the document, the configuration and the secrets of targets, decides, and
 * starts each step below a keeper (loop/keeper.h). It reads no output. Who reads the output, the runner,
 * starts nothing and opens nothing; it holds the descriptors that it is given here, and asks by the calls
 * below.
 *
 *     step, check or page -> feed (elsewhere, when its shell there is ready) -> hang up -> settle, always
 *
 * launcher_new() does so in this process, for a walk in a terminal. On a server it is a process of its own:
 * launcher_serve() there, launcher_of() here. An order names a document, a hash, a line and an approval, a
 * check and a program that takes pages are names: whoever has taken the runner over can have nothing run that
 * is not the team's own. */
#pragma once

#include <sys/types.h>
#include <uv.h>

#include "config/config.h"
#include "loop/cgroup.h"
#include "runbook/risk.h"
#include "runner/remote.h"
#include "runner/runner.h"

struct launcher;

struct launched {
    int64_t id;
    int control_fd; /* to its keeper; nonblocking; the caller's, as is the next */
    int output_fd;
    enum risk_class class;
    bool endless;
    bool confined;
    const char *place;              /* "ssh deploy@web-1"; NULL: here */
    char nonce[REMOTE_NONCE_BYTES]; /* of its marks, elsewhere */
    int64_t time_s;                 /* of a check or a page: its timeout */
    bool is_drift;                  /* it is our own program */
    bool is_unknown;                /* of a page that is not given: nor will it ever be */
};

/* Where its steps run: asked at each order for the configuration in force, which stays the caller's until the
 * next order. NULL: nothing is run, and ret_why says why. */
struct launcher_site {
    const struct config *(*config)(void *context, const char **ret_why);
    void *context;
    const struct place_secrets *secrets; /* runner/place.h; borrowed */
};

/* work_dir is made. The bounds of a step hold where a cgroup can keep them; that of memory holds for each of
 * its processes besides. */
int launcher_new(uv_loop_t *loop, const char *runbook_dir, const char *work_dir,
                 const struct cgroup_bounds *bounds, struct launcher **ret_launcher, struct err *err);
/* Without it every step runs here, and no check and no page. */
void launcher_know_site(struct launcher *launcher, const struct launcher_site *site);
/* It becomes the launcher's. Programs that take pages enter it where the configuration says so; and with
 * `looks`, what only looks here and wants no more (risk.h, unconfined). */
struct sandbox_child;
void launcher_confine(struct launcher *launcher, struct sandbox_child *sandbox, bool looks);

/* The launcher at the other end of a stream socket, which becomes its own. */
struct launcher *launcher_of(int fd);
/* Answers one call that waits on such a socket. Negative: the other end is gone, or says nothing sensible. */
int launcher_serve(struct launcher *launcher, int fd);

/* NULL is allowed. What still runs is ended by whoever holds its control_fd. The loop must turn once more. */
void launcher_free(struct launcher *launcher);

/* The process at the other end is gone: nothing can be started any more, and what was asked for last may have
 * been. */
bool launcher_is_lost(const struct launcher *launcher);

/* While a run goes on, a shell waits for its next step (launch_ahead.c), as the loop turns. False: the next
 * step would not find one that is wanted. */
bool launcher_is_ahead(const struct launcher *launcher);

/* ---- calls; all come back at once ---- */

/* NULL, or why it is not started; texts in the arena. */
const char *launcher_step(struct launcher *launcher, struct arena *arena, const struct runner_order *order,
                          struct launched *ret_launched);
/* A check of the configuration that is a program. */
const char *launcher_check(struct launcher *launcher, struct arena *arena, const char *check,
                           struct launched *ret_launched);
/* A program of `channels.programs`, which gets the page on its standard input. */
const char *launcher_page(struct launcher *launcher, struct arena *arena, const char *program,
                          const char *page, struct launched *ret_launched);
/* A step elsewhere: its shell there is ready to take it. */
void launcher_feed(struct launcher *launcher, int64_t id);
/* Its input ends, at which everything there ends. */
void launcher_hang_up(struct launcher *launcher, int64_t id);
/* Its keeper has closed the control socket, or has been told to end. program_ended: not by the keeper's own
 * death. True: it wanted more processes than it may have. */
bool launcher_settle(struct launcher *launcher, int64_t id, bool program_ended);
