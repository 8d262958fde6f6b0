#include "intake/mail.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "intake/mail_priv.h"

enum { REFERENCES_MOST = 50, LINE_MOST = 500, PARTS_DEEP = 4, ADDRESS_MOST = 254 };

const char *mail_line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline + 1 : end;
}

static bool is_blank(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    return at == end;
}

const char *mail_body(struct mail_part part)
{
    const char *at = part.at;
    while (at < part.end) {
        const char *next = mail_line_end(at, part.end);
        if (is_blank(at, next))
            return next;
        at = next;
    }
    return part.end;
}

const char *mail_header(struct arena *arena, struct mail_part part, const char *name, int n)
{
    scoped_buf struct buf value = {0};
    const char *body = mail_body(part);
    size_t n_name = strlen(name);
    bool inside = false;
    for (const char *at = part.at, *next; at < body; at = next) {
        next = mail_line_end(at, body);
        bool folded = *at == ' ' || *at == '\t';
        if (inside && !folded)
            break;
        const char *text = at;
        if (!inside) {
            if (folded || (size_t)(next - at) <= n_name || strncasecmp(at, name, n_name) != 0 ||
                at[n_name] != ':' || n-- > 0)
                continue;
            inside = true;
            text = at + n_name + 1;
        }
        for (; text < next; text++)
            buf_putc(&value, (unsigned char)*text < ' ' ? ' ' : *text);
    }
    if (!inside)
        return NULL;
    const char *text = buf_text(&value), *end = text + strlen(text);
    while (isspace((unsigned char)*text))
        text++;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    return arena_strndup(arena, text, (size_t)(end - text));
}

/* ---- who, and what it answers ---- */

const char *mail_address(struct arena *arena, const char *value)
{
    const char *open = strrchr(value, '<');
    const char *from = open ? open + 1 : value;
    size_t n = strcspn(from, open ? ">" : "");
    const char *address = arena_strndup(arena, from, n);
    const char *at = strchr(address, '@');
    bool good = at && at > address && at[1] && !strchr(at + 1, '@') && n <= ADDRESS_MOST &&
                !strpbrk(address, " ,;<>\"()\\") &&
                (!open || is_blank(from + n + (from[n] == '>'), value + strlen(value)));
    return good ? address : NULL;
}

void mail_ids(struct arena *arena, const char *text, struct strings *ids)
{
    while (text && (text = strchr(text, '<')) && ids->n < REFERENCES_MOST) {
        const char *end = strchr(text, '>');
        if (!end)
            return;
        if (end - text < LINE_MOST)
            strings_add(arena, ids, arena_strndup(arena, text, (size_t)(end - text) + 1));
        text = end + 1;
    }
}

/* ---- the text ---- */

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

static void decode_quoted(struct buf *out, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at != '=') {
            buf_putc(out, *at);
        } else if (end - at > 2 && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0) {
            buf_putc(out, (char)(hex_digit(at[1]) * 16 + hex_digit(at[2])));
            at += 2;
        } else {
            at = mail_line_end(at, end) - 1; /* a line that goes on */
        }
    }
}

static void decode_base64(struct buf *out, const char *at, const char *end)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0;
    int n_bits = 0;
    for (; at < end && *at != '='; at++) {
        const char *digit = *at ? strchr(digits, *at) : NULL;
        if (!digit)
            continue;
        bits = bits << 6 | (unsigned)(digit - digits);
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            buf_putc(out, (char)(bits >> n_bits & 0xff));
        }
    }
}

const char *mail_boundary(struct arena *arena, const char *type)
{
    static const char word[] = "boundary=";
    const char *at = type && strncasecmp(type, "multipart/", 10) == 0 ? strcasestr(type, word) : NULL;
    if (!at)
        return NULL;
    at += sizeof word - 1;
    bool quoted = *at == '"';
    at += quoted;
    size_t n = strcspn(at, quoted ? "\"" : "; \t");
    return n > 0 && n <= 70 ? arena_strndup(arena, at, n) : NULL;
}

bool mail_part_next(const char **at, const char *end, const char *boundary, struct mail_part *ret_part)
{
    size_t n_boundary = strlen(boundary);
    const char *begin = NULL;
    for (const char *line = *at, *next; line < end; line = next) {
        next = mail_line_end(line, end);
        bool is_boundary = (size_t)(next - line) >= n_boundary + 2 && memcmp(line, "--", 2) == 0 &&
                           memcmp(line + 2, boundary, n_boundary) == 0;
        if (!is_boundary)
            continue;
        if (begin) {
            *ret_part = (struct mail_part){begin, line};
            *at = line;
            return true;
        }
        begin = next;
    }
    if (!begin || begin == end)
        return false;
    *ret_part = (struct mail_part){begin, end}; /* cut off */
    *at = end;
    return true;
}

/* The words of HTML: a tag that begins a line of its own there begins one here; a style, a script and a
 * comment say nothing. Entities that a command can hold are read. */
