/* Texts that need no parser: lines of simple commands and pipes between them, of words without expansions.
 * Most commands of a runbook are such, and tree-sitter takes longer for one than all else that is asked about
 * it.
 *
 *     kubectl get pods -n "my team" | grep web     # a comment
 *
 * What is taken here is less than what is plain: a byte or a first word that could mean more to the shell
 * leaves the text to the parser, so both say the same of what both can read (risk_test.c holds them against
 * each other). */
#include "runbook/risk_priv.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "runbook/text.h"

struct plain_command {
    bool piped; /* it reads what the one before it prints */
    bool pipes; /* it is part of a pipe */
};

struct plain {
    struct scan *scan;
    size_t at;
    struct buf word; /* being read */
    LIST(struct plain_command) commands;
    LIST(struct words) words; /* of each */
};

enum { NO_BYTE, WORD_BYTE, BLANK_BYTE, QUOTE_BYTE };

/* clang-format off */
#define WORD_10 WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, \
    WORD_BYTE
#define WORD_26 WORD_10, WORD_10, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE, WORD_BYTE

static const unsigned char kinds[256] = {
    ['0'] = WORD_10,
    ['A'] = WORD_26,
    ['a'] = WORD_26,
    ['_'] = WORD_BYTE, ['.'] = WORD_BYTE, ['/'] = WORD_BYTE, [':'] = WORD_BYTE, ['='] = WORD_BYTE,
    ['@'] = WORD_BYTE, [','] = WORD_BYTE, ['%'] = WORD_BYTE, ['+'] = WORD_BYTE, ['-'] = WORD_BYTE,
    [' '] = BLANK_BYTE, ['\t'] = BLANK_BYTE,
    ['\''] = QUOTE_BYTE, ['"'] = QUOTE_BYTE,
};
/* clang-format on */

static unsigned char kind_at(const struct plain *plain, size_t at)
{
    return at < plain->scan->n_bytes ? kinds[(unsigned char)plain->scan->parsed[at]] : NO_BYTE;
}

static char byte_at(const struct plain *plain, size_t at)
{
    return at < plain->scan->n_bytes ? plain->scan->parsed[at] : '\0';
}

/* First words that begin more than a simple command. */
static bool word_of_shell(const char *word)
{
    static const char *const words[] = {
        "if",       "then",  "else",  "elif",     "fi",     "for",  "while",  "until",   "do",      "done",
        "case",     "esac",  "in",    "function", "select", "time", "coproc", "declare", "typeset", "export",
        "readonly", "local", "unset", "unsetenv", "test",   "let",  "exec",   "eval"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_is(words[i], word))
            return true;
    return false;
}

/* Whether n bytes, in a place where a command begins, are the name of a program and no more. */
static bool names_program(const char *text, size_t n, const struct word *word)
{
    bool begins = isalpha((unsigned char)*text) || *text == '/' || *text == '.' || *text == '_';
    for (size_t i = 0; i < n; i++)
        if (strchr(":=@,%+'\"", text[i]))
            return false;
    return begins && !word_of_shell(word->text);
}

/* Adds 'a text' or "a text" to the word; false when there is more in it than itself. */
static bool quoted_read(struct plain *plain)
{
    const char *text = plain->scan->text, *parsed = plain->scan->parsed;
    char quote = parsed[plain->at];
    size_t first = ++plain->at;

    for (; byte_at(plain, plain->at) != quote; plain->at++) {
        char c = byte_at(plain, plain->at);
        if (c < ' ' || c > '~' || text[plain->at] == '\\')
            return false;
        if (quote == '"' && (c == '$' || c == '`' || c == '\\'))
            return false;
    }
    buf_add(&plain->word, text + first, plain->at - first);
    plain->at++;
    return true;
}

static bool word_read(struct plain *plain, struct word *ret_word)
{
    const struct scan *scan = plain->scan;
    size_t start = plain->at;

    plain->word.n_bytes = 0;
    for (;;) {
        size_t first = plain->at;
        while (kind_at(plain, plain->at) == WORD_BYTE)
            plain->at++;
        buf_add(&plain->word, scan->text + first, plain->at - first);
        if (kind_at(plain, plain->at) != QUOTE_BYTE)
            break;
        if (!quoted_read(plain))
            return false;
    }
    *ret_word = (struct word){.text = arena_strndup(scan->arena, buf_text(&plain->word), plain->word.n_bytes),
                              .placeholder = scan_has_placeholder(scan, start, plain->at)};
    return plain->at > start && scan->parsed[start] != '=';
}

