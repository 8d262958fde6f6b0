/* What a command changes, in words that name the thing ("sets deployment/web to 5 replicas (-n shop)"), and
 * its way back where that follows exactly from the command itself: `systemctl stop web` is taken back by
 * `systemctl start web`, `kubectl scale --replicas=5` by the number that a look before the change gave. The
 * table is policy/changes.patterns. Pure; any thread.
 *
 * Whoever shows, approves or runs a way back derives it anew from the command as its document has it, so that
 * nothing that is not in the document, or does not follow from it by the table, can ever run. Placeholders of
 * the command stand in the derived ones as they are, and are filled by the same values. */
#pragma once

#include <stddef.h>

#include "base/arena.h"
#include "base/list.h"
#include "runbook/runbook.h"

/* What a row of a run is: the command of the document, or one that was derived from it. Rows are named by one
 * number: the line of the document, and that many more for what is derived from it. */
enum step_part { PART_ITSELF, PART_BEFORE, PART_BACK, N_STEP_PARTS };
enum { PART_LINES = 100000000 };

static inline int part_number(int line, enum step_part part)
{
    return line + (int)part * PART_LINES;
}
static inline int part_line(int number)
{
    return number % PART_LINES;
}
static inline enum step_part part_of(int number)
{
    return (enum step_part)(number / PART_LINES % N_STEP_PARTS);
}
const char *part_name(enum step_part part); /* "", "before", "back" */

/* The placeholder in a way back that takes the one line that the look before the change has printed. */
#define WAY_BACK_EARLIER "<earlier-value>"

struct way_back {
    const char *before; /* only reads, and prints what the way back needs; NULL: it needs nothing */
    const char *back;   /* NULL: nothing can be derived */
    const char *but;    /* what it leaves as it is, one clause; NULL: nothing is known */
};

/* command: as written. Of a pipe, a list, a redirection, a substitution, an option that the table does not
 * name nothing is derived. */
struct way_back way_back_of(struct arena *arena, const char *command);

/* One of the two as a command of its own, classed by those rules; NULL: there is none. */
const struct command *way_back_command(struct arena *arena, const struct risk_rules *rules,
                                       const struct command *change, enum step_part part);

/* What the command changes, parts parted by "; ", those inside of `ssh`, `sudo`, `psql -c` too. "": the table
 * does not tell. */
const char *change_in_words(struct arena *arena, const char *command);

/* What cannot be looked at any more when it has run ("memory, local files and logs of these pods"); "":
 * nothing that the table tells. */
const char *change_loses(struct arena *arena, const char *command);

/* Holds the table against its own examples. Each complaint is a line ("changes.patterns:12: ..."). */
void changes_check(struct arena *arena, struct strings *ret_complaints, size_t *ret_n_examples);
