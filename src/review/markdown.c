#include "review/markdown.h"
#include "base/must.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LINE_BYTES = 400, COLUMN_AT_MOST = 44 };

/* What a backslash goes in front of wherever it stands. '<' and '&' become entities, which renderers that
 * know no backslashes understand, too. */
static bool is_mark(char c)
{
    return strchr("\\`*[|~", c) != NULL;
}

/* "a_b" is a word to every renderer; at the edge of a word the mark would be emphasis. */
static bool joins_words(const char *text, const char *at)
{
    return at > text && isalnum((unsigned char)at[-1]) && isalnum((unsigned char)at[1]);
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static void put_character(struct buf *out, const char *text, const char *at)
{
    if (is_control(*at)) {
        buf_putc(out, ' ');
    } else if (*at == '<') {
        buf_puts(out, "&lt;");
    } else if (*at == '&' && (isalpha((unsigned char)at[1]) || at[1] == '#')) {
        buf_puts(out, "&amp;");
    } else {
        if (is_mark(*at) || (*at == '_' && !joins_words(text, at)))
            buf_putc(out, '\\');
        buf_putc(out, *at);
    }
}

/* "# x", "> x", "- x", "+ x", "1. x" and "===" are blocks of their own at the start of a line. Gives what is
 * still to be written. */
static const char *put_start(struct buf *out, const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t n_digits = strspn(text, "0123456789");
    if (n_digits && (text[n_digits] == '.' || text[n_digits] == ')') &&
        (!text[n_digits + 1] || isspace((unsigned char)text[n_digits + 1]))) {
        buf_add(out, text, n_digits);
        text += n_digits;
        buf_putc(out, '\\');
    } else if (*text && strchr("#>+-=", *text)) {
        buf_putc(out, '\\');
    } else {
        return text;
    }
    buf_putc(out, *text);
    return text + 1;
}

void markdown_text(struct buf *out, const char *text)
{
    if (!text)
        return;
    for (const char *at = put_start(out, text); *at; at++)
        put_character(out, text, at);
}

/* What a code span cannot hold in a table, or not without care: a backtick, and a bar after a backslash. */
static bool is_plain_code(const char *text, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++)
        if (text[i] == '`' || (text[i] == '|' && i > 0 && text[i - 1] == '\\'))
            return false;
    return n_bytes > 0 && text[n_bytes - 1] != '\\';
}

static void put_code(struct buf *out, const char *text, size_t n_bytes)
{
    bool plain = is_plain_code(text, n_bytes);
    buf_puts(out, plain ? "`" : "<code>");
    for (size_t i = 0; i < n_bytes; i++) {
        if (is_control(text[i]))
            buf_putc(out, ' ');
        else if (plain && text[i] == '|')
            buf_puts(out, "\\|");
        else if (!plain && strchr("\\`*_[]|~<>&\"", text[i]))
            buf_printf(out, "&#%d;", text[i]);
        else
            buf_putc(out, text[i]);
    }
    buf_puts(out, plain ? "`" : "</code>");
}

void markdown_sentence(struct buf *out, const char *text)
{
    if (!text)
        return;
    const char *at = put_start(out, text);
    while (*at) {
        const char *end = *at == '`' ? strchr(at + 1, '`') : NULL;
        if (end && end > at + 1) {
            put_code(out, at + 1, (size_t)(end - at) - 1);
            at = end + 1;
        } else if (*at == '`' && !end) { /* and none after it: the rest is looked through once */
            for (; *at; at++)
                put_character(out, text, at);
        } else {
            put_character(out, text, at++);
        }
    }
}

static size_t without_end(const char *text)
{
    size_t n = strlen(text);
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    return n;
}

void markdown_lines(struct buf *out, const char *text)
{
    if (!text)
        return;
    const char *end = text + without_end(text);
    for (const char *at = put_start(out, text); at < end; at++) {
        if (*at == '\n')
            buf_puts(out, "<br>");
        else if (*at != '\r')
            put_character(out, text, at);
    }
}

/* Bytes of the first n_characters. */
static size_t characters(const char *text, size_t n_characters)
{
    size_t n = 0;
    while (text[n]) {
        if (((unsigned char)text[n] & 0xc0) != 0x80 && n_characters-- == 0)
            break;
        n++;
    }
    return n;
}

void markdown_code(struct buf *out, const char *text, size_t n_characters)
{
    if (!text || !*text)
        return;
    size_t n_bytes = characters(text, n_characters);
    put_code(out, text, n_bytes);
    if (text[n_bytes])
        buf_puts(out, " ...");
}

static size_t longest_fence(const char *text)
{
    size_t longest = 0;
    while (*text) {
        size_t n = strspn(text, "`");
        if (n > longest)
            longest = n;
        text += n ? n : strcspn(text, "`");
    }
    return longest;
}

