/* A sandbox that a child enters before it executes a program, and that its parent does not share: it and all
 * that it starts never listen, trace, mount or become somebody else, and open nothing that is hidden from
 * them. Each such call fails with EPERM or EACCES. It is what SANDBOX_CONFINED is to a whole process
 * (loop/sandbox.h), made once, and entered in three system calls. */
#pragma once

#include "base/err.h"
#include "base/list.h"

struct sandbox_child;

/* hidden: files and folders, as they are found from here; what is not there is left out. but: a folder in one
 * of them that stays open; or NULL. Where the kernel lacks something, one warning is logged and the rest
 * holds. NULL: it cannot be made. */
struct sandbox_child *sandbox_child_new(const struct strings *hidden, const char *but, struct err *err);
void sandbox_child_free(struct sandbox_child *sandbox); /* NULL is allowed */

/* In the parent, before it forks: what has come to stand beside what is hidden, or above it, can be seen,
 * too. */
void sandbox_child_renew(struct sandbox_child *sandbox);
/* Another number each time that they are made anew: what has entered it before still goes by the old ones. */
unsigned long sandbox_child_edition(const struct sandbox_child *sandbox);

/* In the child, after fork; for ever. -1: errno says why, and it should not go on. */
int sandbox_child_enter(const struct sandbox_child *sandbox);
