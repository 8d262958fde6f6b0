/* What follows a change in a walk: the checks that the document has for it run by themselves, in rounds, as
 * on a server (engine/verify.c), until they pass or the time for it is over; then its way back is offered.
 * Pure: no I/O, clock or processes. */
#pragma once

#include "runner/walk.h"

enum walk_move_kind {
    WALK_MOVE_NONE,  /* nothing is being checked */
    WALK_MOVE_RUN,   /* the row is to be run, as a check of the change */
    WALK_MOVE_WAIT,  /* until then; a check failed, and is repeated */
    WALK_MOVE_JUDGE, /* the verdict is to be recorded */
};

struct walk_move {
    enum walk_move_kind kind;
    int change, row;
    int64_t until_us;
    enum step_verdict verdict;
    const char *why; /* of the verdict, or which checks fail so far; in the arena */
};

/* What is to be done now for the change that is being checked. window_us: how long checks that fail are
 * repeated; at_once: a person wants the verdict, and no further round begins. */
struct walk_move walk_verify_next(struct arena *arena, const struct walk *walk, int64_t now_us,
                                  int64_t window_us, bool at_once);

/* The row of the change that is being checked, or -1. */
int walk_checking(const struct walk *walk);

struct walk_rows {
    int *at;
    size_t n;
    size_t capacity;
};
/* The rows that check that change, those that want a person too. */
void walk_checks(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                 struct walk_rows *ret_rows);
/* The rows by which it is taken back: those that the document names, else what follows from the command. */
void walk_ways_back(struct arena *arena, const struct walk *walk, const struct walk_row *change,
                    struct walk_rows *ret_rows);

/* ---- of walk_apply() ---- */

void walk_verify_begin(struct walk *walk, struct walk_row *row, int check_line);
void walk_verify_result(struct walk *walk, struct walk_row *row);
void walk_verify_judge(struct walk *walk, struct walk_row *row, enum step_verdict verdict, const char *why);
