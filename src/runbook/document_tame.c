/* Keeps hostile Markdown linear. cmark-gfm 0.29 costs depth times lines for containers that stay open, the
 * square of the unmatched brackets of one paragraph, and rows times columns for a table whose rows are short.
 * People write none of it in such numbers, so what goes over a bound loses its meaning as a mark: the byte
 * becomes a blank or an 'x' in a copy that only cmark sees.
 *
 * In that copy the bodies of MkDocs admonitions and tabs (document_admonition.c) stand where their markers
 * do, and marks of word processors and of HTML are those of Markdown (document_house.c). */
#include "runbook/document_house.h"
#include "runbook/document_priv.h"

#include <ctype.h>
#include <string.h>

enum {
    CONTAINERS_A_LINE = 60,
    INDENT_BYTES = 120,
    BRACKETS_A_PARAGRAPH = 1000,
    TABLE_COLUMNS = 100,
    TABLE_RULES_A_PARAGRAPH = 20,
    MARKS = 300000, /* pipes, or emphases */
};

struct taming {
    int brackets, rules;    /* since the last blank line */
    size_t n_paragraph;     /* bytes since then */
    size_t pipes, emphases; /* of the whole document */
    bool small;             /* it is too small to have too many of these */
    bool changed;
};

static void blot(struct taming *taming, char *at, char with)
{
    if (*at != with)
        taming->changed = true;
    *at = with;
}

static bool is_marker(const char *line, size_t i, size_t n)
{
    if (line[i] == '>')
        return true;
    if (line[i] == '-' || line[i] == '*' || line[i] == '+')
        return i + 1 == n || line[i + 1] == ' ' || line[i + 1] == '\t';
    return (line[i] == '.' || line[i] == ')') && i > 0 && isdigit((unsigned char)line[i - 1]);
}

/* Markers and blanks in front of a line. A rule ("- - - - -") is cut short too: it stays a rule. */
static void tame_containers(struct taming *taming, char *line, size_t n)
{
    int markers = 0;
    size_t blanks = 0;

    for (size_t i = 0; i < n; i++) {
        bool blank = line[i] == ' ' || line[i] == '\t';
        if (!blank && !isdigit((unsigned char)line[i]) && !is_marker(line, i, n))
            return;
        blanks = blank ? blanks + 1 : blanks;
        if (!blank && is_marker(line, i, n) && ++markers > CONTAINERS_A_LINE)
            blot(taming, line + i, 'x');
        if (blank && blanks > INDENT_BYTES)
            blot(taming, line + i, 'x');
    }
}

/* What is counted, by byte; most bytes are none of it. */
enum { COUNTED_BRACKET = 1, COUNTED_PIPE, COUNTED_EMPHASIS };
static const unsigned char counted[256] = {
    ['['] = COUNTED_BRACKET, ['<'] = COUNTED_BRACKET,  ['~'] = COUNTED_BRACKET,
    ['|'] = COUNTED_PIPE,    ['*'] = COUNTED_EMPHASIS, ['_'] = COUNTED_EMPHASIS,
};

/* As many bytes of a paragraph as it may have brackets need not be looked at. */
static void tame_counted(struct taming *taming, char *line, size_t n)
{
    taming->n_paragraph += n;
    if (taming->small && taming->n_paragraph <= BRACKETS_A_PARAGRAPH)
        return;
    const char *marks = taming->small ? "[<~" : "[<~|*_"; /* a small one has less than MARKS bytes */
    for (size_t i = strcspn(line, marks); i < n; i += 1 + strcspn(line + i + 1, marks)) {
        unsigned char kind = counted[(unsigned char)line[i]];
        if (kind == 0) /* a NUL */
            continue;
        bool too_many = kind == COUNTED_BRACKET ? ++taming->brackets > BRACKETS_A_PARAGRAPH
                        : kind == COUNTED_PIPE  ? ++taming->pipes > MARKS
                                                : ++taming->emphases > MARKS;
        if (too_many)
            blot(taming, line + i, ' ');
    }
}

static const bool of_table_rule[256] = {
    ['|'] = true, [':'] = true, ['-'] = true, [' '] = true, ['\t'] = true, ['>'] = true,
};

/* A line of nothing but "|:- " may open a table. */
static void tame_table_rule(struct taming *taming, char *line, size_t n)
{
    int pipes = 0;

    for (size_t i = 0; i < n; i++) {
        if (!of_table_rule[(unsigned char)line[i]])
            return;
        pipes += line[i] == '|';
    }
    char *dash = memchr(line, '-', n);
    if (pipes == 0 || dash == NULL)
        return;
    if (pipes > TABLE_COLUMNS + 1 || ++taming->rules > TABLE_RULES_A_PARAGRAPH)
        blot(taming, dash, 'x');
}

static bool is_blank_line(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

static void tame_line(struct taming *taming, char *line, size_t n)
{
    if (is_blank_line(line, n)) {
        taming->brackets = 0;
        taming->rules = 0;
        taming->n_paragraph = 0;
    }
    tame_containers(taming, line, n);
    tame_counted(taming, line, n);
    tame_table_rule(taming, line, n);
}

/* A carriage return inside of a line would end it for cmark, and all lines below would be counted wrong. */
static void blot_returns(struct taming *taming, char *line, size_t n)
{
    for (char *at = memchr(line, '\r', n); at && at + 1 < line + n;
         at = memchr(at, '\r', (size_t)(line + n - at)))
        blot(taming, at, ' ');
}

/* Whether the line at text is empty. */
static bool blank_at(const char *text, size_t n)
{
    size_t k = 0;

    while (k < n && (text[k] == ' ' || text[k] == '\t' || text[k] == '\r'))
        k++;
    return k == n || text[k] == '\n';
}

void document_tame(const char *bytes, size_t n_bytes, int skip_lines, struct buf *ret_copy, bool *ret_changed)
{
    struct taming taming = {.small = n_bytes <= MARKS};
    struct admonitions admonitions = {0};
    struct house house = {0};
    int number = 1;

    buf_room(ret_copy, n_bytes + n_bytes / 8);
    for (size_t first = 0; first < n_bytes; number++) {
        const char *source = bytes + first, *end = memchr(source, '\n', n_bytes - first);
        size_t n = end ? (size_t)(end - source) : n_bytes - first, at = ret_copy->n_bytes;
        if (number <= skip_lines) {
            buf_putc(ret_copy, '\n');
        } else {
            bool before_blank = end == NULL || blank_at(end + 1, n_bytes - first - n - 1);
            if ((!admonitions.fence || house.preformatted) &&
                house_line(&house, source, n, before_blank, ret_copy))
                taming.changed = true;
            else
                buf_add(ret_copy, source, n);
            char *line = ret_copy->at + at;
            size_t n_line = ret_copy->n_bytes - at;
            if (n_line > 0) {
                blot_returns(&taming, line, n_line);
                taming.changed |= admonition_line(&admonitions, line, n_line);
                tame_line(&taming, line, n_line);
            }
            if (end)
                buf_putc(ret_copy, '\n');
        }
        first += n + 1;
    }
    *ret_changed = taming.changed;
}
