/* What the families of lint share. */
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "runbook/document.h"
#include "runbook/lint.h"

enum lint_scope {
    LINT_COMMAND,
    LINT_PROSE,
    LINT_HEADING,
    LINT_COMMENT,
    LINT_TEMPLATE,
    LINT_LINE,
    N_LINT_SCOPES
};

struct lint_pattern {
    enum lint_scope scope;
    pcre2_code *code;
};

/* "PATTERN => REPLACEMENT": each match is replaced. */
struct lint_repair {
    pcre2_code *code;
    const char *replacement;
};

/* A block of policy/lint.codes. */
struct lint_rule {
    const char *code, *group, *level, *explain, *fix;
    const char *repeat; /* level of the second and further places in a document, or NULL: the same */
    const char *alone;  /* level when nothing follows in the fence, or NULL: the same */
    const char *wrong, *right;
    bool first; /* the first block of its code */
    LIST(struct lint_pattern) patterns;
    LIST(struct lint_repair) repairs;
    pcre2_code *unless, *only, *said, *below, *lacks, *needs; /* or NULL */
    bool once;
};

struct lint_rules {
    LIST(struct lint_rule) rules;
};

/* Read and compiled once for the process. Any thread. */
const struct lint_rules *lint_rules_builtin(void);

struct lint_matcher { /* of one thread */
    pcre2_match_data *match;
    pcre2_match_context *context; /* bounds the work of one match */
};
struct lint_matcher lint_matcher_new(struct arena *arena);

/* Whether it matches, and where. */
bool lint_matches(const struct lint_matcher *matcher, const pcre2_code *code, const char *text,
                  size_t n_bytes, size_t *ret_at, size_t *ret_n_bytes);

struct lint_command {
    const char *exact; /* as written */
    const char *text;  /* joined lines: "\\\n" is two blanks, so that offsets stay */
    int line;
    bool shell;                        /* of a shell's fence, or inline */
    bool followed;                     /* another command stands below it in its fence */
    const struct command *command;     /* NULL: found in a fence that no procedure has */
    const struct procedure *procedure; /* NULL likewise */
};

/* What the words of a heading say about what stands below it; found once, whatever is below. */
struct heading_facts {
    bool contents;     /* a table of contents */
    bool contacts;     /* ways to reach people, here or in a heading above it */
    bool contact_list; /* each item is one of them */
};

struct lint {
    struct arena *arena;
    const struct runbook *runbook;
    const struct document *document;
    const struct lint_rules *rules;
    struct lint_matcher matcher;
    const struct lint_surroundings *surroundings;
    struct heading_facts *headings; /* by block; those of headings are filled */
    bool *line_in_fence;            /* by line; fence marks included */
    LIST(struct lint_command) commands;
    struct defect_list *defects;
};

/* A finding with the rule's own sentence; {} in it becomes found (may be NULL). By code: its first block. */
void lint_add_rule(struct lint *lint, const struct lint_rule *rule, int line, int column, const char *found);
/* With another level than the rule's, NULL: the rule's. */
void lint_add_level(struct lint *lint, const char *code, const char *level, int line, const char *found);
void lint_add(struct lint *lint, const char *code, int line, int column, const char *found);

/* The families. */
void lint_patterns(struct lint *lint);
void lint_structure(struct lint *lint);
void lint_contact(struct lint *lint);
void lint_severity(struct lint *lint);
void lint_procedure(struct lint *lint);
void lint_change(struct lint *lint);
void lint_metadata(struct lint *lint);
void lint_command(struct lint *lint);
void lint_conflict(struct lint *lint);
void lint_fences(struct lint *lint);
void lint_remainder(struct lint *lint);

/* Of the heading that the block stands under; all false where there is none. */
struct heading_facts lint_heading(const struct lint *lint, const struct block *block);

/* Whether the rule's `unless` or `only` says that the text (a command, a name, a step) is no case of what the
 * program looks for. By code: its first block. */
bool lint_cleared(const struct lint *lint, const char *code, const char *text, size_t n_bytes);

/* Whether the fence's language is a shell's. */
bool lint_shell(const struct block *block);