static size_t tag_end(const char *at, const char *end)
{
    static const char *const silent[][2] = {
        {"<!--", "-->"}, {"<head", "</head"}, {"<style", "</style"}, {"<script", "</script"}};
    const char *close = memchr(at, '>', (size_t)(end - at));
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
        size_t n = strlen(silent[i][0]);
        if ((size_t)(end - at) < n || strncasecmp(at, silent[i][0], n) != 0)
            continue;
        const char *over = at + n;
        while (over < end &&
               strncasecmp(over, silent[i][1], strnlen(silent[i][1], (size_t)(end - over))) != 0)
            over++;
        close = over < end ? memchr(over, '>', (size_t)(end - over)) : NULL;
    }
    return close ? (size_t)(close - at) + 1 : (size_t)(end - at);
}

static bool breaks_line(const char *tag)
{
    static const char *const words[] = {"br", "p", "div", "tr", "li", "blockquote", "table", "body", "hr"};
    const char *word = tag + 1 + (tag[1] == '/');
    size_t n = 0;
    while (isalnum((unsigned char)word[n]))
        n++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && strncasecmp(word, words[i], n) == 0)
            return true;
    return false;
}

static void add_words_of_html(struct buf *out, const char *at, const char *end)
{
    static const char *const entities[][2] = {
        {"&nbsp;", " "}, {"&#160;", " "}, {"&#35;", "#"}, {"&amp;", "&"}};
    while (at < end) {
        size_t n = 1;
        if (*at == '<') {
            n = tag_end(at, end);
            buf_puts(out, breaks_line(at) ? "\n" : "");
        } else if (*at == '\n' || *at == '\r') {
            buf_putc(out, ' ');
        } else {
            const char *means = NULL;
            for (size_t i = 0; *at == '&' && i < sizeof entities / sizeof *entities; i++)
                if ((size_t)(end - at) >= strlen(entities[i][0]) &&
                    strncasecmp(at, entities[i][0], strlen(entities[i][0])) == 0) {
                    means = entities[i][1];
                    n = strlen(entities[i][0]);
                }
            if (means)
                buf_puts(out, means);
            else
                buf_putc(out, *at);
        }
        at += n;
    }
}

/* wanted: "text/plain", or "text/html" where there is none. */
static bool add_text(struct arena *arena, struct mail_part part, const char *wanted, struct buf *out,
                     int deep)
{
    const char *type = mail_header(arena, part, "Content-Type", 0), *body = mail_body(part);
    const char *boundary = mail_boundary(arena, type);
    if (boundary && deep < PARTS_DEEP) {
        struct mail_part inner;
        while (mail_part_next(&body, part.end, boundary, &inner))
            if (add_text(arena, inner, wanted, out, deep + 1))
                return true;
        return false;
    }
    if (strncasecmp(type ? type : "text/plain", wanted, strlen(wanted)) != 0)
        return false;
    const char *encoding = mail_header(arena, part, "Content-Transfer-Encoding", 0);
    if (encoding && strcasecmp(encoding, "base64") == 0)
        decode_base64(out, body, part.end);
    else if (encoding && strcasecmp(encoding, "quoted-printable") == 0)
        decode_quoted(out, body, part.end);
    else
        buf_add(out, body, (size_t)(part.end - body));
    return true;
}

static const char *first_line(struct arena *arena, const struct buf *text)
{
    const char *at = buf_text(text), *end = at + text->n_bytes;
    for (const char *next; at < end; at = next) {
        next = mail_line_end(at, end);
        while (at < next && isspace((unsigned char)*at))
            at++;
        if (at == next || *at == '>')
            continue;
        size_t n = (size_t)(next - at);
        char *line = arena_strndup(arena, at, n < LINE_MOST ? n : LINE_MOST);
        for (char *c = line; *c; c++)
            if ((unsigned char)*c < ' ' || *c == 0x7f)
                *c = ' ';
        return line;
    }
    return "";
}

int mail_reply_read(struct arena *arena, const char *bytes, size_t n_bytes, struct mail_reply *ret_reply,
                    struct err *err)
{
    struct mail_reply reply = {0};
    struct mail_part whole = {bytes, bytes + n_bytes};
    struct strings own = {0};
    scoped_buf struct buf text = {0};
    if (n_bytes > MAIL_MOST_BYTES)
        return err_set(err, "the mail is longer than a reply can be");
    const char *from = mail_header(arena, whole, "From", 0);
    reply.from = from && !mail_header(arena, whole, "From", 1) ? mail_address(arena, from) : NULL;
    if (!reply.from)
        return err_set(err, "the mail has no sender, or more than one");
    mail_ids(arena, mail_header(arena, whole, "Message-ID", 0), &own);
    if (own.n != 1)
        return err_set(err, "the mail has no Message-ID");
    reply.message_id = own.at[0];
    mail_ids(arena, mail_header(arena, whole, "In-Reply-To", 0), &reply.references);
    mail_ids(arena, mail_header(arena, whole, "References", 0), &reply.references);
    const char *automatic = mail_header(arena, whole, "Auto-Submitted", 0);
    reply.automatic = automatic && strncasecmp(automatic, "no", 2) != 0;
    if (!add_text(arena, whole, "text/plain", &text, 0)) {
        scoped_buf struct buf html = {0};
        add_text(arena, whole, "text/html", &html, 0);
        add_words_of_html(&text, buf_text(&html), buf_text(&html) + html.n_bytes);
    }
    reply.text = first_line(arena, &text);
    *ret_reply = reply;
    return 0;
}
