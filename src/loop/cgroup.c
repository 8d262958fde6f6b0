/* cgroup v2 as it is mounted: at /sys/fs/cgroup, or at .../unified beside version 1. Used are membership,
 * cgroup.kill (Linux 5.14), and the controllers "pids", "memory" and "cpu" where they are to be had. The
 * first is "threaded": it can be given to cgroups below one that has processes itself, as ours has. The
 * others can not, unless ours is the root of all: then each process has its own limit (launch_step.c). */
#include "loop/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

#define STEP_WEIGHT "50" /* others have 100 */

struct cgroups {
    int fd; /* our own cgroup's folder */
    char prefix[32];
    bool counts; /* processes */
    bool weighs; /* memory */
    bool shares; /* processors */
};

static int mount_find(char *out, size_t out_bytes)
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char line[2048];
    int found = -1;
    while (file && found < 0 && fgets(line, sizeof line, file)) {
        char *type = strstr(line, " - cgroup2 ");
        char path[512];
        if (type && sscanf(line, "%*s %*s %*s %*s %511s", path) == 1 && strlen(path) < out_bytes) {
            snprintf(out, out_bytes, "%s", path);
            found = 0;
        }
    }
    if (file)
        fclose(file);
    return found;
}

static int own_find(char *out, size_t out_bytes)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[2048];
    int found = -1;
    while (file && found < 0 && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "0::/", 4) == 0 && strlen(line) < out_bytes) {
            memcpy(out, line + 3, strlen(line + 3) + 1);
            found = 0;
        }
    }
    if (file)
        fclose(file);
    return found;
}

static bool file_put(int folder_fd, const char *name, const char *text)
{
    int fd = openat(folder_fd, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool put = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return put;
}

void cgroup_kill(int cgroup_fd)
{
    file_put(cgroup_fd, "cgroup.kill", "1"); /* not in an older kernel: the keeper's own walk remains */
}

int cgroup_signal(int cgroup_fd, int signal_number, pid_t *ret_refused)
{
    char line[24];
    int n = 0, fd = openat(cgroup_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    while (file && fgets(line, sizeof line, file)) {
        pid_t pid = (pid_t)strtol(line, NULL, 10);
        if (pid <= 0) /* of another namespace */
            continue;
        n++;
        if (kill(pid, signal_number) < 0 && errno == EPERM)
            *ret_refused = pid;
    }
    if (file)
        fclose(file);
    return n;
}

static void leftovers_remove(const struct cgroups *cgroups)
{
    int copy = openat(cgroups->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    size_t n = strlen(cgroups->prefix);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (strncmp(entry->d_name, cgroups->prefix, n) != 0 || entry->d_name[n] != '-')
            continue;
        long pid = strtol(entry->d_name + n + 1, NULL, 10);
        if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
            continue;
        int fd = openat(cgroups->fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            continue;
        cgroup_kill(fd);
        close(fd);
        unlinkat(cgroups->fd, entry->d_name, AT_REMOVEDIR);
    }
    if (folder)
        closedir(folder);
}

static void name_full(const struct cgroups *cgroups, const char *name, char *out, size_t out_bytes)
{
    snprintf(out, out_bytes, "%s-%d-%s", cgroups->prefix, (int)getpid(), name);
}

struct cgroups *cgroups_open(const char *prefix)
{
    char mount[512], own[512], path[1100];
    if (mount_find(mount, sizeof mount) < 0 || own_find(own, sizeof own) < 0)
        return NULL;
    snprintf(path, sizeof path, "%s%s", mount, own);
    return cgroups_open_at(path, prefix);
}

struct cgroups *cgroups_open_at(const char *folder, const char *prefix)
{
    char probe[128];
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct cgroups *cgroups = heap_alloc(sizeof *cgroups);
    cgroups->fd = fd;
    snprintf(cgroups->prefix, sizeof cgroups->prefix, "%s", prefix);
    /* Making one is not enough: moving a process in also needs the right to leave ours. */
    name_full(cgroups, "probe", probe, sizeof probe);
    if (faccessat(fd, "cgroup.procs", W_OK, AT_EACCESS) < 0 || mkdirat(fd, probe, 0755) < 0) {
        cgroups_close(cgroups);
        return NULL;
    }
    unlinkat(fd, probe, AT_REMOVEDIR);
    leftovers_remove(cgroups);
    cgroups->counts = file_put(fd, "cgroup.subtree_control", "+pids");
    cgroups->shares = file_put(fd, "cgroup.subtree_control", "+cpu");
    cgroups->weighs = file_put(fd, "cgroup.subtree_control", "+memory");
    return cgroups;
}

void cgroups_close(struct cgroups *cgroups)
{
    if (!cgroups)
        return;
    close(cgroups->fd);
    free(cgroups);
}

bool cgroups_count_processes(const struct cgroups *cgroups)
{
    return cgroups && cgroups->counts;
}

static void bound_put(int fd, const char *name, int64_t most)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)most);
    if (most)
        file_put(fd, name, text);
}

int cgroup_make(struct cgroups *cgroups, const char *name, const struct cgroup_bounds *bounds)
{
    char full[128];
    name_full(cgroups, name, full, sizeof full);
    if (mkdirat(cgroups->fd, full, 0755) < 0 && errno != EEXIST)
        return -1;
    int fd = openat(cgroups->fd, full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && cgroups->counts)
        bound_put(fd, "pids.max", bounds->processes);
    if (fd >= 0 && cgroups->weighs)
        bound_put(fd, "memory.max", bounds->memory_bytes);
    if (fd >= 0 && cgroups->shares)
        file_put(fd, "cpu.weight", STEP_WEIGHT);
    return fd;
}

/* pids.events: "max 3\n", how often a fork has failed. */
bool cgroup_was_full(int cgroup_fd)
{
    char text[64] = "";
    int fd = openat(cgroup_fd, "pids.events", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    return n > 4 && strncmp(text, "max ", 4) == 0 && text[4] != '0';
}

void cgroup_remove(struct cgroups *cgroups, const char *name, int cgroup_fd)
{
    char full[128];
    name_full(cgroups, name, full, sizeof full);
    close(cgroup_fd);
    unlinkat(cgroups->fd, full, AT_REMOVEDIR);
}
