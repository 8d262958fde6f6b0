/* What a fence holds: commands as typed, commands behind prompts with their output, PowerShell, or nothing to
 * run. */
#include "runbook/command_priv.h"

#include <ctype.h>
#include <string.h>

#include "runbook/heading_words.h"

static const struct {
    const char *lang;
    enum fence_role role;
} languages[] = {
    {"bash", FENCE_SHELL},
    {"sh", FENCE_SHELL},
    {"shell", FENCE_SHELL},
    {"zsh", FENCE_SHELL},
    {"ksh", FENCE_SHELL},
    {"shellscript", FENCE_SHELL},
    {"console", FENCE_PROMPT},
    {"shell-session", FENCE_PROMPT},
    {"shellsession", FENCE_PROMPT},
    {"sh-session", FENCE_PROMPT},
    {"terminal", FENCE_PROMPT},
    {"bash-session", FENCE_PROMPT},
    {"powershell", FENCE_POWERSHELL},
    {"ps1", FENCE_POWERSHELL},
    {"pwsh", FENCE_POWERSHELL},
};

/* Languages that say nothing about the content. */
static const char *const open_languages[] = {"text", "txt", "plaintext", "plain",
                                             "code", "cmd", "command",   "none"};

static bool starts_with(struct source_line line, size_t at, const char *text)
{
    size_t n = strlen(text);

    return line.n_bytes >= at + n && memcmp(line.at + at, text, n) == 0;
}

/* "user@host:~", "[root@db ~]", "sh-5.1", "db3": what may stand before the mark of a prompt. */
static size_t prompt_name_bytes(struct source_line line, size_t at)
{
    size_t n = at;

    if (n < line.n_bytes && line.at[n] == '[') {
        const char *end = memchr(line.at + n, ']', line.n_bytes - n);
        return end ? (size_t)(end - line.at) + 1 - at : 0;
    }
    while (n < line.n_bytes && (isalnum((unsigned char)line.at[n]) || strchr("@:~/._-", line.at[n])))
        n++;
    return n > at && isalpha((unsigned char)line.at[at]) ? n - at : 0;
}

/* Bytes of a prompt in front of a command, blanks before it included; 0 without one. */
static size_t prompt_bytes(struct source_line line)
{
    size_t at = line_first_byte(line);
    if (starts_with(line, at, "\xe2\x9d\xaf "))
        return at + 4; /* the mark of zsh themes */
    size_t name = prompt_name_bytes(line, at), mark = at + name;

    if (mark + 2 > line.n_bytes || line.at[mark + 1] != ' ')
        return 0;
    bool prompt =
        line.at[mark] == '$' || (line.at[mark] == '#' && name > 0) || (line.at[mark] == '%' && name == 0);
    return prompt ? mark + 2 : 0;
}

bool line_is_blank(struct source_line line)
{
    for (size_t i = 0; i < line.n_bytes; i++)
        if (line.at[i] != ' ' && line.at[i] != '\t')
            return false;
    return true;
}

size_t line_first_byte(struct source_line line)
{
    size_t i = 0;

    while (i < line.n_bytes && (line.at[i] == ' ' || line.at[i] == '\t'))
        i++;
    return i;
}

static bool has_prompts(const struct block *fence)
{
    list_each (line, &fence->lines)
        if (prompt_bytes(*line) > 0)
            return true;
    return false;
}

static bool is_session(const struct block *fence)
{
    for (size_t i = 0; fence->lang && i < sizeof languages / sizeof *languages; i++)
        if (strcmp(languages[i].lang, fence->lang) == 0)
            return languages[i].role == FENCE_PROMPT;
    return false;
}

size_t fence_prompt_bytes(const struct block *fence, struct source_line line)
{
    size_t n = prompt_bytes(line), word = 0;

    if (n > 0 || !is_session(fence) || !starts_with(line, 0, "# "))
        return n;
    while (2 + word < line.n_bytes && line.at[2 + word] != ' ')
        word++;
    return words_program(line.at + 2, word) ? 2 : 0;
}

static bool has_session_prompts(const struct block *fence)
{
    list_each (line, &fence->lines)
        if (fence_prompt_bytes(fence, *line) > 0)
            return true;
    return false;
}

static bool is_program(const char *word, size_t n)
{
    static const char *const endings[] = {".sh", ".py", ".rb"};
    const char *dash = memchr(word, '-', n);

    static const char *const keywords[] = {"for", "while", "if", "export", "cd", "echo", "source", "set"};

    if (words_program(word, n) || (n > 2 && memcmp(word, "./", 2) == 0))
        return true;
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        if (strlen(keywords[i]) == n && memcmp(keywords[i], word, n) == 0)
            return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (n > 3 && memcmp(word + n - 3, endings[i], 3) == 0)
            return true;
    return dash && words_program(word, (size_t)(dash - word)); /* "git-crypt" */
}

/* A program after what may stand before it: NAME=value and sudo. ret_only_values: nothing but NAME=value. */
static bool begins_with_program(const char *at, size_t n, bool *ret_only_values)
{
    size_t i = 0;

    *ret_only_values = false;
    for (;;) {
        size_t word = 0;
        while (i + word < n && at[i + word] != ' ')
            word++;
        const char *assign = memchr(at + i, '=', word);
        bool sudo = word == 4 && memcmp(at + i, "sudo", 4) == 0;
        if ((assign == NULL || assign == at + i) && !sudo)
            return is_program(at + i, word);
        *ret_only_values = !sudo;
        i += word + 1;
        if (i >= n)
            return false;
    }
}

enum { LOOKED_AT_LINES = 200 };

static bool looks_like_shell(const struct block *fence)
{
    size_t commands = 0, others = 0;

    for (size_t i = 0; i < fence->lines.n && i < LOOKED_AT_LINES; i++) {
        struct source_line line = fence->lines.at[i];
        if (line_is_blank(line) || line.at[0] == '#' || line.at[0] == ' ' || line.at[0] == '\t')
            continue;
        bool only_values;
        if (begins_with_program(line.at, line.n_bytes, &only_values))
            commands++;
        else if (!only_values)
            others++;
    }
    return commands > 0 && commands > 2 * others;
}

bool fence_is_query(const struct block *fence)
{
    static const char *const langs[] = {"sql",    "psql",  "postgresql", "mysql",  "tsql", "kql", "kusto",
                                        "promql", "logql", "traceql",    "cypher", "spl",  "esql"};

    for (size_t i = 0; fence->lang && i < sizeof langs / sizeof *langs; i++)
        if (strcmp(langs[i], fence->lang) == 0)
            return true;
    return false;
}

enum fence_role fence_role(const struct block *fence)
{
    bool open = fence->lang == NULL;

    if (fence->fence)
        return fence->fence->role;
    for (size_t i = 0; !open && i < sizeof languages / sizeof *languages; i++) {
        if (strcmp(languages[i].lang, fence->lang) != 0)
            continue;
        if (languages[i].role == FENCE_POWERSHELL)
            return FENCE_POWERSHELL;
        if (has_session_prompts(fence))
            return FENCE_PROMPT;
        return languages[i].role == FENCE_SHELL || looks_like_shell(fence) ? FENCE_SHELL : FENCE_OTHER;
    }
    for (size_t i = 0; !open && i < sizeof open_languages / sizeof *open_languages; i++)
        open = strcmp(open_languages[i], fence->lang) == 0;
    if (!open)
        return FENCE_OTHER;
    if (has_prompts(fence))
        return FENCE_PROMPT;
    return looks_like_shell(fence) ? FENCE_SHELL : FENCE_OTHER;
}
