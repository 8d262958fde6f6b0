/* Lines of a shell fence that nobody types: what a command printed, a list, a piece of configuration. Authors
 * paste them below the command without a prompt. A line counts only when no shell command looks like it. */
#include "runbook/command_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/heading_words.h"

static size_t word_bytes(struct source_line line, size_t at)
{
    size_t n = 0;

    while (at + n < line.n_bytes && line.at[at + n] != ' ' && line.at[at + n] != '\t')
        n++;
    return n;
}

static bool all_of(const char *at, size_t n, const char *marks)
{
    for (size_t i = 0; i < n; i++)
        if (strchr(marks, at[i]) == NULL)
            return false;
    return n > 0;
}

static bool has_letter(const char *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isalpha((unsigned char)at[i]) || (unsigned char)at[i] >= 0x80)
            return true;
    return false;
}

static bool all_capitals(const char *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isupper((unsigned char)at[i]) && strchr("-_()%/", at[i]) == NULL)
            return false;
    return n > 1;
}

/* Gaps of two blanks or more, or tabs, between words: columns. */
static size_t gaps(struct source_line line, size_t at)
{
    size_t n = 0;

    for (; at + 2 < line.n_bytes; at++)
        n += (line.at[at] == '\t' || (line.at[at] == ' ' && line.at[at + 1] == ' ')) &&
             line.at[at + 2] != ' ' && (at == 0 || line.at[at + 1] != '\t');
    return n;
}

/* "NAME   READY   STATUS": the rows come below it. */
static bool is_table_head(struct source_line line, size_t first, size_t word)
{
    size_t next = first + word;

    if (!all_capitals(line.at + first, word) || gaps(line, next) == 0)
        return false;
    while (next < line.n_bytes && (line.at[next] == ' ' || line.at[next] == '\t'))
        next++;
    return all_capitals(line.at + next, word_bytes(line, next));
}

/* "- item", "--flag x" on a line of its own, "* item", "key: value", "3. Do this", "250 Ok", "-----+----",
 * "},". */
static bool is_no_command(struct source_line line, size_t first, size_t word)
{
    const char *at = line.at + first;
    bool item = word == 1 && strchr("-*+>", at[0]) != NULL;
    bool flag = at[0] == '-' && word > 1;
    bool key = at[word - 1] == ':' && word > 1 && has_letter(at, word);
    bool number = all_of(at, word, "0123456789.)");
    bool brackets = all_of(at, word, "}])],;");
    bool assigned = first + word + 2 < line.n_bytes && at[word] == ' ' && at[word + 1] == '=' &&
                    at[word + 2] == ' ' && !words_program(at, word);

    return item || flag || key || number || brackets || assigned || (unsigned char)at[0] >= 0x80 ||
           all_of(at, line.n_bytes - first, "-=+|_*~ \t");
}

bool line_is_prose(struct source_line line)
{
    enum { WORDS_LEAST = 4 };
    size_t first = line_first_byte(line), word = word_bytes(line, first), n_words = 1;
    const char *at = line.at + first;

    if (word < 2 || !isupper((unsigned char)at[0]) || words_program(at, word))
        return false;
    for (size_t i = 1; i < word; i++)
        if (!islower((unsigned char)at[i]))
            return false;
    for (size_t i = word; first + i < line.n_bytes; i++) {
        bool flag = at[i] == '-' && at[i - 1] == ' ';
        if (flag || strchr("|;&$=<>`\\{}", at[i]))
            return false;
        n_words += at[i] != ' ' && at[i - 1] == ' ';
    }
    return n_words >= WORDS_LEAST;
}

bool line_is_output(struct source_line line, bool *in_table)
{
    size_t first = line_first_byte(line), word = word_bytes(line, first);

    if (word == 0)
        return false;
    if (is_table_head(line, first, word)) {
        *in_table = true;
        return true;
    }
    *in_table &= gaps(line, first) > 0 && !words_program(line.at + first, word);
    return *in_table || is_no_command(line, first, word);
}
