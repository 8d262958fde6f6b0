/* A program that the configuration names, once the launcher has started it: its time, what it prints, as it
 * comes, and its end, with all that it started. For looks (look.c) and for pages that a program takes
 * (page_program.c).
 *
 *   keeper started -> program exits, its output ends or its time is over -> what is left is ended -> the
 *   keeper ends -> done */
#pragma once

#include <stddef.h>
#include <uv.h>

#include "runner/launcher.h"

struct program;

struct program_hearer {
    void (*printed)(void *context, const char *bytes, size_t n_bytes);
    /* Once, and the program is gone by then. exit_code -1: it did not run to its end, and why says how. */
    void (*done)(void *context, int exit_code, const char *why);
    void *context;
};

/* launcher is borrowed; the descriptors of launched become its own. */
struct program *program_hear(uv_loop_t *loop, struct launcher *launcher, const struct launched *launched,
                             const struct program_hearer *hearer);
/* Ends it before its time; no done() follows. The loop must turn once more. */
void program_stop(struct program *program);
