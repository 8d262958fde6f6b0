/* A program that the configuration names, run to its end: under a keeper, within its time, with what it
 * prints read as it comes, and all that it started ended with it. For looks (look.c) and for pages that a
 * program takes (carry.c).
 *
 *   keeper started -> program exits, its output ends or its time is over -> what is left is ended -> the
 *   keeper ends -> done */
#pragma once

#include <stdint.h>
#include <uv.h>

#include "base/err.h"

struct program;
struct sandbox_child;

struct program_order {
    const char *command;          /* for the shell; NULL: */
    const char *const *arguments; /* of our own program */
    const char *input;            /* on its standard input, or NULL */
    const char *const *environment;
    int64_t time_s;
    const struct sandbox_child *sandbox; /* or NULL */
    void (*printed)(void *context, const char *bytes, size_t n_bytes);
    /* Once, and the program is gone by then. exit_code -1: it did not run to its end, and why says how. */
    void (*done)(void *context, int exit_code, const char *why);
    void *context;
};

/* Nothing of the order is needed after the call, but the context. -1: nothing was started. */
int program_start(uv_loop_t *loop, const struct program_order *order, struct program **ret_program,
                  struct err *err);
/* Ends it before its time; no done() follows. The loop must turn once more. */
void program_stop(struct program *program);
