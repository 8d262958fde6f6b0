/* The board: what every check has found last, for whoever asks core. The watch shows it from the courier
 * process (show.c), a body of what has changed at a time; nothing here raises an alert or is kept over a
 * restart. Any thread.
 *
 *   {"anew":true,"figures":{"running":1,"looks":9,"errors":0,"late":0,"looked_us":1700000000000000},
 *    "checks":[{"id":"api","state":"bad","bad":true,"since_us":1700000000000000,"looked_us":1700000000000000,
 *               "value":0.31,"says":"the time in seconds that http://api/ takes"}]} */
#pragma once

#include "base/err.h"
#include "watch/judge.h"

/* A state a row; the first that fits, from below. */
enum check_state {
    CHECK_UNKNOWN, /* it has not looked yet, or what it saw says nothing yet */
    CHECK_WELL,
    CHECK_PENDING, /* something is wrong, not yet for as long as `for` and `times` say */
    CHECK_BAD,     /* its alert stands */
    CHECK_ERROR,   /* it cannot look: CheckError stands, and its own alert, too, when `bad` */
    N_CHECK_STATES
};

const char *check_state_name(enum check_state state);

struct board_row {
    enum check_state state;
    bool bad;
    int64_t since_us, looked_us; /* of the state; of the last look, 0: none has ended */
    double value;                /* NAN: the last look gave none */
    char says[READING_TEXT_BYTES];
};

struct board_figures {
    uint64_t n_running, n_looks, n_errors, n_late; /* late: left out, since the one before was not done */
    int64_t looked_us;                             /* the last look of all */
};

struct board;

struct board *board_new(void);
void board_free(struct board *board); /* NULL is allowed */
/* A body of the watch. -1: it is none, and nothing changed. */
int board_hear(struct board *board, const char *body, size_t n_bytes, struct err *err);
/* One that is not on the board has not looked yet. For both board may be NULL: nobody looks. */
struct board_row board_row(struct board *board, const char *id);
struct board_figures board_figures(struct board *board);
