/* One call of a ladder, as a line, an item or a part of a sentence says it: whom, and when.
 *
 *     Second (if no answer in 10 min): platform lead        platform lead, after 10 minutes
 *     the manager gets called after half an hour            Step 2 (15 minutes after step 1): call the lead
 *
 * The text is known to stand where people are called, so that whoever is called may have a name of the house.
 * Pure; linear. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"

enum call_clock {
    CALL_UNTIMED,
    CALL_SINCE_START,  /* of the incident */
    CALL_SINCE_BEFORE, /* since the call before */
    CALL_LATER,        /* since either of them */
    CALL_UNTIL_NEXT,   /* so long it is waited before the next call */
};

struct call {
    struct strings to; /* names as they are written; none: the text names nobody */
    enum call_clock clock;
    int64_t time_s;        /* 0 when untimed */
    bool leads;            /* the time stands in front */
    bool in_bracket;       /* "team lead (15 min)": it may be either of the last three */
    const char *condition; /* or NULL */
    bool depends;          /* the condition is another than that nobody has done anything */
};

/* before: who was called last, for "if the backup does not answer either". */
void call_read(struct arena *arena, const char *text, const struct strings *before, struct call *ret_call);

/* Bytes of "Level 2", "L2" that text begins with, the place of a call among others; 0: none. */
size_t call_place(const char *text);

/* Adds who is named by a text that names people: "lead + safety officer" are two. */
void call_names(struct arena *arena, const char *text, struct strings *ret_to);

/* The parts of a sentence that call at a time of their own: "the lead after 10 min, the manager after 45" has
 * two, the second with the unit of the first, which also stands for the sentences behind (unit: NULL at the
 * beginning). True: arrows set them apart, so that each is one who is called, or a wait between two. */
bool call_parts(struct arena *arena, const char *sentence, const char **unit, struct strings *ret_parts);
