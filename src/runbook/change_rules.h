/* policy/changes.patterns in memory, and one command held against it. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/list.h"

struct change_option {
    const char *names; /* "-f|--filename" */
    const char *slot;  /* of a `change` line: what its value is called; NULL: it is kept or dropped */
    bool valued;
};
struct change_options {
    struct change_option *at;
    size_t n;
    size_t capacity;
};

struct change_tool {
    struct strings names;
    struct change_options keep, drop, also;
};

struct change_example {
    const char *command, *gives;
    int line;
};

struct change_rule {
    const struct change_tool *tool;
    struct strings words;          /* "scale", "stop|start", "{what}", "{names...}", "..." */
    struct change_options options; /* that must be there */
    const char *does, *loses, *before, *back, *but;
    LIST(struct change_example) examples;
    int line;
};

struct change_rules {
    LIST(struct change_rule *) rules;
    struct strings complaints; /* lines that say nothing that is known */
};

/* Made once for the process. */
const struct change_rules *change_rules_builtin(void);

/* One word of a command: as its program gets it, and as it is written. */
struct change_word {
    const char *text, *source;
};
struct change_words {
    struct change_word *at;
    size_t n;
    size_t capacity;
};

struct change_slot {
    const char *name;
    struct change_words words;
};
struct change_match {
    const struct change_rule *rule;
    LIST(struct change_slot) slots; /* and "tool", "keep" */
    bool exact;                     /* every option is one that the table names */
};

/* The first rule that fits the words, the program being that at n_prefix (behind `sudo`). False: none. */
bool change_match(struct arena *arena, const struct change_rules *rules, const struct change_words *words,
                  size_t n_prefix, struct change_match *ret_match);

/* The template with what was taken; source: as written, else as the program gets it. */
const char *change_expand(struct arena *arena, const struct change_match *match, const char *template,
                          bool source);
