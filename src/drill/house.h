/* Where a drill happens: namespaces of its own for users, mounts, processes, the network. Inside, the
 * machine's files can be read and none written, but for a folder in memory; there is a loopback and no other
 * network; the first process that ends, or the end of whoever called, ends all of them. So nothing is left,
 * however it ends. */
#pragma once

#include "base/err.h"

#define HOUSE_FOLDER "/run/drill"           /* in memory, gone with the house */
#define HOUSE_HOSTS  "/run/drill/etc-hosts" /* lies over /etc/hosts */

/* Runs life(context) as the first process inside and waits for it. Its exit code; -1: the house cannot be
 * built, and err says what the system refuses. Not for a process with other threads. */
int house_live(int (*life)(void *context), void *context, struct err *err);
