/* The lines of a word list (the .words files of policy/ with a kind in front of each line): words between
 * blanks, a
 * '#' begins a comment.
 *
 *     struct word_lines lines = word_lines_builtin("roles.words");
 *     struct strings words;
 *     while (word_line_next(arena, &lines, &words)) ...
 *
 * heading_words.h and parts_words.h have lists of another form. */
#pragma once

#include <stdbool.h>

#include "base/list.h"

struct word_lines {
    const char *at, *end;
};

/* The list of that name built into the program; it is there. */
struct word_lines word_lines_builtin(const char *name);

/* The words of the next line that has two or more, in the arena. False: there is none. */
bool word_line_next(struct arena *arena, struct word_lines *lines, struct strings *ret_words);
