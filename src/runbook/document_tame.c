/* Keeps hostile Markdown linear. cmark-gfm 0.29 costs depth times lines for containers that stay open, the
 * square of the unmatched brackets of one paragraph, and rows times columns for a table whose rows are short.
 * People write none of it in such numbers, so what goes over a bound loses its meaning as a mark: the byte
 * becomes a blank or an 'x' in a copy that only cmark sees.
 *
 * In that copy the bodies of MkDocs admonitions and tabs (document_admonition.c) stand where their markers
 * do. */
#include "runbook/document_priv.h"

#include <ctype.h>
#include <string.h>

enum {
    CONTAINERS_A_LINE = 60,
    INDENT_BYTES = 120,
    BRACKETS_A_PARAGRAPH = 1000,
    TABLE_COLUMNS = 100,
    TABLE_RULES_A_PARAGRAPH = 20,
    PIPES = 300000,
    EMPHASES = 300000,
};

struct taming {
    int brackets, rules;    /* since the last blank line */
    size_t pipes, emphases; /* of the whole document */
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

static void tame_counted(struct taming *taming, char *line, size_t n)
{
    for (size_t i = 0;; i++) {
        while (i < n && !counted[(unsigned char)line[i]])
            i++;
        if (i >= n)
            return;
        unsigned char kind = counted[(unsigned char)line[i]];
        bool too_many = kind == COUNTED_BRACKET ? ++taming->brackets > BRACKETS_A_PARAGRAPH
                        : kind == COUNTED_PIPE  ? ++taming->pipes > PIPES
                                                : ++taming->emphases > EMPHASES;
        if (too_many)
            blot(taming, line + i, ' ');
    }
}

/* A line of nothing but "|:- " may open a table. */
static void tame_table_rule(struct taming *taming, char *line, size_t n)
{
    int pipes = 0;

    for (size_t i = 0; i < n; i++) {
        if (line[i] == '\0' || strchr("|:- \t>", line[i]) == NULL)
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
    }
    tame_containers(taming, line, n);
    tame_counted(taming, line, n);
    tame_table_rule(taming, line, n);
}

void document_tame(const char *bytes, size_t n_bytes, int skip_lines, struct buf *ret_copy, bool *ret_changed)
{
    struct taming taming = {0};
    struct admonitions admonitions = {0};
    int number = 1;

    buf_add(ret_copy, bytes, n_bytes);
    for (size_t first = 0; first < n_bytes; number++) {
        char *line = ret_copy->at + first;
        char *end = memchr(line, '\n', n_bytes - first);
        size_t n = end ? (size_t)(end - line) : n_bytes - first;
        if (number <= skip_lines)
            memset(line, ' ', n);
        else {
            taming.changed |= admonition_line(&admonitions, line, n);
            tame_line(&taming, line, n);
        }
        first += n + 1;
    }
    *ret_changed = taming.changed;
}
