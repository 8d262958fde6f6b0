/* A tabletop exercise: a procedure is gone through step by step and nothing is executed. At each step people
 * say who does it, with what, and what they expect to see; or that it is not clear, which is a gap. The times
 * are kept, and the report says what is missing: in the answers, and in the document itself.
 *
 * Values; the terminal is cmd/drill_tabletop.c. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "runbook/runbook.h"

enum tabletop_outcome { TABLETOP_OPEN, TABLETOP_ANSWERED, TABLETOP_UNCLEAR, TABLETOP_SKIPPED };

struct tabletop_turn {
    const struct phase *phase;
    const struct step *step;
    enum tabletop_outcome outcome;
    const char *answer;            /* what was said, or "" */
    int64_t asked_us, answered_us; /* 0: never */
};

struct tabletop {
    struct arena *arena;
    const struct runbook *runbook;
    const struct procedure *procedure;
    LIST(struct tabletop_turn) turns; /* all steps in the order of the document, substeps after theirs */
    int64_t began_us, ended_us;
};

/* All turns open. The runbook must live as long. */
void tabletop_begin(struct arena *arena, const struct runbook *runbook, const struct procedure *procedure,
                    int64_t now_us, struct tabletop *ret_tabletop);

/* The next one that is open, or NULL; it counts as asked from now on. */
struct tabletop_turn *tabletop_ask(struct tabletop *tabletop, int64_t now_us);
/* "?": it is not clear, with what is missing behind it; "-": it is skipped, with why; else the answer. An
 * empty line says that it is clear. */
void tabletop_answer(struct tabletop_turn *turn, const char *line, int64_t now_us, struct arena *arena);

/* What is asked, for a terminal. */
void tabletop_question(struct buf *out, const struct tabletop *tabletop, const struct tabletop_turn *turn);

/* Each with its line: steps that were unclear, skipped or not reached, a time limit that was not kept, values
 * that the document does not say, commands that cannot work or that nobody knows, and what the procedure
 * lacks. In the arena of the tabletop. */
struct strings tabletop_gaps(const struct tabletop *tabletop);

void tabletop_report(struct buf *out, const struct tabletop *tabletop);
/* One document; path: where the report lies, or NULL. */
void tabletop_json(struct buf *out, const struct tabletop *tabletop, const char *path);
