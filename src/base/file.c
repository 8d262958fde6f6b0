#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}
#define scoped_fd __attribute__((cleanup(close_fd)))

/* Reads to the end or the limit; the size that stat gave is only a first guess (it may grow, or be 0 in
 * /proc). */
static ssize_t read_all(int fd, char *bytes, size_t limit_bytes)
{
    size_t n = 0;
    while (n < limit_bytes) {
        ssize_t got = read(fd, bytes + n, limit_bytes - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

int file_read(struct arena *arena, const char *path, size_t limit_bytes, char **ret_bytes,
              size_t *ret_n_bytes, struct err *err)
{
    /* O_NONBLOCK: opening a FIFO must not hang; regular files do not care. */
    scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, "%s: %s", path,
                       S_ISDIR(st.st_mode) ? "is a folder, not a file" : "is not a regular file");
    if ((uint64_t)st.st_size > limit_bytes)
        return err_set(err, "%s: %lld bytes, larger than the limit of %zu bytes", path, (long long)st.st_size,
                       limit_bytes);
    size_t room = (size_t)st.st_size + 1; /* one more, to see that it did not grow */
    char *bytes = arena_alloc(arena, room + 1);
    ssize_t n = read_all(fd, bytes, room);
    if (n < 0)
        return err_set(err, "%s: %s", path, strerror(errno));
    if ((size_t)n == room && room > (size_t)st.st_size)
        return err_set(err, "%s: changed while it was read; try again", path);
    bytes[n] = '\0';
    *ret_bytes = bytes;
    *ret_n_bytes = (size_t)n;
    return 0;
}

static int write_all(int fd, const char *bytes, size_t n_bytes)
{
    while (n_bytes) {
        ssize_t wrote = write(fd, bytes, n_bytes);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return -1;
        bytes += wrote;
        n_bytes -= (size_t)wrote;
    }
    return 0;
}

static void sync_folder_of(const char *path)
{
    char *folder = heap_strdup(path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    scoped_fd int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        fsync(fd);
    free(folder);
}

/* Followed by the process that writes it. */
#define BESIDE ".new-"

static int file_replace(const char *path, const void *bytes, size_t n_bytes, unsigned mode, bool exactly,
                        struct err *err)
{
    scoped_heap char *temporary = heap_alloc(strlen(path) + 24);
    snprintf(temporary, strlen(path) + 24, "%s" BESIDE "%d", path, (int)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return err_set(err, "%s: %s", temporary, strerror(errno));
    int failed =
        write_all(fd, bytes, n_bytes) < 0 || (exactly && fchmod(fd, (mode_t)mode) < 0) || fsync(fd) < 0
            ? errno
            : 0;
    if (close(fd) < 0 && !failed)
        failed = errno;
    if (!failed && rename(temporary, path) < 0)
        failed = errno;
    if (failed) {
        unlink(temporary);
        return err_set(err, "%s: %s", path, strerror(failed));
    }
    sync_folder_of(path);
    return 0;
}

int file_write(const char *path, const void *bytes, size_t n_bytes, unsigned mode, struct err *err)
{
    return file_replace(path, bytes, n_bytes, mode, false, err);
}

int file_publish(const char *path, const void *bytes, size_t n_bytes, unsigned mode, struct err *err)
{
    return file_replace(path, bytes, n_bytes, mode, true, err);
}

/* "admin.token.new-4711" */
static bool is_leftover(const char *name)
{
    const char *mark = NULL;
    for (const char *at = name; (at = strstr(at, BESIDE)); at++)
        mark = at;
    if (!mark || mark == name)
        return false;
    const char *digits = mark + strlen(BESIDE);
    char *end;
    if (*digits < '1' || *digits > '9')
        return false;
    errno = 0;
    long pid = strtol(digits, &end, 10);
    return *end == '\0' && errno == 0 && pid <= INT32_MAX && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

void file_leftovers_remove(const char *folder)
{
    struct stat st;
    DIR *dir = opendir(folder);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (is_leftover(entry->d_name) && fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode))
            unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
}