static void put_fence(struct buf *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(out, '`');
}

static void put_line(struct buf *out, const char *line, size_t n_bytes, size_t n_bytes_at_most)
{
    size_t n_kept = n_bytes;
    if (n_bytes > n_bytes_at_most)
        for (n_kept = n_bytes_at_most; n_kept && ((unsigned char)line[n_kept] & 0xc0) == 0x80;)
            n_kept--;
    for (size_t i = 0; i < n_kept; i++)
        if (!is_control(line[i]) || line[i] == '\t')
            buf_putc(out, line[i]);
        else if (line[i] != '\r')
            buf_puts(out, "\xef\xbf\xbd"); /* U+FFFD: an escape sequence stays visible and harmless */
    buf_puts(out, n_kept < n_bytes ? " ...\n" : "\n");
}

static size_t count_lines(const char *text, size_t n_bytes)
{
    size_t n = n_bytes > 0;
    for (size_t i = 0; i < n_bytes; i++)
        n += text[i] == '\n';
    return n;
}

/* Lines first <= i < end of a text that stops at `stop`. */
static void put_output(struct buf *out, const char *text, const char *stop, size_t first, size_t end)
{
    for (size_t i = 0; i < end && text <= stop; i++) {
        const char *newline = memchr(text, '\n', (size_t)(stop - text));
        size_t n = (size_t)((newline ? newline : stop) - text);
        if (i >= first)
            put_line(out, text, n, LINE_BYTES);
        text += n + 1;
    }
}

static void put_command(struct buf *out, const char *command)
{
    const char *stop = command + without_end(command);
    while (command < stop) {
        size_t n = strcspn(command, "\n");
        put_line(out, command, n, SIZE_MAX);
        command += n + 1;
    }
}

size_t markdown_output(struct buf *out, const char *command, const char *output, size_t n_lines)
{
    size_t in_command = longest_fence(command), in_output = longest_fence(output);
    size_t longest = in_command > in_output ? in_command : in_output;
    size_t n_fence = longest < 3 ? 3 : longest + 1;
    size_t n_bytes = without_end(output), n = count_lines(output, n_bytes);
    size_t n_tail = n_lines / 4, n_left_out = n > n_lines ? n - n_lines : 0;

    put_fence(out, n_fence);
    buf_puts(out, "text\n$ ");
    put_command(out, command);
    put_output(out, output, output + n_bytes, 0, n_left_out ? n_lines - n_tail : n);
    if (n_left_out) {
        buf_printf(out, "... %zu lines left out ...\n", n_left_out);
        put_output(out, output, output + n_bytes, n - n_tail, n);
    }
    put_fence(out, n_fence);
    buf_putc(out, '\n');
    return n_left_out;
}

struct markdown_table markdown_table(struct arena *arena, size_t n_columns, const char *const *headings)
{
    struct markdown_table table = {.arena = arena, .n_columns = n_columns};
    for (size_t i = 0; i < n_columns; i++)
        strings_add(arena, &table.cells, headings[i]);
    return table;
}

void markdown_table_add(struct markdown_table *table, struct buf *cell)
{
    strings_add(table->arena, &table->cells, arena_strndup(table->arena, buf_text(cell), cell->n_bytes));
    buf_clear(cell);
}

static size_t width_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static size_t column_width(const struct markdown_table *table, size_t column)
{
    bool last = column + 1 == table->n_columns;
    size_t widest = last ? width_of(table->cells.at[column]) : 3;
    for (size_t i = column; i < table->cells.n && !last; i += table->n_columns) {
        size_t width = width_of(table->cells.at[i]);
        if (width > widest)
            widest = width;
    }
    return widest < COLUMN_AT_MOST ? widest : COLUMN_AT_MOST;
}

void markdown_table_write(struct buf *out, const struct markdown_table *table)
{
    must(table->n_columns > 0);
    size_t *widths = arena_alloc(table->arena, table->n_columns * sizeof *widths);
    for (size_t i = 0; i < table->n_columns; i++)
        widths[i] = column_width(table, i);
    for (size_t i = 0; i < table->cells.n; i++) {
        size_t column = i % table->n_columns;
        bool last = column + 1 == table->n_columns;
        buf_puts(out, column ? " " : "| ");
        buf_puts(out, table->cells.at[i]);
        for (size_t width = width_of(table->cells.at[i]); width < widths[column] && !last; width++)
            buf_putc(out, ' ');
        buf_puts(out, last ? " |\n" : " |");
        if (i + 1 != table->n_columns)
            continue;
        for (size_t k = 0; k < table->n_columns; k++) {
            buf_puts(out, k ? "-" : "|-");
            for (size_t width = 0; width < widths[k]; width++)
                buf_putc(out, '-');
            buf_puts(out, "-|");
        }
        buf_putc(out, '\n');
    }
}
