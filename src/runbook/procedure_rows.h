/* A procedure as it is worked through: a row for each command, task and question, in the order of the
 * document. A run of the server (engine/diagnose.c) and a walk in a terminal (runner/walk.c) are both made of
 * these. Pure; any thread. */
#pragma once

#include "runbook/runbook.h"

struct procedure_row {
    const struct phase *phase;
    const struct step *step;
    const struct command *command; /* NULL: a task or a question */
    enum step_kind kind;           /* STEP_COMMAND; STEP_DECISION: a question; else a task */
    int line;
    const char *text;      /* the command as written, the task or the question */
    const char *condition; /* "if using Kubernetes", or NULL */
    int branch;            /* the question that opens it, as an index, or -1 */
    int choice, option;    /* of alternatives: lines of the first one and of its own; 0: it is none */
};

struct procedure_rows {
    struct procedure_row *at;
    size_t n, capacity;
};

/* Of a phase for reference its commands alone. All belongs to the arena and to the procedure. */
void procedure_rows(struct arena *arena, const struct procedure *procedure, struct procedure_rows *ret_rows);
