/* Words from outside in a Markdown document: none may become a heading, a table cell, a link or HTML. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* One line of plain text, Markdown's own characters escaped (CommonMark 2.4), line ends as blanks; NULL is
 * "". */
void report_add_text(struct buf *out, const char *text);

/* `command` as a code span of at most most_bytes (then an ellipsis), safe inside a table cell. */
void report_add_code(struct buf *out, const char *code, size_t most_bytes);

/* A fenced block with at most most_lines of the text, its fence longer than any run of backticks in it. */
void report_add_block(struct buf *out, const char *text, size_t most_lines);

/* "2026-03-01 09:00:05", UTC; "" for no time. */
void report_add_time(struct buf *out, int64_t us);

/* "4 min 05 s" from one time to the other; "-" when one is missing. */
void report_add_span(struct buf *out, int64_t from_us, int64_t until_us);
