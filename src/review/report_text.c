#include "review/report_text.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

void report_add_text(struct buf *out, const char *text)
{
    bool at_start = true;
    for (const char *p = text ? text : ""; *p; p++) {
        /* "-", "+" and "1." begin lists only at the start of a line; all else may mean something anywhere. */
        bool special = strchr("\\`*_[]<>|#~&", *p) || (at_start && strchr("-+=", *p)) ||
                       (!at_start && (*p == '.' || *p == ')') && p - text < 10 &&
                        strspn(text, "0123456789") == (size_t)(p - text));
        if (special)
            buf_putc(out, '\\');
        buf_putc(out, is_control(*p) ? ' ' : *p);
        at_start = at_start && (*p == ' ' || is_control(*p));
    }
}

static size_t longest_backticks(const char *text, size_t n_bytes)
{
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < n_bytes; i++) {
        run = text[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    return longest;
}

static void add_backticks(struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(out, '`');
}

/* Not in the middle of a UTF-8 character. */
static size_t cut_bytes(const char *text, size_t most_bytes)
{
    size_t n = strnlen(text, most_bytes + 1);
    if (n <= most_bytes)
        return n;
    n = most_bytes;
    while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

void report_add_code(struct buf *out, const char *code, size_t most_bytes)
{
    size_t n = cut_bytes(code, most_bytes);
    size_t ticks = longest_backticks(code, n) + 1;
    add_backticks(out, ticks);
    if (ticks > 1)
        buf_putc(out, ' ');
    for (size_t i = 0; i < n; i++) {
        if (code[i] == '|')
            buf_putc(out, '\\'); /* a table cell ends at any other, even inside a code span (GFM 4.10) */
        buf_putc(out, is_control(code[i]) ? ' ' : code[i]);
    }
    if (code[n])
        buf_puts(out, "…");
    if (ticks > 1)
        buf_putc(out, ' ');
    add_backticks(out, ticks);
}

void report_add_block(struct buf *out, const char *text, size_t most_lines)
{
    size_t n_bytes = strlen(text), n_lines = 0, shown = 0;
    size_t ticks = longest_backticks(text, n_bytes);
    for (const char *p = text; *p; p++)
        n_lines += *p == '\n' || !p[1];
    add_backticks(out, ticks < 3 ? 3 : ticks + 1);
    buf_puts(out, "text\n");
    for (const char *line = text; *line && shown < most_lines; shown++) {
        size_t n = strcspn(line, "\n");
        buf_add(out, line, n);
        buf_putc(out, '\n');
        line += n + (line[n] == '\n');
    }
    add_backticks(out, ticks < 3 ? 3 : ticks + 1);
    buf_putc(out, '\n');
    if (n_lines > shown)
        buf_printf(out, "\n%zu more lines stand in the ledger.\n", n_lines - shown);
}

void report_add_time(struct buf *out, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    if (us == 0)
        return;
    time_format_rfc3339(us, text);
    buf_printf(out, "%.10s %.8s", text, text + 11);
}

void report_add_span(struct buf *out, int64_t from_us, int64_t until_us)
{
    char text[TIME_TEXT_BYTES];
    if (from_us == 0 || until_us == 0) {
        buf_putc(out, '-');
        return;
    }
    duration_format(until_us > from_us ? until_us - from_us : 0, text);
    buf_puts(out, text);
}
