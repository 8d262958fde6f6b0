/* What is wrong with a runbook, and what to do about it.
 *
 * The rules are a data file that people can read and extend (policy/lint.codes): a code, a group, a level,
 * why it matters, what to do, and mostly a pattern that finds it. What a pattern cannot find (a link that
 * leads nowhere, a level without a response time) a family of checks finds: lint_structure.c, lint_contact.c,
 * lint_severity.c, lint_conflict.c, lint_procedure.c, lint_change.c, lint_command.c, lint_fences.c. Pure; any
 * thread; linear in the size of the document, for any bytes. */
#pragma once

#include <stdint.h>

#include "runbook/runbook.h"

struct defect_list {
    struct defect *at;
    size_t n;
    size_t capacity;
};

/* What a document cannot say of itself; all of it may be zero. */
struct lint_surroundings {
    int64_t today_us; /* for dates that have passed; 0: dates are not looked at */
    /* Whether there is a file or folder at path, relative to the document; NULL: links are not followed. */
    bool (*file_exists)(void *context, const char *path);
    /* Whether another document of the team defines that level; NULL: nobody knows. */
    bool (*level_defined)(void *context, const char *id);
    void *context;
};

/* Appends what is found, by line and column; at most one of a code for each line. Texts are in the arena or
 * in the program. */
void lint_runbook(struct arena *arena, const struct runbook *runbook,
                  const struct lint_surroundings *surroundings, struct defect_list *ret_defects);

struct lint_code {
    const char *code, *group, *level, *explain;
    const char *fix;           /* {} stands for what was found */
    const char *wrong, *right; /* small documents; NULL: there is none */
};
struct lint_codes {
    struct lint_code *at;
    size_t n;
    size_t capacity;
};

/* Every code, in the order of the file. */
void lint_codes(struct arena *arena, struct lint_codes *ret_codes);
