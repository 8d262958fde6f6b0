#include "runbook/shell_scan.h"

#include <ctype.h>
#include <string.h>

enum { OPEN_MAX = 64, DELIMITER_BYTES = 64 };

struct scan {
    enum shell_kind kind;
    char open[OPEN_MAX]; /* quotes and brackets not closed yet, innermost last */
    int n_open;
    int compounds; /* if, for, while, case, { without their ends */
    bool command_position;
    bool function;                   /* "name()" or "function name" was read: the next { opens its body */
    bool joined;                     /* the line ends in an operator or a backslash */
    char delimiter[DELIMITER_BYTES]; /* of a here-document whose body starts on the next line; "" none */
    bool in_document;
    size_t comment_at;
};

static char innermost(const struct scan *scan)
{
    return scan->n_open > 0 ? scan->open[scan->n_open - 1] : '\0';
}

static void open_mark(struct scan *scan, char c)
{
    if (scan->n_open < OPEN_MAX)
        scan->open[scan->n_open++] = c;
}

static void close_mark(struct scan *scan)
{
    if (scan->n_open > 0)
        scan->n_open--;
}

static bool is_one_of(const char *word, size_t n, const char *const *words)
{
    for (; *words; words++)
        if (**words == *word && strlen(*words) == n && memcmp(*words, word, n) == 0)
            return true;
    return false;
}

/* A bare word outside of quotes and brackets. */
static void read_word(struct scan *scan, const char *word, size_t n)
{
    static const char *const opens[] = {"if", "for", "while", "until", "case", "select", NULL};
    static const char *const closes[] = {"fi", "done", "esac", NULL};
    static const char *const continues[] = {"then", "do", "else", "elif", "!", "time", "{", NULL};

    if (scan->kind == SHELL_POWERSHELL || !(scan->command_position || scan->function)) {
        scan->command_position = false;
        return;
    }
    if (n == 1 && word[0] == '{') {
        scan->compounds++;
        scan->function = false;
    } else if (scan->command_position && is_one_of(word, n, opens)) {
        scan->compounds++;
    } else if (scan->command_position && (is_one_of(word, n, closes) || (n == 1 && word[0] == '}'))) {
        scan->compounds -= scan->compounds > 0;
    } else if (n == 8 && memcmp(word, "function", 8) == 0) {
        scan->function = true;
    }
    scan->command_position = is_one_of(word, n, continues) || scan->function || is_one_of(word, n, opens);
}

static size_t here_document(struct scan *scan, const char *at, size_t n)
{
    size_t i = 2, used = 0;

    if (i < n && at[i] == '<')
        return 3; /* a here-string */
    if (i < n && at[i] == '-')
        i++;
    while (i < n && (at[i] == ' ' || at[i] == '\'' || at[i] == '"' || at[i] == '\\'))
        i++;
    while (i < n && used < DELIMITER_BYTES - 1 && (isalnum((unsigned char)at[i]) || at[i] == '_'))
        scan->delimiter[used++] = at[i++];
    scan->delimiter[used] = '\0';
    if (i < n && (at[i] == '\'' || at[i] == '"'))
        i++;
    return i;
}

/* One byte inside of double quotes; gives the bytes used. */
static size_t step_quoted(struct scan *scan, const char *at, size_t n)
{
    if (at[0] == '"')
        close_mark(scan);
    else if (at[0] == '`' && scan->kind == SHELL_POSIX)
        open_mark(scan, '`');
    else if (at[0] == '$' && n > 1 && (at[1] == '(' || at[1] == '{')) {
        open_mark(scan, at[1]);
        return 2;
    }
    return 1;
}

static bool closes(const struct scan *scan, char c)
{
    char open = innermost(scan);

    return (c == ')' && open == '(') || (c == '}' && open == '{') || (c == ']' && open == '[') ||
           (c == '`' && open == '`');
}

static bool opens(const struct scan *scan, char c)
{
    if (c == '\'' || c == '"' || c == '(')
        return true;
    if (scan->kind == SHELL_POWERSHELL)
        return c == '{' || c == '[';
    return c == '`';
}

/* What ends a bare word: 1 in any shell, 2 in PowerShell, 4 in the others. */
static const unsigned char word_ends[256] = {
    ['\0'] = 1, [' '] = 1, ['\t'] = 1, [';'] = 1, ['|'] = 1,  ['&'] = 1, ['('] = 1,
    [')'] = 1,  ['<'] = 1, ['>'] = 1,  ['"'] = 1, ['\''] = 1, ['`'] = 1, ['$'] = 1,
    ['{'] = 2,  ['}'] = 2, ['['] = 2,  [']'] = 2, ['\\'] = 4,
};

