/* A ladder of calls while it is read, one call after the other: whoever is called at first, and one or more
 * who are called later, each with its time (call.h). */
#pragma once

#include "runbook/call.h"
#include "runbook/parts_priv.h"

enum { LADDER_CALLS = 12, LADDER_SHORTEST_S = 60 };

struct ladder_call {
    struct call call;
    const char *text;
    struct strings levels; /* that it names itself */
    int line;
    int64_t at_s; /* since the opening */
};

struct ladder {
    struct ladder_call at[LADDER_CALLS];
    size_t n;
    int64_t interval_s; /* between each two who have no time, or 0 */
    bool prose;         /* "15 minutes later ... 30 minutes later" on a line can be either: the sooner */
    bool known;         /* only roles are called, and no names of the house */
    bool chain;         /* arrows lead from one to the next */
    bool ended;         /* nobody's time is known from here on */
    bool broken;        /* something in it is no call of a ladder */
};

/* Reads the next call, a piece of text of that line. */
void ladder_add(struct parts_reading *reading, const char *text, int line, struct ladder *ladder);

/* Adds one that was read already, whoever it calls without the levels among them; text: where its levels
 * stand.
 */
void ladder_add_call(struct parts_reading *reading, struct call *call, const char *text, int line,
                     struct ladder *ladder);

/* A rule for each, of the levels that it names, or of those around. taken: by line, whether an escalation
 * stands there. False: it is no ladder, and nothing is added. */
bool ladder_take(struct parts_reading *reading, struct ladder *ladder, const struct strings *around,
                 bool *taken);

/* Whom the last call called, for the next. */
const struct strings *ladder_called_last(const struct ladder *ladder);

/* The levels that a text begins with: "SEV1: ...", "For SEV2, ...". */
struct strings ladder_levels_at_start(struct parts_reading *reading, const char *text);

/* Behind "Level 2", the place of a call, unless the runbook's levels are called so. */
const char *ladder_without_place(const struct parts_reading *reading, const char *text);
