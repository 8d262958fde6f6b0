/* What a Markdown runbook says, as plain values.
 *
 * runbook_read() turns the bytes of one document into a struct runbook; nothing is guessed in silence: what
 * the document does not state is NULL, UNSTATED or an empty list, and what was concluded rather than read is
 * marked
 * (`*_basis` "stated" or "inferred"). Every item carries its line (1-based). Texts are normalised as
 * no-break spaces to blanks, Markdown marks removed, runs of blanks collapsed; command texts are exact.
 * All memory belongs to the arena. Pure: no files, clocks or threads. Linear in the size of the input, for
 * any bytes at all: what is not UTF-8 is refused by the caller (library.h) with a message, never here with a
 * crash.
 *
 * The lists follow the fields of the JSON that `crashcart read --json` prints (runbook/print_json.c). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/list.h"
#include "runbook/risk.h"

#define UNSTATED INT64_MIN /* a number the document does not give */

struct document; /* runbook/document.h: the block model that the readers of this room share */

struct stated { /* a text and where it stands */
    const char *text;
    int line;
};

/* "> 200 ms": op is > >= < <= == class matches, or without a number: down failing high degraded exhausted
 * spike increase decrease drop present missing anomalous. Ranges have value/op and value_hi/op_hi. */
struct condition {
    const char *metric; /* canonical name; NULL: there is no condition */
    const char *words;
    const char *op;
    bool has_value, has_value_hi;
    double value, value_hi;
    const char *unit, *op_hi, *aggregate, *scope;
    int64_t window_s;
};

struct criterion {
    const char *text;
    struct condition condition;
    int line;
};

struct severity {
    const char *id; /* as written: S0, SEV-1, P0 */
    int rank;       /* 1 is the most severe */
    const char *label, *decoration, *source, *description;
    int64_t response_time_s; /* UNSTATED when not given, as all times here */
    const char *response_op, *response_text, *response_note;
    int64_t resolution_target_s;
    const char *escalation_text, *escalate_condition;
    int64_t escalate_after_s; /* 0: at once */
    struct strings escalate_to;
    LIST(struct criterion) examples;
    LIST(struct criterion) criteria;
    int line, line_end;
};

struct command {
    const char *text;               /* exact, fence indentation and trailing comment removed */
    const char *logical;            /* the same without backslash-newline */
    const char *lang;               /* language of the fence, or "inline" */
    int line, line_end, fence_line; /* fence_line 0: no fence */
    const char *comment;            /* nearest comment above it in the fence, or NULL */
    const char *trailing_comment;
    struct strings placeholders; /* <user_id>, [NAME], with their marks */
    const char *condition;       /* "if using Kubernetes", or NULL */
    struct risk risk;            /* class, why, terminates, tty, sensitive, writes_files, http, ... */
};

enum step_kind { STEP_COMMAND, STEP_MANUAL, STEP_DECISION, STEP_NOTIFY, STEP_WAIT };

struct branch {
    const char *when;
    struct strings then;
    int line;
};

struct step {
    const char *number; /* as written: "2", "2.1", "3.a"; NULL without one */
    const char *marker; /* ordered bullet checkbox comment inline prose none */
    const char *title;  /* bold lead, or NULL */
    const char *text;
    enum step_kind kind;
    const char *condition;
    int alternative_to; /* line of the step it replaces, or 0 */
    LIST(struct branch) branches;
    LIST(struct command) commands;
    LIST(struct step) substeps;
    int line, line_end;
};

enum stage {
    STAGE_IMMEDIATE,
    STAGE_DIAGNOSIS,
    STAGE_RESOLUTION,
    STAGE_MITIGATION,
    STAGE_COMMUNICATION,
    STAGE_VERIFICATION,
    STAGE_POST_INCIDENT,
    STAGE_REFERENCE,
    STAGE_OTHER
};

struct phase {
    const char *name; /* NULL: the procedure has no named part */
    enum stage stage;
    int64_t budget_s, budget_min_s;
    const char *budget_op, *condition;
    LIST(struct step) steps;
    int line, line_end;
};

struct procedure {
    const char *id; /* slug of the title */
    const char *title;
    struct strings heading_path;
    const char *kind; /* alert symptom recipe emergency security mitigation lifecycle maintenance
                         post_incident drill reference testing */
    const char *severity, *severity_basis, *severity_note;
    int severity_line;
    LIST(struct criterion) triggers;
    LIST(struct criterion) symptoms;
    LIST(struct stated) likely_causes;
    LIST(struct phase) phases;
    int64_t budget_s;
    int line, line_end;
};

#include "runbook/parts.h" /* templates, cadences, deadlines, roles, contacts and the rest of a runbook's lists */

struct runbook {
    const char *file; /* as given by the caller, for messages */
    char sha256[65];
    size_t n_bytes;
    int n_lines;
    const char *title;
    int title_line;
    const char *system_name; /* the system the document speaks of, or NULL */
    LIST(struct severity) severities;
    LIST(struct procedure) procedures;
    struct runbook_parts parts;
    const struct document *document; /* for lint and for showing the text beside a step */
};

/* bytes must stay as long as the arena. file is kept as given. Never fails. */
struct runbook *runbook_read(struct arena *arena, const char *file, const char *bytes, size_t n_bytes);

/* The severity of that id (case and punctuation do not matter: "sev1" is SEV-1), or NULL. */
const struct severity *runbook_severity(const struct runbook *runbook, const char *id);

/* Walks every command of a procedure in the order of the document, substeps included:
 *     struct command_walk walk = {0};
 *     while (procedure_next_command(procedure, &walk)) use(walk.phase, walk.step, walk.command);
 * A walk is good while the runbook is. */
struct command_walk {
    const struct phase *phase;
    const struct step *step;
    const struct command *command;
    size_t phase_at_, step_at_, substep_at_, command_at_;
};
bool procedure_next_command(const struct procedure *procedure, struct command_walk *walk);
