/* A mail as bytes: RFC 5322 headers, RFC 2047 for what is not ASCII, one text part (RFC 2045). Pure. */
#pragma once

#include <stdint.h>

#include "base/buf.h"

struct mail {
    const char *from, *to; /* addresses that mail_address_check() let pass */
    const char *to_name;   /* or "" */
    const char *subject;   /* any text: line breaks become blanks */
    const char *text;      /* any UTF-8 */
    const char *key;       /* makes the Message-ID: the same mail sent twice is one mail */
    const char *thread;    /* all mails of one thread refer to it */
    int64_t date_us;
};

void mime_build(struct buf *out, const struct mail *mail);
