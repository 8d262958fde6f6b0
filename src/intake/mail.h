/* A reply by mail, as a mail server hands it to a program: RFC 5322 with MIME (RFC 2045). What is wanted of
 * it: who wrote it, what it answers, and the first line that is not quoted; of a bounce what came back, and
 * why. Pure; linear; for any bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list.h"

enum { MAIL_MOST_BYTES = 1024 * 1024 };

struct mail_reply {
    const char *from;          /* the address alone: ana@example.org */
    const char *message_id;    /* with its brackets */
    struct strings references; /* the same, of In-Reply-To and References; at most 50 */
    const char *text;          /* the first line that says something; "" when there is none */
    bool automatic;            /* a program wrote it (RFC 3834): nobody has answered */
};

/* -1: it has no sender or several, no id, or is too long. Texts are in the arena. */
int mail_reply_read(struct arena *arena, const char *bytes, size_t n_bytes, struct mail_reply *ret_reply,
                    struct err *err);

struct mail_bounce {
    struct strings ids;    /* of the mail that came back, with brackets, and of what that answered */
    const char *to;        /* where that had been sent; "" when it is not said */
    const char *recipient; /* who was not reached there, an address of a list, perhaps; "" */
    const char *why;       /* "5.1.1 (no such mailbox)": nothing that a stranger worded */
};

/* Is it a report that a mail has not arrived and is not tried any more? Of RFC 3464 with "Action: failed"; a
 * delay is none; the ways of Exim and qmail from before it are read, too. */
bool mail_bounce_read(struct arena *arena, const char *bytes, size_t n_bytes, struct mail_bounce *ret_bounce);
