/* Texts of others inside our own Markdown (GitHub Flavored Markdown 0.29).
 *
 * Titles, notes, commands and their output come from alerts, people and programs. Each goes through exactly
 * one of these functions, and then can be no heading, table cell, fence, tag, image or link of its own. A
 * bare address stays what it shows. Texts are valid UTF-8; NULL is "". Pure; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/list.h"

/* On one line, fit for a table cell, a list item, a heading and a paragraph: line breaks become blanks. */
void markdown_text(struct buf *out, const char *text);

/* The same for one of our own sentences: `a b` in it stays code. Only inside a table. */
void markdown_sentence(struct buf *out, const char *text);

/* Line breaks stay (as <br>), blank lines at either end do not. Only inside a table. */
void markdown_lines(struct buf *out, const char *text);

/* As code in a table cell; what is longer than n_characters ends with "...". "" gives nothing. */
void markdown_code(struct buf *out, const char *text, size_t n_characters);

/* "$ command" and its output as a fenced block that nothing inside it can close. At most n_lines of the
 * output (its first three quarters and its last quarter) and 400 bytes a line; the number of lines left out.
 */
size_t markdown_output(struct buf *out, const char *command, const char *output, size_t n_lines);

/* A table whose columns line up when it is read as text. Cells are Markdown; the last column may be as wide
 * as it likes. Lives in the arena. */
struct markdown_table {
    struct arena *arena;
    size_t n_columns;
    struct strings cells;
};
struct markdown_table markdown_table(struct arena *arena, size_t n_columns, const char *const *headings);
/* Adds a cell and clears it for the next one. */
void markdown_table_add(struct markdown_table *table, struct buf *cell);
void markdown_table_write(struct buf *out, const struct markdown_table *table);
