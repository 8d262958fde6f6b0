/* Procedures of a runbook: phases, steps, commands. Included by runbook.h only, which explains the values. */
#pragma once

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
const char *step_kind_name(enum step_kind kind); /* "command", "manual", "decision", "notify", "wait" */

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
    const char *undoes; /* the number of the step that it takes back, or NULL */
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
