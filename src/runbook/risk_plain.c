/* Plain commands, read without the parser: words, strings without expansions, pipes, lists.
 *
 *     kubectl -n shop logs <pod> --since=1h | grep 'out of memory' && echo "seen"
 *
 * Most commands of a runbook are no more than that, and the parser is the largest part of what a command
 * costs. It is a short cut and nothing else: a byte, a word or an order of them that is not certain to be
 * read here as the walk over the syntax tree reads it leaves the whole text to the parser. The fuzzer holds
 * the two against each other. Left to the parser on purpose: assignments, expansions, globs,
 * reserved words, and all that is not ASCII. */
#include "runbook/risk_priv.h"

#include <string.h>

#include "base/buf.h"

enum byte_kind { OTHER, PLAIN, BLANK };

/* clang-format off */
static const unsigned char kinds[256] = {
    ['0'] = PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    ['A'] = PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
            PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    ['a'] = PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
            PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN,
    ['_'] = PLAIN, ['-'] = PLAIN, ['.'] = PLAIN, ['/'] = PLAIN, [':'] = PLAIN, ['@'] = PLAIN,
    ['%'] = PLAIN, ['~'] = PLAIN, ['+'] = PLAIN, [','] = PLAIN, ['='] = PLAIN,
    [' '] = BLANK, ['\t'] = BLANK,
};
/* clang-format on */

enum join { JOIN_END, JOIN_PIPE, JOIN_AND_OR, JOIN_NEXT };

struct redirect {
    const char *op;
    struct word file;
};

struct plain_command {
    struct words words;
    LIST(struct redirect) redirects; /* behind the words */
    enum join join;                  /* what stands behind it */
};

struct reader {
    struct scan *scan;
    size_t at;
    LIST(struct plain_command) commands;
    bool in_list;         /* behind |, && or ||: a redirection may be one of all that stands before it */
    bool original_parses; /* certain also of the text with its placeholders */
};

static enum byte_kind kind_at(const struct reader *reader)
{
    return kinds[(unsigned char)reader->scan->parsed[reader->at]];
}

