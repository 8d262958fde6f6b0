/* Where one command of a shell fence ends: quotes, continuation lines, loops, here-documents, brackets. It
 * only finds borders; what a command means is for the real parser (risk.h), which cannot be used here because
 * a fence may hold placeholders such as <pod-name> that are no shell. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runbook/document.h"

enum shell_kind { SHELL_POSIX, SHELL_POWERSHELL };

struct shell_extent {
    size_t n_lines;    /* lines of the command, at least 1 */
    size_t comment_at; /* offset in its last line of a trailing "# ...", or (size_t)-1 */
    bool unclosed;     /* nothing closed it */
};

enum { SHELL_LOOK_AHEAD_LINES = 400 };

/* The command that begins on lines[0]; the first skip_bytes of that line are a prompt. A command that nothing
 * closes within SHELL_LOOK_AHEAD_LINES (or n_lines) is cut after its first line and the lines its backslashes
 * join. */
struct shell_extent shell_command_extent(const struct source_line *lines, size_t n_lines, size_t skip_bytes,
                                         enum shell_kind kind);
