/* CSV (RFC 4180) that a spreadsheet may open: a text that it would take for a formula is made a text again by
 * an apostrophe before it, as OWASP advises ("CSV injection"). Lines end with CRLF; every text is quoted. */
#pragma once

#include <stdint.h>

#include "base/buf.h"

struct sheet {
    struct buf *out;
    int column; /* of the next cell */
};

/* NULL is an empty cell. Line breaks stay, other control characters become blanks. */
void sheet_text(struct sheet *sheet, const char *text);
void sheet_int(struct sheet *sheet, int64_t number);
void sheet_decimal(struct sheet *sheet, double number); /* with one decimal */
void sheet_time(struct sheet *sheet, int64_t us);       /* RFC 3339; empty for 0 */
void sheet_row_end(struct sheet *sheet);
