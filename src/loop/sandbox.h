/* What each process gives up once it has opened what it needs. A program that has been taken over can do what
 * its profile leaves it, and no more.
 *
 * core     no exec, no new network sockets, no connect; no debugging, signalling or limiting of others, no
 *          mounts, no kernel modules; nothing written outside of the data folder
 * courier  no exec, no listen, bind or accept; the same; no reading below the data folder, no writing of
 * files (the dialler has its system calls) runner   no exec, no sockets at all, no file opened, made, changed
 * or removed; the same. It lives on the descriptors that it is handed launcher nothing that changes which
 * people let run would inherit: they are the team's own commands, and sudo, strace, mount and a service that
 * listens must work in them. Its looks give it up one by one (loop/sandbox_child.h). What protects the others
 * from it: it reads no output and nothing from the network, holds no descriptor of the ledger, and knows no
 * secret of a channel supervisor, as root: what nobody does, no step either, which inherits it (new kernels,
 * other processes' descriptors and memory, the ports of the machine); without root the kernel refuses it
 * anyway confined a launcher whose steps need none of that: it and they never listen, trace, mount, become
 * somebody else, or open a file of the data folder but those of their own; each such call fails with EPERM
 * all      memory and descriptors are closed to other processes of the same user; no core dumps */
#pragma once

#include "base/err.h"

enum sandbox_profile {
    SANDBOX_SUPERVISOR,
    SANDBOX_CORE,
    SANDBOX_COURIER,
    SANDBOX_RUNNER,
    SANDBOX_LAUNCHER,
    SANDBOX_CONFINED
};

/* For this process, all its threads, and for ever. Where the kernel lacks something, one warning is logged
 * and the rest holds. -1: it could not be entered, and the process should not go on. */
int sandbox_enter(enum sandbox_profile profile, struct err *err);

/* From now on no file below folder can be opened, and none anywhere written or made. Everything else that
 * exists now can be read; a file made later beside the folder, or beside one of the folders above it, cannot.
 * Where the kernel has no Landlock: one warning, and 0. */
int sandbox_hide(const char *folder, struct err *err);

/* From now on no file anywhere can be opened, made or removed. Where the kernel has no Landlock: one warning,
 * and 0. */
int sandbox_hide_all(struct err *err);

/* From now on no file below folder can be opened, made or changed, but those below `but`, a folder in it.
 * Everything else stays as it is, except that nothing can be made in the folders above it themselves. */
int sandbox_hide_but(const char *folder, const char *but, struct err *err);

/* From now on nothing is made, changed or removed but below folder and below other (NULL: nowhere else), and
 * nothing executed. For this thread and those that it starts. Where the kernel has no Landlock: one warning,
 * and 0. */
int sandbox_write_only_below(const char *folder, const char *other, struct err *err);
