/* cgroup v2 as it is mounted: at /sys/fs/cgroup, or at .../unified beside version 1. No controllers are used:
 * only membership and cgroup.kill (Linux 5.14). */
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

struct cgroups {
    int fd; /* our own cgroup's folder */
    char prefix[32];
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

void cgroup_kill(int cgroup_fd)
{
    int fd = openat(cgroup_fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return; /* an older kernel: the keeper's own walk remains */
    ssize_t written = write(fd, "1", 1);
    (void)written;
    close(fd);
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
    char mount[512], own[512], path[1100], probe[128];
    if (mount_find(mount, sizeof mount) < 0 || own_find(own, sizeof own) < 0)
        return NULL;
    snprintf(path, sizeof path, "%s%s", mount, own);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
    return cgroups;
}

void cgroups_close(struct cgroups *cgroups)
{
    if (!cgroups)
        return;
    close(cgroups->fd);
    free(cgroups);
}

int cgroup_make(struct cgroups *cgroups, const char *name)
{
    char full[128];
    name_full(cgroups, name, full, sizeof full);
    if (mkdirat(cgroups->fd, full, 0755) < 0 && errno != EEXIST)
        return -1;
    return openat(cgroups->fd, full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void cgroup_remove(struct cgroups *cgroups, const char *name, int cgroup_fd)
{
    char full[128];
    name_full(cgroups, name, full, sizeof full);
    close(cgroup_fd);
    unlinkat(cgroups->fd, full, AT_REMOVEDIR);
}
