/* A reply by mail, as a mail server hands it to a program: RFC 5322 with MIME (RFC 2045). What is wanted of
 * it: who wrote it, what it answers, and the first line that is not quoted. Pure; linear; for any bytes. */
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
