/* Text for people: 80 columns, colours only on a terminal. What comes from outside (alerts, outputs) is
 * printed without control characters, so that no alert can drive the terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { TERMINAL_COLUMNS = 80 };

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_YELLOW, STYLE_GREEN };

/* Whether to colour standard output: a terminal, and NO_COLOR is not set. */
bool terminal_colours(void);

/* Adds text in a style; without colours, plainly. */
void text_add(struct buf *out, bool colours, enum style style, const char *text);
/* Adds at most n_columns of text, a longer one cut with an ellipsis, a shorter one filled up when pad is set.
 */
void text_add_fit(struct buf *out, const char *text, size_t n_columns, bool pad);
/* Adds text broken at blanks: `at` columns are filled already, further lines start after `indent` blanks. */
void text_add_wrapped(struct buf *out, const char *text, size_t at, size_t indent);
/* Prints a line of a check after indent blanks: broken at blanks for whoever reads it on a terminal, whole
 * for a program. */
void line_print(size_t indent, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds the first n_lines of text, each behind `indent` blanks and cut to the width; gives how many are left
 * out. */
size_t text_add_lines(struct buf *out, const char *text, size_t indent, size_t n_lines);

/* Adds all of the text, each line behind `indent` blanks and not cut: what runs is shown as it is. Control
 * characters become '?'. */
void text_add_exact(struct buf *out, const char *text, size_t indent);

size_t text_columns(const char *text);

/* "crashcart: " and the text, wrapped, to standard error. */
void error_print(const char *text);
