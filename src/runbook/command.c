/* Splits a fence into comments and commands; lines that cannot be commands are passed over, and so is an
 * output that stands in comments. A comment stands alone on its line, as does a sentence; a comment behind a
 * command is the command's trailing comment, and no part of its text. */
#include "runbook/command_priv.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "runbook/shell_scan.h"
#include "runbook/text.h"

/* Lines joined, the prompt and the trailing comment cut, blanks at both ends too. */
static const char *command_text(struct arena *arena, const struct source_line *lines,
                                struct shell_extent extent, size_t skip_bytes)
{
    scoped_buf struct buf text = {0};

    for (size_t i = 0; i < extent.n_lines; i++) {
        size_t from = i == 0 ? skip_bytes + line_first_byte((struct source_line){
                                                lines[0].at + skip_bytes, lines[0].n_bytes - skip_bytes})
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

/* "Expected output:": the comments below it show what is printed. */
static bool leads_to_output(const char *comment)
{
    static const char *const starts[] = {"expected output", "example output", "sample output",    "output",
                                         "expected result", "expected",       "should look like", "example"};
    size_t n = strlen(comment);

    for (size_t i = 0; n > 0 && comment[n - 1] == ':' && i < sizeof starts / sizeof *starts; i++)
        if (strlen(starts[i]) == n - 1 && text_starts_with(comment, starts[i]))
            return true;
    return false;
}

/* Looking ahead for what nothing closes is paid for once: past this many lines of a fence, each line stands
 * alone. */
enum { FUTILE_LINES = 4000 };

static void split(struct arena *arena, const struct block *fence, enum fence_role role,
                  struct fence_entries *ret_entries)
{
    enum shell_kind kind = role == FENCE_POWERSHELL ? SHELL_POWERSHELL : SHELL_POSIX;
    bool gap = false, in_table = false, in_output = false;
    size_t futile = 0;

    for (size_t i = 0; role != FENCE_OTHER && i < fence->lines.n;) {
        struct source_line line = fence->lines.at[i];
        size_t first = line_first_byte(line),
               prompt = role == FENCE_PROMPT ? fence_prompt_bytes(fence, line) : 0;
        bool comment = first < line.n_bytes && line.at[first] == '#' && prompt == 0;
        bool shebang = comment && first + 1 < line.n_bytes && line.at[first + 1] == '!';
        if (line_is_blank(line) || shebang || (role == FENCE_PROMPT && prompt == 0 && !comment)) {
            gap |= !shebang;
            in_table = false;
            in_output = false;
            i++;
            continue;
        }
        if (role == FENCE_SHELL && !comment && line_is_output(line, &in_table)) {
            i++;
            continue;
        }
        const char *sentence = role == FENCE_SHELL && !comment && line_is_prose(line)
                                   ? text_normalise(arena, line.at, line.n_bytes)
                                   : NULL;
        const char *words = comment ? comment_text(arena, line.at, line.n_bytes) : sentence;
        in_output = comment && (in_output || leads_to_output(words));
        if (in_output) {
            i++;
            continue;
        }
        comment = words != NULL;
        struct fence_entry *entry = list_push(arena, ret_entries);
        *entry = (struct fence_entry){.comment = comment, .gap = gap, .line = fence->body_line + (int)i};
        gap = false;
        if (comment) {
            entry->text = words;
            i++;
            continue;
        }
        size_t n_left = futile < FUTILE_LINES ? fence->lines.n - i : 1;
        struct shell_extent extent = shell_command_extent(fence->lines.at + i, n_left, prompt, kind);
        if (extent.unclosed)
            futile += n_left < SHELL_LOOK_AHEAD_LINES ? n_left : SHELL_LOOK_AHEAD_LINES;
        add_command(arena, fence, i, extent, prompt, entry);
        i += extent.n_lines;
    }
}

void fences_read(struct arena *arena, struct document *document)
{
    list_each (block, &document->blocks) {
        if (block->kind != BLOCK_FENCE)
            continue;
        struct fence *fence = arena_alloc(arena, sizeof *fence);
        fence->role = fence_role(block);
        split(arena, block, fence->role, &fence->entries);
        block->fence = fence;
    }
}

void fence_split(struct arena *arena, const struct block *fence, struct fence_entries *ret_entries)
{
    if (fence->fence)
        *ret_entries = fence->fence->entries;
    else
        split(arena, fence, fence_role(fence), ret_entries);
}
