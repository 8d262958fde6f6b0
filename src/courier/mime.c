/* No text of others reaches a header as it is: control characters become blanks before anything else, so a
 * title cannot start a header of its own, and what is not plain ASCII is encoded.
 *
 *   Message-ID: <crashcart-7f3a-incident-4-page-2@example.org>
 *   References: <crashcart-7f3a-incident-4@example.org>
 *   Subject: [SEV-1] #4 web-shop: Service down
 *   Auto-Submitted: auto-generated                              RFC 3834: no out-of-office answers, please
 *   Content-Transfer-Encoding: quoted-printable
 *
 * The mail that a thread refers to was never sent; mail programs thread by the reference all the same. */
#include "courier/mime.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/hash.h"

enum {
    LINE_BYTES = 76,    /* of quoted-printable and of folded headers */
    WORD_BYTES = 45,    /* of text in one encoded word: 60 of base64, 72 with its frame */
    MOST_SUBJECT = 300, /* bytes */
    MOST_NAME = 100,
    MOST_QUOTED = 60 /* longer names and words are encoded, which folds them */
};

static bool is_plain(const char *text)
{
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
            return false;
    }
    return strstr(text, "=?") == NULL;
}

/* At most n bytes, and no part of a character. */
static size_t cut_utf8(const char *text, size_t n)
{
    size_t length = strlen(text);
    if (length <= n)
        return length;
    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* Control characters are blanks; runs of blanks are one, none at either end. */
static void add_one_line(struct buf *out, const char *text, size_t most_bytes)
{
    size_t n = cut_utf8(text, most_bytes);
    bool blank = false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == ' ' || iscntrl(c)) {
            blank = true;
            continue;
        }
        if (blank && out->n_bytes)
            buf_putc(out, ' ');
        buf_putc(out, text[i]);
        blank = false;
    }
}

/* A line can only be folded at a blank. */
static bool has_long_word(const char *text)
{
    for (size_t n; *text; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        if (n > MOST_QUOTED)
            return true;
    }
    return false;
}

static void add_base64(struct buf *out, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        unsigned three = (unsigned)bytes[i] << 16;
        if (i + 1 < n)
            three |= (unsigned)bytes[i + 1] << 8;
        if (i + 2 < n)
            three |= bytes[i + 2];
        buf_putc(out, digits[three >> 18]);
        buf_putc(out, digits[three >> 12 & 63]);
        buf_putc(out, i + 1 < n ? digits[three >> 6 & 63] : '=');
        buf_putc(out, i + 2 < n ? digits[three & 63] : '=');
    }
}

/* =?UTF-8?B?...?=, a new line for each word after the first (RFC 2047, 2). */
static void add_encoded_words(struct buf *out, const char *text)
{
    for (bool first = true; *text; first = false) {
        size_t n = cut_utf8(text, WORD_BYTES);
        if (!n) /* not UTF-8: no character is longer than four bytes */
            n = strlen(text) < WORD_BYTES ? strlen(text) : WORD_BYTES;
        buf_puts(out, first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(out, (const unsigned char *)text, n);
        buf_puts(out, "?=");
        text += n;
    }
}

/* Breaks before a blank once the line is full; column is where the text starts. */
static void add_folded(struct buf *out, const char *text, size_t column)
{
    while (*text) {
        size_t word = 1 + strcspn(text + 1, " "); /* with the blank before it */
        if (*text == ' ' && column + word > LINE_BYTES) {
            buf_puts(out, "\r\n");
            column = 0;
        }
        buf_add(out, text, word);
        column += word;
        text += word;
    }
}

static void add_subject(struct buf *out, const char *subject)
{
    scoped_buf struct buf line = {0};
    add_one_line(&line, subject, MOST_SUBJECT);
    buf_puts(out, "Subject: ");
    if (is_plain(buf_text(&line)) && !has_long_word(buf_text(&line)))
        add_folded(out, buf_text(&line), 9);
    else {
        buf_puts(out, "\r\n "); /* the whole line for the first word */
        add_encoded_words(out, buf_text(&line));
    }
    buf_puts(out, "\r\n");
}

/* "Ana B. <ana@example.org>": the name quoted, or encoded when it is not ASCII. */
static void add_recipient(struct buf *out, const char *name, const char *address)
{
    scoped_buf struct buf line = {0};
    add_one_line(&line, name, MOST_NAME);
    buf_puts(out, "To: ");
    if (line.n_bytes && line.n_bytes <= MOST_QUOTED && is_plain(line.at) && !strpbrk(line.at, "\"\\")) {
        buf_printf(out, "\"%s\"\r\n ", line.at);
    } else if (line.n_bytes) {
        add_encoded_words(out, line.at);
        buf_puts(out, "\r\n ");
    }
    buf_printf(out, "<%s>\r\n", address);
}

/* <id@domain>, the id hashed when it holds what an atom may not. */
static void add_message_id(struct buf *out, const char *header, const char *id, const char *from)
{
    char hex[SHA256_HEX_BYTES];
    bool atom = *id && strlen(id) <= 100;
    for (const char *p = id; atom && *p; p++)
        atom = isalnum((unsigned char)*p) || *p == '-' || *p == '_';
    if (!atom) {
        sha256_hex(id, strlen(id), hex);
        hex[32] = '\0'; /* unique enough, and the line stays short */
        id = hex;
    }
    const char *at = strrchr(from, '@');
    buf_printf(out, "%s: <%s@%s>\r\n", header, id, at ? at + 1 : "crashcart.invalid");
}

static void add_date(struct buf *out, int64_t us)
{
    char text[64] = "";
    struct tm t;
    time_t s = (time_t)(us / US_PER_S);
    if (gmtime_r(&s, &t) && strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &t))
        buf_printf(out, "Date: %s\r\n", text);
}

/* RFC 2045, 6.7: lines of at most 76 with soft breaks, blanks at the end of a line encoded. */
static void add_quoted_printable(struct buf *out, const char *text)
{
    size_t column = 0;
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\n' || (c == '\r' && p[1] == '\n')) {
            p += c == '\r';
            buf_puts(out, "\r\n");
            column = 0;
            continue;
        }
        bool ends_line = !p[1] || p[1] == '\n' || p[1] == '\r';
        bool plain = (c > 0x20 && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !ends_line);
        size_t width = plain ? 1 : 3;
        if (column + width > LINE_BYTES - 1) {
            buf_puts(out, "=\r\n");
            column = 0;
        }
        if (plain)
            buf_putc(out, (char)c);
        else
            buf_printf(out, "=%02X", c);
        column += width;
    }
    if (column)
        buf_puts(out, "\r\n");
}

void mime_build(struct buf *out, const struct mail *mail)
{
    buf_printf(out, "From: Crashcart <%s>\r\n", mail->from);
    add_recipient(out, mail->to_name, mail->to);
    add_date(out, mail->date_us);
    add_subject(out, mail->subject);
    add_message_id(out, "Message-ID", mail->key, mail->from);
    add_message_id(out, "In-Reply-To", mail->thread, mail->from);
    add_message_id(out, "References", mail->thread, mail->from);
    buf_puts(out, "Auto-Submitted: auto-generated\r\n"
                  "MIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: quoted-printable\r\n"
                  "\r\n");
    add_quoted_printable(out, mail->text);
}
