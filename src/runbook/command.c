/* Splits a fence into comments and commands. A comment stands alone on its line; a comment behind a command
 * is the command's trailing comment, and no part of its text. */
#include "runbook/command.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "runbook/heading_words.h"
#include "runbook/shell_scan.h"
#include "runbook/text.h"

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

/* Bytes of a prompt in front of a command: "$ ", "% ", "user@host:~$ ", "[root@db ~]# "; 0 without one. */
static size_t prompt_bytes(struct source_line line)
{
    size_t i = 0;

    while (i < line.n_bytes && line.at[i] == ' ')
        i++;
    size_t word = i;
    if (i < line.n_bytes && line.at[i] == '[') {
        const char *end = memchr(line.at + i, ']', line.n_bytes - i);
        word = end ? (size_t)(end - line.at) + 1 : i;
    } else {
        while (word < line.n_bytes && line.at[word] != ' ' && line.at[word] != '$' && line.at[word] != '#')
            word++;
    }
    bool host = word > i && memchr(line.at + i, '@', word - i) != NULL;
    if (word + 1 >= line.n_bytes || line.at[word + 1] != ' ')
        return 0;
    if (line.at[word] == '$' && (word == i || host))
        return word + 2;
    if (line.at[word] == '#' && host)
        return word + 2;
    return line.at[i] == '%' && line.at[i + 1] == ' ' ? i + 2 : 0;
}

static bool blank_line(struct source_line line)
{
    for (size_t i = 0; i < line.n_bytes; i++)
        if (line.at[i] != ' ' && line.at[i] != '\t')
            return false;
    return true;
}

static size_t first_byte(struct source_line line)
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

/* Words before the program: NAME=value and sudo. */
static bool begins_with_program(const char *at, size_t n)
{
    size_t i = 0;

    for (;;) {
        size_t word = 0;
        while (i + word < n && at[i + word] != ' ')
            word++;
        const char *assign = memchr(at + i, '=', word);
        bool sudo = word == 4 && memcmp(at + i, "sudo", 4) == 0;
        if ((assign == NULL || assign == at + i) && !sudo)
            return words_program(at + i, word) || (word > 2 && memcmp(at + i, "./", 2) == 0);
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
        if (blank_line(line) || line.at[0] == '#' || line.at[0] == ' ' || line.at[0] == '\t')
            continue;
        if (begins_with_program(line.at, line.n_bytes))
            commands++;
        else
            others++;
    }
    return commands > 0 && commands > 2 * others;
}

enum fence_role fence_role(const struct block *fence)
{
    bool open = fence->lang == NULL;

    for (size_t i = 0; !open && i < sizeof languages / sizeof *languages; i++) {
        if (strcmp(languages[i].lang, fence->lang) != 0)
            continue;
        if (languages[i].role == FENCE_POWERSHELL)
            return FENCE_POWERSHELL;
        if (has_prompts(fence))
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

/* Lines joined, the prompt and the trailing comment cut, blanks at both ends too. */
static const char *command_text(struct arena *arena, const struct source_line *lines,
                                struct shell_extent extent, size_t skip_bytes)
{
    scoped_buf struct buf text = {0};

    for (size_t i = 0; i < extent.n_lines; i++) {
        size_t from = i == 0 ? skip_bytes + first_byte((struct source_line){lines[0].at + skip_bytes,
                                                                            lines[0].n_bytes - skip_bytes})
                             : 0;
        size_t until = lines[i].n_bytes;
        if (i + 1 == extent.n_lines && extent.comment_at != (size_t)-1)
            until = extent.comment_at;
        if (i > 0)
            buf_putc(&text, '\n');
        if (until > from)
            buf_add(&text, lines[i].at + from, until - from);
    }
    while (text.n_bytes > 0 && (text.at[text.n_bytes - 1] == ' ' || text.at[text.n_bytes - 1] == '\t'))
        text.n_bytes--;
    return arena_strndup(arena, buf_text(&text), text.n_bytes);
}

/* Without backslash-newline, as the shell reads it. */
static const char *logical_text(struct arena *arena, const char *text)
{
    char *out = arena_strdup(arena, text);
    size_t n = 0;

    if (strstr(text, "\\\n") == NULL)
        return text;
    for (const char *s = text; *s; s++) {
        if (s[0] == '\\' && s[1] == '\n')
            s++;
        else
            out[n++] = *s;
    }
    out[n] = '\0';
    return out;
}

static const char *comment_text(struct arena *arena, const char *at, size_t n)
{
    while (n > 0 && (*at == '#' || *at == ' ' || *at == '\t')) {
        at++;
        n--;
    }
    return text_normalise(arena, at, n);
}

static void add_command(struct arena *arena, const struct block *fence, size_t i, struct shell_extent extent,
                        size_t skip_bytes, struct fence_entry *entry)
{
    const struct source_line *lines = fence->lines.at + i;
    struct source_line last = lines[extent.n_lines - 1];
    struct command *command = &entry->command;

    command->text = command_text(arena, lines, extent, skip_bytes);
    command->logical = logical_text(arena, command->text);
    command->lang = fence->lang ? fence->lang : "sh";
    command->line = entry->line;
    command->line_end = entry->line + (int)extent.n_lines - 1;
    command->fence_line = fence->line;
    if (extent.comment_at != (size_t)-1 && extent.comment_at < last.n_bytes)
        command->trailing_comment =
            comment_text(arena, last.at + extent.comment_at, last.n_bytes - extent.comment_at);
    entry->text = command->text;
}

void fence_split(struct arena *arena, const struct block *fence, struct fence_entries *ret_entries)
{
    enum fence_role role = fence_role(fence);
    enum shell_kind kind = role == FENCE_POWERSHELL ? SHELL_POWERSHELL : SHELL_POSIX;
    bool gap = false;

    for (size_t i = 0; role != FENCE_OTHER && i < fence->lines.n;) {
        struct source_line line = fence->lines.at[i];
        size_t first = first_byte(line), prompt = role == FENCE_PROMPT ? prompt_bytes(line) : 0;
        bool comment = first < line.n_bytes && line.at[first] == '#' && prompt == 0;
        bool shebang = comment && first + 1 < line.n_bytes && line.at[first + 1] == '!';
        if (blank_line(line) || shebang || (role == FENCE_PROMPT && prompt == 0 && !comment)) {
            gap |= !shebang;
            i++;
            continue;
        }
        struct fence_entry *entry = list_push(arena, ret_entries);
        *entry = (struct fence_entry){.comment = comment, .gap = gap, .line = fence->body_line + (int)i};
        gap = false;
        if (comment) {
            entry->text = comment_text(arena, line.at, line.n_bytes);
            i++;
            continue;
        }
        struct shell_extent extent =
            shell_command_extent(fence->lines.at + i, fence->lines.n - i, prompt, kind);
        add_command(arena, fence, i, extent, prompt, entry);
        i += extent.n_lines;
    }
}
