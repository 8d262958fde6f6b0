/* Marks of other houses, line by line, as the Markdown that they stand for:
 *
 *     1\. Look        a) look    (a) look      lists of word processors and of contracts
 *     **4.1 Queue stalled**    4.1 Queue stalled      numbered headings that are no headings
 *     SEV-1 / : Response: page at once                definitions below their term: items
 *     <h2>Look</h2>  <li>look</li>  <summary>Look</summary>      HTML (document_tags.c)
 *
 * A letter counts where it follows the one before, beginning with "a" behind an empty line or a colon; a
 * number with parts counts alone between empty lines, short and without a sentence's end. */
#include "runbook/document_house.h"

#include <ctype.h>
#include <string.h>

enum { TITLE_BYTES = 90, HEADING_LEVELS = 6, NUMBER_BYTES = 3 };

static bool blank(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

static size_t indent_of(const char *line, size_t n)
{
    size_t k = 0;

    while (k < n && line[k] == ' ')
        k++;
    return k;
}

/* ---- Items ---- */

/* "1\. ", "2\) ", "\- ": where the mark's backslash stands, or n. */
static size_t escape_of_mark(const char *line, size_t n)
{
    size_t k = indent_of(line, n), first = k;

    while (k < n && k - first < NUMBER_BYTES && isdigit((unsigned char)line[k]))
        k++;
    if (k + 2 >= n || line[k] != '\\' || line[k + 2] != ' ')
        return n;
    bool number = k > first && (line[k + 1] == '.' || line[k + 1] == ')');
    return number || (k == first && line[k + 1] == '-') ? k : n;
}

/* "a) ", "(a) ", "a\) ": the letter, and where the text behind it begins; 0: there is none. */
static char letter_of_mark(const char *line, size_t n, size_t *ret_text)
{
    size_t k = indent_of(line, n);

    k += k < n && line[k] == '(';
    if (k + 2 >= n || !islower((unsigned char)line[k]))
        return 0;
    size_t close = k + 1 + (line[k + 1] == '\\');
    if (close + 1 >= n || line[close] != ')' || line[close + 1] != ' ')
        return 0;
    *ret_text = close + 1;
    return line[k];
}

static bool take_letter(struct house *house, const char *line, size_t n, struct buf *out)
{
    size_t text = 0;
    char letter = letter_of_mark(line, n, &text);

    if (letter == 0)
        return false;
    bool first = letter == 'a' && (house->behind_blank || house->behind_colon);
    bool next = house->letter && letter == house->letter + 1;
    if (!first && !next)
        return false;
    house->letter = letter;
    for (size_t i = indent_of(line, n); i > 0; i--)
        buf_putc(out, ' ');
    buf_printf(out, "%d)", letter - 'a' + 1);
    buf_add(out, line + text, n - text);
    return true;
}

/* ": all scores are wrong" right below its term or another definition. */
static bool take_definition(const struct house *house, const char *line, size_t n, struct buf *out)
{
    size_t k = indent_of(line, n);

    if (k > 3 || k + 2 >= n || line[k + 1] != ' ' || blank(line + k + 1, n - k - 1) ||
        (house->behind_blank && !house->behind_definition))
        return false;
    buf_add(out, line, k);
    buf_putc(out, '-');
    buf_add(out, line + k + 1, n - k - 1);
    return true;
}

/* ---- Headings ---- */

/* Parts of a number in front: "4.1 " has two, "4.1.2. " three; 0: none. */
static int number_parts(const char *text, size_t n, size_t *ret_text)
{
    int parts = 0;
    size_t k = 0;

    for (;;) {
        size_t first = k;
        while (k < n && k - first < NUMBER_BYTES && isdigit((unsigned char)text[k]))
            k++;
        if (k == first)
            break;
        parts++;
        if (k >= n || text[k] != '.')
            break;
        k++;
    }
    size_t blanks = indent_of(text + k, n - k);
    *ret_text = k + blanks;
    return blanks > 0 ? parts : 0;
}

static bool take_numbered(struct house *house, const char *line, size_t n, bool before_blank, struct buf *out)
{
    size_t k = indent_of(line, n), text = 0;

    while (n > k && (line[n - 1] == ' ' || line[n - 1] == '\r'))
        n--;
    bool bold = n - k > 4 && memcmp(line + k, "**", 2) == 0 && memcmp(line + n - 2, "**", 2) == 0;
    k += bold ? 2 : 0;
    n -= bold ? 2 : 0;
    if (!before_blank || !house->behind_blank || k > 3 + 2u || n - k > TITLE_BYTES ||
        !isdigit((unsigned char)line[k]))
        return false;
    int parts = number_parts(line + k, n - k, &text);
    const char *title = line + k + text;
    size_t n_title = n - k - text;
    if (parts < 2 || n_title == 0 || !(isupper((unsigned char)title[0]) || (title[0] & 0x80)) ||
        strchr(".:;,?!|", title[n_title - 1]) || memchr(title, '|', n_title) ||
        memmem(title, n_title, "**", 2))
        return false;
    int level = house->level + parts - (house->parts > 0 ? house->parts : 1);
    level = level < 1 ? 1 : level > HEADING_LEVELS ? HEADING_LEVELS : level;
    for (int i = 0; i < level; i++)
        buf_putc(out, '#');
    buf_putc(out, ' ');
    buf_add(out, line + k, n - k);
    return true;
}

static void note_heading(struct house *house, const char *line, size_t n)
{
    size_t k = indent_of(line, n), level = 0, text;

    while (k + level < n && line[k + level] == '#')
        level++;
    if (level == 0 || level > HEADING_LEVELS || k + level >= n || line[k + level] != ' ')
        return;
    size_t from = k + level + indent_of(line + k + level, n - k - level);
    house->level = (int)level;
    house->parts = number_parts(line + from, n - from, &text);
    house->letter = 0;
}

/* ---- A line ---- */

bool house_line(struct house *house, const char *line, size_t n, bool before_blank, struct buf *out)
{
    size_t start = indent_of(line, n);
    char first = start < n ? line[start] : '\0';
    bool changed = false, defines = false;

    if (house_tags(house, line, n, out))
        changed = true;
    else if (house->preformatted)
        ;
    else if (first == '#')
        note_heading(house, line, n);
    else if (isdigit((unsigned char)first) || first == '\\' || first == '*') {
        size_t escape = escape_of_mark(line, n);
        if (escape < n) {
            buf_add(out, line, escape);
            buf_add(out, line + escape + 1, n - escape - 1);
            changed = true;
        } else {
            changed = start < 4 && take_numbered(house, line, n, before_blank, out);
        }
    } else if (first == '(' || islower((unsigned char)first)) {
        changed = take_letter(house, line, n, out);
    } else if (first == ':') {
        changed = defines = take_definition(house, line, n, out);
    }
    size_t end = n;
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\r' || line[end - 1] == '*'))
        end--;
    house->behind_blank = blank(line, n);
    house->behind_definition = defines || (house->behind_blank && house->behind_definition);
    house->behind_colon = end > 0 && line[end - 1] == ':';
    return changed;
}
