/* The watch looks: the checks of the configuration, each every so often, and raises alerts of its own. It
 * runs in the courier process, which alone dials out. Kinds of checks are a table (watch/kinds.c), a file a
 * kind; the judging is apart from the looking (watch/judge.h).
 *
 * What a check finds goes to core as a body of the intake format "check": alerts that fire and end. One body
 * is under way at a time; until core says that it is kept, it is sent again, and what changes meanwhile waits
 * for the next. A watch that has just started tells of each check what it finds first, so that an alert which
 * stands from before ends when it is over; nothing else is said twice. One thread, one loop. */
#pragma once

#include <uv.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "config/config.h"

struct watch;

struct watch_tells { /* what core is to have; bodies are good during the call */
    void (*found)(void *context, const char *body, size_t n_bytes);
    void (*seen)(void *context, const char *body, size_t n_bytes); /* for the board (watch/board.h) */
    /* The runner is to run the program of a check; what becomes of it comes by watch_ran(). */
    void (*wanted)(void *context, const char *body, size_t n_bytes);
    void *context;
};

/* tells is copied. config is the caller's and must outlive the watch, or its next watch_learn(). */
struct watch *watch_new(uv_loop_t *loop, const struct clock *clock, const struct config *config,
                        const struct watch_tells *tells);
/* Other checks, or others of the same name: those that stay keep what they know. */
void watch_learn(struct watch *watch, const struct config *config);
/* core has the body that was sent last, or could not keep it. */
void watch_heard(struct watch *watch, bool kept);
void watch_ran(struct watch *watch, struct json result); /* runner/look.h */
/* The loop must run once more to let go of its handles. NULL is allowed. */
void watch_free(struct watch *watch);
