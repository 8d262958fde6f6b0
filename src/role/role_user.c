/* Nothing is given away below the two folders: what lies there may be a link that somebody has made. */
#include "role/role_user.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

static int user_find(const char *key, const char *name, struct role_user *ret_user)
{
    if (!*name)
        return 0;
    errno = 0;
    const struct passwd *entry = getpwnam(name);
    if (!entry) {
        fprintf(stderr, "%s: %s: there is no such user%s%s; make one with useradd --system %s\n", key, name,
                errno ? ": " : "", errno ? strerror(errno) : "", name);
        return -1;
    }
    if (entry->pw_uid == geteuid())
        return 0;
    if (geteuid() != 0) {
        fprintf(stderr, "%s: only root can become %s; start as root, or as %s without that line\n", key, name,
                name);
        return -1;
    }
    struct child_user is = {.user = entry->pw_uid, .group = entry->pw_gid};
    is.n_groups = sizeof is.groups / sizeof *is.groups;
    if (getgrouplist(name, is.group, is.groups, &is.n_groups) < 0) {
        fprintf(stderr, "%s: %s is in more than %zu groups\n", key, name,
                sizeof is.groups / sizeof *is.groups);
        return -1;
    }
    *ret_user = (struct role_user){.set = true, .is = is};
    return 0;
}

static bool is_empty(int folder)
{
    int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy >= 0 ? fdopendir(copy) : NULL;
    int n = 0;
    while (entries && n < 3 && readdir(entries))
        n++;
    if (entries)
        closedir(entries);
    return entries && n == 2; /* "." and ".." */
}

/* One that is still empty is given to the user; one that is in use must be the user's. */
static int folder_give(int folder, const char *path, const struct role_user *user, mode_t mode)
{
    struct stat st;
    bool known = fstat(folder, &st) == 0;
    if (known && user->set && st.st_uid == geteuid() && is_empty(folder) &&
        fchown(folder, user->is.user, user->is.group) == 0)
        st.st_uid = user->is.user;
    if (known && user->set && st.st_uid != user->is.user) {
        fprintf(stderr, "%s: it belongs to another user; give it away with: chown -R %u:%u %s\n", path,
                user->is.user, user->is.group, path);
        return -1;
    }
    if (known && fchmod(folder, mode) == 0)
        return 0;
    fprintf(stderr, "%s: %s\n", path, strerror(errno));
    return -1;
}

/* ret_fd stays open for those in it. */
static int folder_settle(int above, const char *name, const char *path, const struct role_user *user,
                         mode_t mode, int *ret_fd)
{
    int folder = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    if (folder_give(folder, path, user, mode) < 0) {
        close(folder);
        return -1;
    }
    *ret_fd = folder;
    return 0;
}

int role_users_settle(const char *user, const char *step_user, const char *data, struct role_user *ret_user,
                      struct role_user *ret_step_user)
{
    struct role_user all = {0}, steps = {0};
    int folder, work = -1;
    if (user_find("user", user, &all) < 0 || user_find("runner.user", step_user, &steps) < 0)
        return -1;
    if (!*step_user)
        steps = all;
    if (!all.set && !steps.set)
        return 0;
    bool apart = all.set != steps.set || all.is.user != steps.is.user;
    /* "." because the folder itself may be a link, made by whoever set the server up. */
    scoped_arena struct arena *arena = arena_new();
    if (folder_settle(AT_FDCWD, arena_printf(arena, "%s/.", data), data, &all, apart ? 0711 : 0700, &folder) <
        0)
        return -1;
    const char *path = arena_printf(arena, "%s/runner", data);
    int settled = -1;
    if (mkdirat(folder, "runner", 0700) < 0 && errno != EEXIST)
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
    else
        settled = folder_settle(folder, "runner", path, &steps, 0700, &work);
    if (settled == 0)
        close(work);
    close(folder);
    if (settled == 0) {
        *ret_user = all;
        *ret_step_user = steps;
    }
    return settled;
}
