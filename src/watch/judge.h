/* The judge: readings in, verdict out. Pure; the time is passed in.
 *
 * A check can be bad (what it looks at is beyond its limits) and it can be broken (it could not look). Each
 * is a condition of its own, with three states: nobody knows yet, it is so, it is not so. "Not yet known" is
 * what a process that has just started holds of a check whose alert may stand from before: such an alert ends
 * by the same evidence as any other (beyond `clear`, for `clear_for`), not by a restart. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "config/checks.h"

enum { READING_TEXT_BYTES = 300 };

enum reading_kind {
    READING_VALUE,  /* a number for the limits; without limits: it is well */
    READING_WELL,   /* well, whatever the number is */
    READING_BAD,    /* bad by itself: not reached, another status, another text */
    READING_ERROR,  /* it could not be looked at: that is no health, and no trouble of the service */
    READING_NOTHING /* nothing to judge by: the first of two readings, no traffic */
};

/* One of those that a check counts by: a user, a feature. It has an alert of its own. */
struct finding {
    const char *subject; /* which one; told apart by it */
    const struct label *labels;
    size_t n_labels; /* that name it in its alert */
    double value;
    bool bad;         /* whatever the value is; says says why */
    const char *says; /* what the value is */
};

struct check_reading {
    enum reading_kind kind;
    double value;
    char text[READING_TEXT_BYTES]; /* what the value is, or what is wrong; cut, never overrun */
    bool by_subject;               /* a READING_VALUE whose findings are judged, one by one, and not value */
    const struct finding *findings;
    size_t n_findings; /* good during the call */
};

enum verdict_state { VERDICT_UNKNOWN, VERDICT_FALSE, VERDICT_TRUE };

struct verdict {
    enum verdict_state state;
    int64_t since_us; /* of what speaks against the state; 0: nothing does */
    int64_t n;        /* readings in a row that do */
    bool towards;     /* what they say */
};

struct judge {
    struct verdict bad, broken;
    int64_t bad_us, broken_us; /* since when, while true */
};

/* Is it beyond a limit? */
bool judge_finds_bad(const struct config_check *check, double value);

/* now_us: wall clock. Sets text to why the check is bad or broken, where the reading says one of them. */
void judge_hear(struct judge *judge, const struct config_check *check, const struct check_reading *reading,
                int64_t now_us, char text[READING_TEXT_BYTES]);
