/* A column is one code point: wide characters make a line longer than counted, which only looks less neat. */
#include "cmd/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_colours(void)
{
    const char *no = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (!no || !*no);
}

static const char *const codes[] = {
    [STYLE_PLAIN] = "",   [STYLE_BOLD] = "1",    [STYLE_DIM] = "2",
    [STYLE_RED] = "1;31", [STYLE_YELLOW] = "33", [STYLE_GREEN] = "32",
};

/* Length of the character at s, at least 1. Texts are UTF-8 here: the JSON reader took nothing else. */
static size_t character_bytes(const char *s)
{
    size_t n = 1;
    while (s[0] && ((unsigned char)s[n] & 0xC0) == 0x80)
        n++;
    return n;
}

static bool is_control(const char *s, size_t n)
{
    unsigned char first = (unsigned char)s[0];
    return first < 0x20 || first == 0x7f || (n == 2 && first == 0xC2 && (unsigned char)s[1] < 0xA0);
}

static void add_character(struct buf *out, const char *s, size_t n)
{
    if (is_control(s, n))
        buf_putc(out, ' ');
    else
        buf_add(out, s, n);
}

static size_t add_characters(struct buf *out, const char *s, size_t n_bytes)
{
    size_t columns = 0;
    for (size_t i = 0, n; i < n_bytes; i += n, columns++) {
        n = character_bytes(s + i);
        add_character(out, s + i, n);
    }
    return columns;
}

size_t text_columns(const char *text)
{
    size_t columns = 0;
    for (; *text; text += character_bytes(text))
        columns++;
    return columns;
}

void text_add(struct buf *out, bool colours, enum style style, const char *text)
{
    bool coloured = colours && *codes[style];
    if (coloured)
        buf_printf(out, "\033[%sm", codes[style]);
    add_characters(out, text, strlen(text));
    if (coloured)
        buf_puts(out, "\033[0m");
}

static void add_fit(struct buf *out, const char *text, size_t n_bytes, size_t n_columns, bool pad)
{
    size_t at = 0, columns = 0;
    while (at < n_bytes && columns + 1 < n_columns) {
        size_t n = character_bytes(text + at);
        add_character(out, text + at, n);
        at += n;
        columns++;
    }
    if (at < n_bytes && columns < n_columns) {
        size_t n = character_bytes(text + at);
        if (at + n == n_bytes)
            add_character(out, text + at, n);
        else
            buf_puts(out, "…");
        columns++;
    }
    for (; pad && columns < n_columns; columns++)
        buf_putc(out, ' ');
}

void text_add_fit(struct buf *out, const char *text, size_t n_columns, bool pad)
{
    add_fit(out, text, strlen(text), n_columns, pad);
}

void text_add_wrapped(struct buf *out, const char *text, size_t at, size_t indent)
{
    static const char blanks[] = " \t\r\n";
    bool first = true;
    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        size_t n_bytes = strcspn(text, blanks), columns = 0;
        for (size_t i = 0; i < n_bytes; i += character_bytes(text + i))
            columns++;
        if (!first && at + 1 + columns > TERMINAL_COLUMNS) {
            buf_printf(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            buf_putc(out, ' ');
            at++;
        }
        at += add_characters(out, text, n_bytes);
        text += n_bytes;
        first = false;
    }
    buf_putc(out, '\n');
}

void line_print(size_t indent, const char *format, ...)
{
    scoped_buf struct buf text = {0}, out = {0};
    va_list ap;
    va_start(ap, format);
    buf_vprintf(&text, format, ap);
    va_end(ap);
    buf_printf(&out, "%*s", (int)indent, "");
    if (isatty(STDOUT_FILENO))
        text_add_wrapped(&out, buf_text(&text), indent, indent + 2);
    else
        buf_printf(&out, "%s\n", buf_text(&text));
    fputs(buf_text(&out), stdout);
}

size_t text_add_lines(struct buf *out, const char *text, size_t indent, size_t n_lines)
{
    size_t n = 0;
    while (*text) {
        size_t n_bytes = strcspn(text, "\n");
        if (n++ < n_lines) {
            buf_printf(out, "%*s", (int)indent, "");
            add_fit(out, text, n_bytes, TERMINAL_COLUMNS - indent, false);
            buf_putc(out, '\n');
        }
        text += n_bytes + (text[n_bytes] == '\n');
    }
    return n > n_lines ? n - n_lines : 0;
}

void error_print(const char *text)
{
    static const char name[] = "crashcart: ";
    scoped_buf struct buf out = {0};
    buf_puts(&out, name);
    text_add_wrapped(&out, text, sizeof name - 1, 0);
    fputs(buf_text(&out), stderr);
}

void text_add_exact(struct buf *out, const char *text, size_t indent)
{
    buf_printf(out, "%*s", (int)indent, "");
    for (const char *c = text; *c; c++) {
        bool control = ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7F;
        buf_putc(out, control ? '?' : *c);
        if (*c == '\n')
            buf_printf(out, "%*s", (int)indent, "");
    }
    buf_putc(out, '\n');
}
