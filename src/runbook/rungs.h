/* The rungs of a ladder that stands in one text: who is called after how long.
 *
 *     page the lead; after 10 min page the manager; after 20 min the director
 *     secondary after 10 min, engineering manager after 25 min
 *     first escalation after 5 min (stroke lead), second after 10 min (medical director)
 *     15 min without acknowledgement: ML lead; 30 min: CMIO
 *     lead on call -> manager (15 min) -> director (30 min)
 *
 * Pure; linear. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"

struct duration_words;

struct rung {
    const char *text;
    int64_t after_s; /* a minute or more */
    struct strings to;
    const char *condition; /* or NULL */
    int line;
};
struct rungs {
    struct rung *at;
    size_t n;
    size_t capacity;
};

/* The rungs that wait, in the order of the text: two or more, or one behind somebody who is called at first.
 * named: the text is known to be about escalation, so that whom it calls may have a name of the house. False:
 * it is no ladder; nothing is added then. */
bool rungs_read(struct arena *arena, const char *text, bool named, int line, struct rungs *ret_rungs);

/* Whether that time of the text counts from the call before, and not from the opening: "another 15 minutes",
 * "15 minutes later", and when it is whoever was called that does not answer. called: by the call before. */
bool rung_counts_on(struct arena *arena, const char *text, const struct duration_words *time,
                    const struct strings *called);

/* The text with the unit that "T+15" leaves out: minutes; "T+00:15" is the same, as are "+15 min" and "T0 +
 * 15" at its start. The text itself when none is left out. */
const char *rungs_with_units(struct arena *arena, const char *text);

/* "to the VP" -> "VP", "-> pump crew" -> "pump crew"; "" when the words name nobody. */
const char *rung_name(struct arena *arena, const char *text);

/* Whom a text about escalation calls after one time ("10m -> secondary", "2nd line after 15 mins"); adds
 * nothing when it is no such text. */
void rung_whom(struct arena *arena, const char *text, struct strings *ret_to);
