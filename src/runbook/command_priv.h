/* What fence_role.c, fence_output.c and command.c share. */
#pragma once

#include "runbook/command.h"

/* Bytes of a prompt in front of a command of the fence: "$ ", "% ", "user@host:~$ ", "[root@db ~]# ", "db3#
 * "; in a recorded session (```console) "# systemctl restart x" is root's prompt when a program follows. 0:
 * none. */
size_t fence_prompt_bytes(const struct block *fence, struct source_line line);

bool line_is_blank(struct source_line line);
size_t line_first_byte(struct source_line line); /* offset of the first byte that is no blank */

/* ---- fence_output.c ---- */

/* Whether the line, where a command could begin, is no command but output, a list or configuration. in_table:
 * rows of a printed table go on; false at the start and after blank lines. */
bool line_is_output(struct source_line line, bool *in_table);

/* "Acknowledge the page and add a note": a sentence where a command could begin. */
bool line_is_prose(struct source_line line);
