/* What fence_role.c and command.c share. */
#pragma once

#include "runbook/command.h"

/* Bytes of a prompt in front of a command of the fence: "$ ", "% ", "user@host:~$ ", "[root@db ~]# ", "db3#
 * "; in a recorded session (```console) "# systemctl restart x" is root's prompt when a program follows. 0:
 * none. */
size_t fence_prompt_bytes(const struct block *fence, struct source_line line);

bool line_is_blank(struct source_line line);
size_t line_first_byte(struct source_line line); /* offset of the first byte that is no blank */
