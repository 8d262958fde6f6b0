/* The parts of a mail (RFC 5322, RFC 2045), for mail.c and mail_bounce.c. */
#pragma once

#include "intake/mail.h"

struct mail_part {
    const char *at, *end; /* headers, a blank line, body */
};

/* The byte after the line's break. */
const char *mail_line_end(const char *at, const char *end);
const char *mail_body(struct mail_part part);
/* The value of the n-th header of that name, unfolded; NULL: there is none. */
const char *mail_header(struct arena *arena, struct mail_part part, const char *name, int n);
/* Of "Ana <ana@example.org>", or the address alone. NULL: it is none, or there is more than one. */
const char *mail_address(struct arena *arena, const char *value);
/* Adds <...>, as often as they are in the text; at most 50. */
void mail_ids(struct arena *arena, const char *text, struct strings *ids);
/* Of "multipart/mixed; boundary=..."; NULL: it is no such thing. */
const char *mail_boundary(struct arena *arena, const char *type);
/* The next part after *at; false: there is none. */
bool mail_part_next(const char **at, const char *end, const char *boundary, struct mail_part *ret_part);