/* Blanks and ends of lines that a backslash takes back. ret_continued: there was one of these. */
static void blanks_skip(struct plain *plain, bool *ret_continued)
{
    bool blank = false;

    for (;; plain->at++) {
        if (kind_at(plain, plain->at) == BLANK_BYTE) {
            blank = true;
        } else if (blank && byte_at(plain, plain->at) == '\\' && byte_at(plain, plain->at + 1) == '\n') {
            *ret_continued = true;
            plain->at++;
        } else {
            return;
        }
    }
}

static void comment_skip(struct plain *plain)
{
    while (plain->at < plain->scan->n_bytes && byte_at(plain, plain->at) != '\n')
        plain->at++;
}

/* One simple command to what ends it. */
static bool command_read(struct plain *plain, struct words *words)
{
    for (bool continued = false;; continued = false) {
        struct word word;
        size_t before = plain->at;
        blanks_skip(plain, &continued);
        size_t start = plain->at;
        unsigned char kind = kind_at(plain, start);
        if (kind != WORD_BYTE && kind != QUOTE_BYTE)
            return words->n > 0 && !continued;
        if ((words->n > 0 && before == plain->at) || !word_read(plain, &word))
            return false;
        bool first = words->n == 0;
        if (first && !names_program(plain->scan->parsed + start, plain->at - start, &word))
            return false;
        *list_push(plain->scan->arena, words) = word;
    }
}

static bool text_read(struct plain *plain)
{
    bool piped = false, continued = false;

    for (;;) {
        while (kind_at(plain, plain->at) == BLANK_BYTE || (byte_at(plain, plain->at) == '\n' && !piped))
            plain->at++;
        if (byte_at(plain, plain->at) == '#' && !piped) {
            comment_skip(plain);
            continue;
        }
        if (plain->at >= plain->scan->n_bytes)
            return !piped && plain->commands.n > 0;
        struct plain_command command = {.piped = piped, .pipes = piped};
        struct words words = {0};
        if (!command_read(plain, &words))
            return false;
        *list_push(plain->scan->arena, &plain->commands) = command;
        *list_push(plain->scan->arena, &plain->words) = words;
        blanks_skip(plain, &continued);
        char end = byte_at(plain, plain->at);
        if (end == '#' && kind_at(plain, plain->at - 1) == BLANK_BYTE)
            comment_skip(plain);
        else if (plain->at < plain->scan->n_bytes && end != '\n' && end != '|')
            return false;
        piped = end == '|';
        plain->commands.at[plain->commands.n - 1].pipes |= piped;
        if (piped && (byte_at(plain, plain->at + 1) == '|' || byte_at(plain, plain->at + 1) == '&'))
            return false;
        plain->at += piped;
    }
}

static void readers_set(struct scan *scan, const struct plain *plain, size_t at)
{
    size_t end = at + 1;
    while (end < plain->commands.n && plain->commands.at[end].piped)
        end++;
    scan->readers = plain->words.at + at + 1;
    scan->n_readers = end - at - 1;
}

/* As pipeline_node() and command_node() do it. */
static void commands_scan(struct scan *scan, const struct plain *plain)
{
    const bool maybe = scan->maybe, hidden = scan->stdin_hidden, saved = scan->saved;
    const struct words *readers = scan->readers;
    const size_t n_readers = scan->n_readers;
    const char *piped = NULL;

    for (size_t i = 0; i < plain->commands.n; i++) {
        const struct plain_command *command = &plain->commands.at[i];
        const struct words *words = &plain->words.at[i];
        if (command->pipes)
            readers_set(scan, plain, i);
        scan->maybe = maybe || command->pipes;
        scan->stdin_text = command->piped ? piped : NULL;
        scan->stdin_hidden = command->piped ? piped == NULL : hidden;
        scan_command(scan, words->at, words->n);
        scan->stdin_text = NULL;
        scan->saved = saved;
        variables_set_by(scan, words);
        piped = command->pipes ? words_printed(scan, words) : NULL;
        scan->readers = readers;
        scan->n_readers = n_readers;
    }
    scan->maybe = maybe;
    scan->stdin_hidden = hidden;
}

bool scan_plain(struct scan *scan)
{
    struct plain plain = {.scan = scan};
    bool read = text_read(&plain);

    buf_free(&plain.word);
    if (read)
        commands_scan(scan, &plain);
    return read;
}