/* One mark or word outside of quotes; gives the bytes used. */
static size_t step_plain(struct scan *scan, const char *at, size_t n)
{
    if (closes(scan, at[0])) {
        close_mark(scan);
        scan->function |= at[0] == ')' && innermost(scan) == '\0';
        return 1;
    }
    if (at[0] == '$' && n > 1 && at[1] == '{' && scan->kind == SHELL_POSIX) {
        open_mark(scan, '{');
        return 2;
    }
    if (opens(scan, at[0])) {
        open_mark(scan, at[0]);
        scan->command_position = false;
        return 1;
    }
    if (at[0] == '<' && n > 1 && at[1] == '<' && scan->kind == SHELL_POSIX)
        return here_document(scan, at, n);
    if (at[0] == ';' || at[0] == '|' || at[0] == '&') {
        scan->command_position = true;
        scan->function = false;
        return 1;
    }
    if (at[0] == ' ' || at[0] == '\t' || innermost(scan) != '\0')
        return 1;
    size_t word = 1;
    unsigned char ends = scan->kind == SHELL_POWERSHELL ? 1 | 2 : 1 | 4;
    while (word < n && !(word_ends[(unsigned char)at[word]] & ends))
        word++;
    read_word(scan, at, word);
    return word;
}

static bool starts_comment(const struct scan *scan, const char *line, size_t i, size_t first)
{
    char open = innermost(scan);

    return line[i] == '#' && open != '{' && (i == first || line[i - 1] == ' ' || line[i - 1] == '\t');
}

static void scan_line(struct scan *scan, const char *line, size_t n, size_t first)
{
    size_t last = (size_t)-1; /* last byte that is no blank */

    scan->comment_at = (size_t)-1;
    scan->joined = false;
    scan->command_position = true;
    for (size_t i = first; i < n;) {
        char escape = scan->kind == SHELL_POWERSHELL ? '`' : '\\';
        char open = innermost(scan);
        if (open != '\'' && line[i] == escape) {
            scan->joined = i + 1 >= n && open != '"';
            last = i;
            i += 2;
            continue;
        }
        if (open != '\'' && open != '"' && starts_comment(scan, line, i, first)) {
            scan->comment_at = scan->n_open == 0 ? i : (size_t)-1;
            break;
        }
        if (line[i] != ' ' && line[i] != '\t')
            last = i;
        if (open == '\'') {
            if (line[i] == '\'')
                close_mark(scan);
            i++;
        } else if (open == '"') {
            i += step_quoted(scan, line + i, n - i);
        } else {
            i += step_plain(scan, line + i, n - i);
        }
    }
    if (scan->n_open > 0 || last == (size_t)-1 || last >= n)
        return;
    bool pipe = line[last] == '|' || (scan->kind == SHELL_POWERSHELL && strchr(",=", line[last]));
    bool both = line[last] == '&' && last > first && line[last - 1] == '&';
    scan->joined |= pipe || both;
}

static bool ends_document(const struct scan *scan, struct source_line line)
{
    size_t k = strlen(scan->delimiter);

    while (line.n_bytes > 0 && (line.at[0] == ' ' || line.at[0] == '\t')) {
        line.at++;
        line.n_bytes--;
    }
    return line.n_bytes == k && memcmp(line.at, scan->delimiter, k) == 0;
}

/* A next line that starts with an operator goes on with this command, though the shell would not have it; so
 * does "else {" in PowerShell. */
static bool goes_on(struct source_line line, enum shell_kind kind)
{
    static const char *const words[] = {"else", "elseif", "catch", "finally", NULL};
    size_t i = 0, n = 0;

    while (i < line.n_bytes && (line.at[i] == ' ' || line.at[i] == '\t'))
        i++;
    while (i + n < line.n_bytes && isalpha((unsigned char)line.at[i + n]))
        n++;
    if (kind == SHELL_POWERSHELL && i < line.n_bytes &&
        (line.at[i] == '{' || is_one_of(line.at + i, n, words)))
        return true;
    return i + 1 < line.n_bytes &&
           ((line.at[i] == '|' && line.at[i + 1] != '-') || (line.at[i] == '&' && line.at[i + 1] == '&'));
}

static struct shell_extent plain_extent(const struct source_line *lines, size_t n_lines, char escape)
{
    size_t n = 1;

    while (n < n_lines && lines[n - 1].n_bytes > 0 && lines[n - 1].at[lines[n - 1].n_bytes - 1] == escape)
        n++;
    return (struct shell_extent){n, (size_t)-1, true};
}

struct shell_extent shell_command_extent(const struct source_line *lines, size_t n_lines, size_t skip_bytes,
                                         enum shell_kind kind)
{
    struct scan scan = {.kind = kind};

    for (size_t i = 0; i < n_lines && i < SHELL_LOOK_AHEAD_LINES; i++) {
        if (scan.in_document) {
            scan.in_document = !ends_document(&scan, lines[i]);
            if (scan.in_document)
                continue;
            scan.delimiter[0] = '\0';
            scan.comment_at = (size_t)-1;
        } else {
            scan_line(&scan, lines[i].at, lines[i].n_bytes, i == 0 ? skip_bytes : 0);
            scan.in_document = scan.delimiter[0] != '\0' && scan.n_open == 0;
        }
        bool complete = scan.n_open == 0 && scan.compounds == 0 && !scan.joined && !scan.in_document;
        if (complete && (i + 1 == n_lines || !goes_on(lines[i + 1], kind)))
            return (struct shell_extent){i + 1, scan.comment_at, false};
    }
    return plain_extent(lines, n_lines, kind == SHELL_POWERSHELL ? '`' : '\\');
}
