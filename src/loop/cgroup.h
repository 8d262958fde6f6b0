/* A version 2 cgroup of our own for a group of processes, where the system lets us make one below ours: as
 * root, or in a delegated unit. It is how a whole tree is ended at once, whatever it did to get away. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct cgroups; /* where they can be made */

/* NULL: this system has none that we may write to; then keepers do without. Removes what a former process
 * that is gone has left behind, after ending what still runs in it. */
struct cgroups *cgroups_open(const char *prefix);
void cgroups_close(struct cgroups *cgroups); /* NULL is allowed */

/* The same below a folder that is known. */
struct cgroups *cgroups_open_at(const char *folder, const char *prefix);
/* What one has room for; 0: any amount. */
struct cgroup_bounds {
    int64_t processes, memory_bytes;
};

/* Whether it can bound how many processes are in one. */
bool cgroups_count_processes(const struct cgroups *cgroups); /* NULL is allowed */

/* A descriptor of a new cgroup PREFIX-PID-NAME, or -1. Each bound holds where the controller for it is to be
 * had; and where processors are shared out, half as much falls to it as to others. */
int cgroup_make(struct cgroups *cgroups, const char *name, const struct cgroup_bounds *bounds);
/* Whether a process in it could not start another one because there were too many. */
bool cgroup_was_full(int cgroup_fd);
/* Signals all that is in it; their number. ret_refused: one that could not be signalled, else unchanged. */
int cgroup_signal(int cgroup_fd, int signal_number, pid_t *ret_refused);
/* Ends all that is in it (SIGKILL). */
void cgroup_kill(int cgroup_fd);
/* Closes the descriptor and removes the cgroup; it is empty by now, else the next start removes it. */
void cgroup_remove(struct cgroups *cgroups, const char *name, int cgroup_fd);