/* The parser knows these where a command begins. */
static bool is_reserved(const char *word)
{
    static const char *const words[] = {"if",    "then",   "else",    "elif",     "fi",       "for",
                                        "while", "until",  "do",      "done",     "case",     "esac",
                                        "in",    "select", "time",    "function", "declare",  "export",
                                        "local", "unset",  "typeset", "coproc",   "readonly", "unsetenv"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

/* "A=b" is an assignment, and of "-", "90%", "you@host", "a+:" and "if'x'" the grammar makes something else.
 */
static bool begins_command(const char *word, size_t n_bytes)
{
    if (word[0] == '-' || word[0] == ',')
        return false;
    for (size_t i = 0; i < n_bytes; i++)
        if (kinds[(unsigned char)word[i]] != PLAIN || memchr("=%@+:", word[i], 5))
            return false;
    return true;
}

/* Whether the shell takes "<pod-name>" where it stands, a redirection from one file and to another. */
static bool placeholder_parses(const char *text, size_t n_bytes)
{
    for (size_t i = 1; i + 1 < n_bytes; i++)
        if (kinds[(unsigned char)text[i]] != PLAIN)
            return false;
    size_t n_blanks = strspn(text + n_bytes, " \t");
    return kinds[(unsigned char)text[n_bytes + n_blanks]] == PLAIN;
}

/* Passes over bytes outside quotes. */
static void plain_read(struct reader *reader)
{
    const struct scan *scan = reader->scan;
    while (reader->at < scan->n_bytes && kind_at(reader) == PLAIN) {
        size_t start = reader->at++;
        if (scan->text[start] == scan->parsed[start])
            continue;
        const char *close = scan->text[start] == '<' ? strchr(scan->text + start, '>') : NULL;
        size_t n_bytes = close ? (size_t)(close - scan->text) + 1 - start : 1;
        reader->at = start + n_bytes;
        reader->original_parses &= close && placeholder_parses(scan->text + start, n_bytes);
    }
}

/* Passes over a string and adds what is in it. False: more than text is in it, or it does not end. */
static bool string_read(struct reader *reader, struct buf *text)
{
    const struct scan *scan = reader->scan;
    char quote = scan->parsed[reader->at];
    while (++reader->at < scan->n_bytes) {
        char c = scan->parsed[reader->at], original = scan->text[reader->at];
        if (c == quote) {
            reader->at++;
            return true;
        }
        bool text_byte = (c >= ' ' && c <= '~') || c == '\n' || c == '\t';
        if (!text_byte || (quote == '"' && (c == '$' || c == '`')) ||
            (c != original && strchr("'\"\\", original)))
            return false;
        if (quote == '"' && c == '\\') {
            char next = scan->parsed[++reader->at]; /* at the end it is the NUL */
            if (next < ' ' || next > '~' || next != scan->text[reader->at])
                return false;
            if (!strchr("$`\"\\", next))
                buf_putc(text, c);
            original = next;
        }
        buf_putc(text, original);
    }
    return false;
}

static bool word_read(struct reader *reader, struct buf *text, struct word *ret_word)
{
    const struct scan *scan = reader->scan;
    size_t start = reader->at;
    buf_clear(text);
    while (reader->at < scan->n_bytes) {
        char c = scan->parsed[reader->at];
        size_t from = reader->at;
        if (c == '\'' || c == '"') {
            if (!string_read(reader, text))
                return false;
        } else if (kind_at(reader) == PLAIN) {
            plain_read(reader);
            buf_add(text, scan->text + from, reader->at - from);
        } else {
            break;
        }
    }
    *ret_word = (struct word){.text = arena_strndup(scan->arena, buf_text(text), text->n_bytes),
                              .placeholder = scan_has_placeholder(scan, start, reader->at)};
    return true;
}

/* Blanks, and line ends behind a backslash. False: such a line goes on into nothing. */
static bool blanks_skip(struct reader *reader)
{
    const char *text = reader->scan->parsed;
    bool continued = false;
    for (; reader->at < reader->scan->n_bytes; reader->at++) {
        bool goes_on = text[reader->at] == '\\' && text[reader->at + 1] == '\n' && reader->at > 0 &&
                       kinds[(unsigned char)text[reader->at - 1]] == BLANK;
        if (kind_at(reader) != BLANK && !goes_on)
            break;
        continued |= goes_on;
        reader->at += goes_on;
    }
    return !continued || (text[reader->at] && text[reader->at] != '\n');
}

/* A comment behind a command: to the end of the line. */
static bool comment_skip(struct reader *reader)
{
    const struct scan *scan = reader->scan;
    if (reader->at == 0 || scan->parsed[reader->at] != '#' ||
        kinds[(unsigned char)scan->parsed[reader->at - 1]] != BLANK)
        return true;
    for (; reader->at < scan->n_bytes && scan->parsed[reader->at] != '\n'; reader->at++)
        if (kind_at(reader) == OTHER && (scan->parsed[reader->at] < ' ' || scan->parsed[reader->at] > '~'))
            return false;
    return true;
}

/* What joins a command to the next one. False: something else stands there. */
static bool join_read(struct reader *reader, enum join *ret_join)
{
    const char *at = reader->scan->parsed + reader->at;
    size_t left = reader->scan->n_bytes - reader->at;
    size_t n = 1;
    if (left == 0) {
        *ret_join = JOIN_END;
        return true;
    }
    if ((at[0] == '&' || at[0] == '|') && left > 1 && at[1] == at[0]) {
        *ret_join = JOIN_AND_OR;
        n = 2;
    } else if (at[0] == '|' && left > 1 && at[1] != '&') {
        *ret_join = JOIN_PIPE;
    } else if (at[0] == ';' || at[0] == '\n') {
        *ret_join = JOIN_NEXT;
    } else {
        return false;
    }
    reader->at += n;
    return true;
}

/* ">file", "2>/dev/null", "2>&1". False: it is something else. */
static bool redirect_read(struct reader *reader, struct buf *text, struct plain_command *command)
{
    static const char *const ops[] = {"&>>", "&>", ">>", ">&", ">", "<"};
    const char *at = reader->scan->parsed + reader->at;
    const char *op = NULL;
    for (size_t i = 0; i < sizeof ops / sizeof *ops && !op; i++)
        if (strncmp(at, ops[i], strlen(ops[i])) == 0)
            op = ops[i];
    if (!op)
        return false;
    reader->at += strlen(op);
    struct word file;
    if (!blanks_skip(reader) || kind_at(reader) != PLAIN ||
        strchr("-+=,:%@", reader->scan->parsed[reader->at]) || !word_read(reader, text, &file))
        return false;
    reader->original_parses &= !file.placeholder; /* "> <file>" */
    *list_push(reader->scan->arena, &command->redirects) = (struct redirect){.op = op, .file = file};
    return true;
}

static bool is_digits(const char *text)
{
    return text[strspn(text, "0123456789")] == '\0';
}

static bool command_read(struct reader *reader, struct buf *text)
{
    const struct scan *scan = reader->scan;
    struct plain_command *command = list_push(scan->arena, &reader->commands);
    for (;;) {
        if (!blanks_skip(reader))
            return false;
        char c = scan->parsed[reader->at]; /* at the end it is the NUL */
        size_t start = reader->at;
        if (c == '<' || c == '>' || (c == '&' && scan->parsed[start + 1] == '>')) {
            if (command->words.n == 0 || reader->in_list || !redirect_read(reader, text, command))
                return false;
            continue;
        }
        if (kind_at(reader) == OTHER && c != '\'' && c != '"')
            break;
        bool first = command->words.n == 0;
        struct word word;
        if (c == '=' || !word_read(reader, text, &word))
            return false;
        if (first && (!begins_command(scan->parsed + start, reader->at - start) || is_reserved(word.text)))
            return false;
        char next = scan->parsed[reader->at];
        if (next == '<' || next == '>') { /* only a number belongs to it */
            if (first || reader->in_list || word.placeholder || !is_digits(word.text) || c == '\'' ||
                c == '"' || !redirect_read(reader, text, command))
                return false;
            continue;
        }
        if (command->redirects.n > 0)
            return false;
        *list_push(scan->arena, &command->words) = word;
    }
    return command->words.n > 0 && comment_skip(reader) && join_read(reader, &command->join);
}

static bool text_read(struct reader *reader)
{
    scoped_buf struct buf text = {0};
    do {
        if (!command_read(reader, &text))
            return false;
        const struct plain_command *last = &reader->commands.at[reader->commands.n - 1];
        if (last->join == JOIN_END)
            return true;
        if (!blanks_skip(reader))
            return false;
        if (last->join == JOIN_NEXT && reader->at == reader->scan->n_bytes)
            return true;
        reader->in_list = last->join != JOIN_NEXT;
    } while (true);
}

static void one_scan(struct scan *scan, const struct plain_command *command, const char *stdin_text)
{
    bool saved = scan->saved;
    scan->stdin_text = NULL;
    list_each (redirect, &command->redirects)
        redirect_note(scan, redirect->op, &redirect->file);
    scan->stdin_text = stdin_text;
    command_scan(scan, &command->words);
    scan->saved = saved;
}

/* The commands from `from` to the end of their pipe; gives the one behind it. */
static size_t pipe_scan(struct scan *scan, const struct reader *reader, size_t from)
{
    bool outside = scan->maybe;
    const char *stdin_text = scan->stdin_text;
    scan->maybe |= reader->commands.at[from].join == JOIN_PIPE;
    for (size_t i = from;; i++) {
        const struct plain_command *command = &reader->commands.at[i];
        one_scan(scan, command, stdin_text);
        if (command->join != JOIN_PIPE) {
            scan->maybe = outside;
            return i + 1;
        }
        stdin_text = command->redirects.n == 0 ? words_printed(scan, &command->words) : NULL;
    }
}

bool scan_plain(struct scan *scan, bool *ret_original_parses)
{
    struct reader reader = {.scan = scan, .original_parses = true};
    if (!text_read(&reader))
        return false;
    bool outside = scan->maybe;
    for (size_t i = 0; i < reader.commands.n;) {
        i = pipe_scan(scan, &reader, i);
        scan->maybe = reader.commands.at[i - 1].join == JOIN_AND_OR || outside;
    }
    scan->maybe = outside;
    *ret_original_parses = reader.original_parses;
    return true;
}
