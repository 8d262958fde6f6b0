/* The commands and comments of a fence, and commands in running text. Exact texts; risk is not classed here.
 */
#pragma once

#include "runbook/document.h"
#include "runbook/runbook.h"

enum fence_role {
    FENCE_OTHER,  /* a template, configuration, output, a query: nothing to run in a shell */
    FENCE_SHELL,  /* commands as they are typed */
    FENCE_PROMPT, /* commands behind prompts ("$ ls"), the other lines are their output */
    FENCE_POWERSHELL,
};

/* Told by the language; without one by prompts or by lines that begin with programs (policy/programs.words).
 */
enum fence_role fence_role(const struct block *fence);

/* Whether its language is one of queries (SQL, KQL, PromQL): a person runs it, no shell does. */
bool fence_is_query(const struct block *fence);

struct fence_entry {
    bool comment; /* a line "# text"; else a command */
    bool gap;     /* blank lines stand before it */
    const char *text;
    struct command command; /* text, logical, lang, lines, fence_line, trailing_comment */
    int line;
};
struct fence_entries {
    struct fence_entry *at;
    size_t n;
    size_t capacity;
};
/* In order, not to be changed. Nothing for FENCE_OTHER. A "#!" line is passed over. */
void fence_split(struct arena *arena, const struct block *fence, struct fence_entries *ret_entries);

/* Whether it is a list of boxes to tick, and what one of them says: NULL for another line. */
bool fence_is_boxes(const struct block *fence);
const char *fence_box(struct arena *arena, struct source_line line);

/* Notes role and entries of every fence in it: many readers ask for them. */
struct fence {
    enum fence_role role;
    struct fence_entries entries;
};
void fences_read(struct arena *arena, struct document *document);

struct command_list {
    struct command *at;
    size_t n;
    size_t capacity;
};
/* Commands in running text: code spans that begin with a program and go on, or that the text says to run
 * ("run `x.py`", "using `y.sh`"), and an unmarked command at the end after a colon ("Apply: kubectl apply -f
 * x"). */
void prose_commands(struct arena *arena, const struct prose *prose, struct command_list *ret_commands);

/* A table cell of a column of commands: every code span that begins with a program, or all of the text. */
void cell_commands(struct arena *arena, const struct prose *cell, struct command_list *ret_commands);

/* Whether a text without marks is a command and no sentence. */
bool text_is_command(const char *text);

/* "if using Kubernetes" out of a comment or a step; NULL when it states no condition. */
const char *condition_clause(struct arena *arena, const char *text);

/* Placeholders in a command, in order, each once: <pod-name>, [POD_NAME], {{ $labels.pod }}. */
void command_placeholders(struct arena *arena, const char *text, struct strings *ret_placeholders);
/* Length of the one that begins there, or 0. */
size_t command_placeholder_bytes(const char *text, size_t at);
