/* A mail that came back:
 *
 *   Content-Type: multipart/report; report-type=delivery-status; boundary=b
 *
 *   --b
 *   Content-Type: message/delivery-status                   RFC 3464: groups of headers, the first of the
 *                                                           report, one for each who should have got it
 *   Reporting-MTA: dns; mx.example.org
 *
 *   Final-Recipient: rfc822; ana@example.org
 *   Action: failed
 *   Status: 5.1.1
 *   --b
 *   Content-Type: message/rfc822                            or text/rfc822-headers: what came back
 *
 *   Message-ID: <crashcart-7f3a-incident-4-page-2@example.org>
 *   --b--
 *
 * OpenSMTPD calls the whole multipart/mixed. Exim (X-Failed-Recipients) and qmail ("Hi. This is the
 * qmail-send program") wrote it as text, with what came back below it. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "intake/mail_priv.h"

static bool begins(const char *text, const char *words)
{
    return text && strncasecmp(text, words, strlen(words)) == 0;
}

/* "rfc822; ana@example.org" */
static const char *recipient_in(struct arena *arena, struct mail_part group)
{
    static const char *const names[] = {"Original-Recipient", "Final-Recipient"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = mail_header(arena, group, names[i], 0);
        const char *at = value ? strchr(value, ';') : NULL;
        at = at ? at + 1 + strspn(at + 1, " ") : NULL;
        const char *address = at ? mail_address(arena, at) : NULL;
        if (address)
            return address;
    }
    return "";
}

/* "5.1.1", and what RFC 3463 means by it where a reader would want to know. */
static const char *status_in(struct arena *arena, struct mail_part group)
{
    static const char *const meanings[][2] = {{".1.1", "no such mailbox"},
                                              {".1.2", "no such domain"},
                                              {".1.10", "it takes no mail"},
                                              {".2.1", "a mailbox out of use"},
                                              {".2.2", "the mailbox is full"},
                                              {".3.4", "the mail is too long"},
                                              {".4.7", "tried in vain until it expired"},
                                              {".7.1", "it was refused"}};
    const char *value = mail_header(arena, group, "Status", 0);
    size_t n = value ? strspn(value, "0123456789.") : 0;
    if (n < 5 || n > 11 || !strchr("45", *value))
        return "no reason given";
    const char *code = arena_strndup(arena, value, n);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strcmp(code + 1, meanings[i][0]) == 0)
            return arena_printf(arena, "%s (%s)", code, meanings[i][1]);
    return code;
}

/* The first that is given up; false: none is. */
static bool read_status(struct arena *arena, const char *at, const char *end, struct mail_bounce *bounce)
{
    while (at < end) {
        struct mail_part group = {at, end};
        if (begins(mail_header(arena, group, "Action", 0), "failed")) {
            bounce->recipient = recipient_in(arena, group);
            bounce->why = status_in(arena, group);
            return true;
        }
        at = mail_body(group);
    }
    return false;
}

static void read_returned(struct arena *arena, struct mail_part returned, struct mail_bounce *bounce)
{
    const char *to = mail_header(arena, returned, "To", 0);
    const char *address = to ? mail_address(arena, to) : NULL;
    mail_ids(arena, mail_header(arena, returned, "Message-ID", 0), &bounce->ids);
    bounce->to = address ? address : bounce->to;
}

static bool read_report(struct arena *arena, struct mail_part whole, const char *type,
                        struct mail_bounce *bounce)
{
    static const char *const returned[] = {"message/rfc822", "text/rfc822-headers", "message/global"};
    const char *boundary = mail_boundary(arena, type), *at = mail_body(whole);
    struct mail_part part;
    bool failed = false;
    while (boundary && mail_part_next(&at, whole.end, boundary, &part)) {
        const char *kind = mail_header(arena, part, "Content-Type", 0), *body = mail_body(part);
        if (begins(kind, "message/delivery-status") || begins(kind, "message/global-delivery-status")) {
            failed |= !failed && read_status(arena, body, part.end, bounce);
            continue;
        }
        for (size_t i = 0; i < sizeof returned / sizeof *returned; i++)
            if (begins(kind, returned[i])) {
                read_returned(arena, (struct mail_part){body, part.end}, bounce);
                break;
            }
    }
    return failed;
}

/* What came back begins where a line names its id: the headers around it are one block. */
static bool read_text(struct arena *arena, struct mail_part whole, struct mail_bounce *bounce)
{
    const char *at = mail_body(whole);
    const char *failed = mail_header(arena, whole, "X-Failed-Recipients", 0);
    while (at < whole.end && isspace((unsigned char)*at))
        at++;
    static const char qmail[] = "Hi. This is the ";
    bool is_qmail = (size_t)(whole.end - at) > sizeof qmail && begins(at, qmail);
    if (!failed && !is_qmail)
        return false;
    const char *address = failed ? mail_address(arena, failed) : NULL;
    bounce->recipient = address ? address : "";
    for (const char *next; at < whole.end; at = next) {
        struct mail_part block = {at, whole.end};
        next = mail_body(block);
        if (mail_header(arena, block, "Message-ID", 0)) {
            read_returned(arena, block, bounce);
            return true;
        }
    }
    return true;
}

bool mail_bounce_read(struct arena *arena, const char *bytes, size_t n_bytes, struct mail_bounce *ret_bounce)
{
    struct mail_part whole = {bytes, bytes + n_bytes};
    struct mail_bounce bounce = {.to = "", .recipient = "", .why = "no reason given"};
    if (n_bytes > MAIL_MOST_BYTES)
        return false;
    const char *type = mail_header(arena, whole, "Content-Type", 0);
    bool failed = begins(type, "multipart/") ? read_report(arena, whole, type, &bounce)
                                             : read_text(arena, whole, &bounce);
    if (!failed)
        return false;
    mail_ids(arena, mail_header(arena, whole, "In-Reply-To", 0), &bounce.ids);
    mail_ids(arena, mail_header(arena, whole, "References", 0), &bounce.ids);
    *ret_bounce = bounce;
    return true;
}
