/* Two tables: the system calls that each profile gives up (seccomp), and the rights over files (Landlock).
 * A list of what is forbidden, not of what is allowed: a new glibc must not stop the paging. What remains
 * is held by the tests: every act that a profile forbids is tried there. */
#include "loop/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"

enum {
    CORE = 1 << SANDBOX_CORE,
    COURIER = 1 << SANDBOX_COURIER,
    STEPS = 1 << SANDBOX_CONFINED,
    BOTH = CORE | COURIER,
    ALL = BOTH | STEPS
};

#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECK 1
#endif
#endif
#ifndef LEAK_CHECK
#define LEAK_CHECK 0
#endif

struct forbidden {
    int call;
    int profiles;
    bool kills; /* else, and in a step, it fails with EPERM */
};

static const struct forbidden forbidden[] = {
    {SCMP_SYS(execve), BOTH, true},
    {SCMP_SYS(execveat), BOTH, true},
    {SCMP_SYS(connect), CORE, false}, /* an accepted socket can be connected elsewhere */
    {SCMP_SYS(bind), ALL, false},
    {SCMP_SYS(listen), COURIER | STEPS, false},
    {SCMP_SYS(accept), COURIER | STEPS, false},
    {SCMP_SYS(accept4), COURIER | STEPS, false},
    {SCMP_SYS(ptrace), LEAK_CHECK ? 0 : ALL, true}, /* how a leak check stops its own threads */
    {SCMP_SYS(process_vm_readv), ALL, true},
    {SCMP_SYS(process_vm_writev), ALL, true},
    {SCMP_SYS(pidfd_getfd), ALL, true},
    {SCMP_SYS(io_uring_setup), ALL, false}, /* does connect and accept past this filter */
    {SCMP_SYS(mount), ALL, true},
    {SCMP_SYS(umount2), ALL, true},
    {SCMP_SYS(move_mount), ALL, true},
    {SCMP_SYS(open_tree), ALL, true},
    {SCMP_SYS(fsopen), ALL, true},
    {SCMP_SYS(pivot_root), ALL, true},
    {SCMP_SYS(chroot), ALL, true},
    {SCMP_SYS(setns), ALL, true},
    {SCMP_SYS(unshare), ALL, true},
    {SCMP_SYS(open_by_handle_at), ALL, true},
    {SCMP_SYS(bpf), ALL, true},
    {SCMP_SYS(perf_event_open), ALL, true},
    {SCMP_SYS(userfaultfd), ALL, true},
    {SCMP_SYS(init_module), ALL, true},
    {SCMP_SYS(finit_module), ALL, true},
    {SCMP_SYS(delete_module), ALL, true},
    {SCMP_SYS(kexec_load), ALL, true},
    {SCMP_SYS(kexec_file_load), ALL, true},
    {SCMP_SYS(keyctl), ALL, false},
    {SCMP_SYS(add_key), ALL, false},
    {SCMP_SYS(reboot), ALL, true},
    {SCMP_SYS(swapon), ALL, true},
    {SCMP_SYS(clock_settime), ALL, true},
    {SCMP_SYS(settimeofday), ALL, true},
};

static int calls_forbid(scmp_filter_ctx filter, enum sandbox_profile profile)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden && failed == 0; i++)
        if (forbidden[i].profiles & 1 << profile)
            failed =
                seccomp_rule_add(filter,
                                 forbidden[i].kills && profile != SANDBOX_CONFINED ? SCMP_ACT_KILL_PROCESS
                                                                                   : SCMP_ACT_ERRNO(EPERM),
                                 forbidden[i].call, 0);
    if (profile == SANDBOX_CORE && failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                                  SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
    return failed;
}

static int filter_load(enum sandbox_profile profile, struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return err_set(err, "sandbox: no filter");
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (failed == 0)
        failed = calls_forbid(filter, profile);
    if (failed == 0)
        failed = seccomp_load(filter);
    seccomp_release(filter);
    if (failed == -EINVAL || failed == -ENOSYS) {
        log_event(LOG_WARNING, "sandbox.no_seccomp", "effect=%s",
                  log_quote("this kernel does not filter system calls; all else works"));
        return 0;
    }
    return failed ? err_set(err, "sandbox: %s", strerror(-failed)) : 0;
}

int sandbox_enter(enum sandbox_profile profile, struct err *err)
{
    prctl(PR_SET_DUMPABLE, 0);
    if (profile == SANDBOX_RUNNER)
        return 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_set(err, "sandbox: PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
    return filter_load(profile, err);
}

/* ---- files ---- */

enum { RULES = 8192 }; /* a folder above with more entries than this: the rest cannot be read */

/* Every right that the kernel's version of Landlock knows; reading folders is left free. */
static uint64_t rights_known(long version)
{
    uint64_t rights =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
        LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
        LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    if (version >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        rights |= UINT64_C(1) << 14; /* truncate; newer than Debian 12's header */
    return rights;
}

/* What is for files alone; the kernel refuses a rule about a file that gives more. */
static uint64_t rights_of_file(uint64_t rights)
{
    return rights & (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                     LANDLOCK_ACCESS_FS_READ_FILE | UINT64_C(1) << 14);
}

/* A link is passed over: what it leads to is allowed or hidden where it is. */
static void entry_allow(int ruleset, int folder, const char *name, uint64_t rights)
{
    struct stat st;
    int fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &st) < 0 || S_ISLNK(st.st_mode)) {
        close(fd);
        return;
    }
    struct landlock_path_beneath_attr rule = {
        .allowed_access = S_ISDIR(st.st_mode) ? rights : rights_of_file(rights), .parent_fd = fd};
    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(fd);
}

/* Allows everything in the folder at path but the entry `but`. */
static void siblings_allow(int ruleset, const char *path, const char *but, uint64_t rights, int *n_rules)
{
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder)) && *n_rules < RULES;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            strcmp(entry->d_name, but) == 0)
            continue;
        entry_allow(ruleset, dirfd(folder), entry->d_name, rights);
        ++*n_rules;
    }
    if (folder)
        closedir(folder);
}

/* Landlock only allows, so hiding a folder is allowing what stands beside it and beside all folders above it.
 */
static void all_but_allow(int ruleset, char *folder, uint64_t rights)
{
    int n_rules = 0;
    for (char *slash = folder; slash;) {
        char *name = slash + 1;
        char *next = strchr(name, '/');
        if (next)
            *next = '\0';
        char first = *name;
        char *entry = heap_strdup(name);
        *name = '\0'; /* folder is now what stands before the name, with its slash */
        siblings_allow(ruleset, folder, entry, rights, &n_rules);
        *name = first;
        free(entry);
        if (next)
            *next = '/';
        slash = next;
    }
}

/* 0: there is no Landlock, which has been said. */
static long landlock_version(const char *effect)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        log_event(LOG_WARNING, "sandbox.no_landlock", "effect=%s", log_quote(effect));
    return version < 1 ? 0 : version;
}

static int ruleset_open(uint64_t rights, struct err *err)
{
    struct landlock_ruleset_attr attributes = {.handled_access_fs = rights};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    return ruleset < 0 ? err_set(err, "sandbox: Landlock: %s", strerror(errno)) : ruleset;
}

static int ruleset_enforce(int ruleset, struct err *err)
{
    int failed =
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) < 0;
    int error = errno;
    close(ruleset);
    return failed ? err_set(err, "sandbox: Landlock: %s", strerror(error)) : 0;
}

int sandbox_hide(const char *folder, struct err *err)
{
    long version =
        landlock_version("this kernel cannot hide the data folder from the courier; all else works");
    if (!version)
        return 0;
    scoped_heap char *path = realpath(folder, NULL);
    if (!path)
        return err_set(err, "sandbox: %s: %s", folder, strerror(errno));
    int ruleset = ruleset_open(rights_known(version), err);
    if (ruleset < 0)
        return -1;
    all_but_allow(ruleset, path, LANDLOCK_ACCESS_FS_READ_FILE);
    return ruleset_enforce(ruleset, err);
}

int sandbox_hide_but(const char *folder, const char *but, struct err *err)
{
    long version = landlock_version("this kernel cannot hide the data folder from steps; all else works");
    if (!version)
        return 0;
    scoped_heap char *path = realpath(folder, NULL);
    int open_fd = open(but, O_PATH | O_DIRECTORY | O_CLOEXEC);
    uint64_t rights = rights_known(version);
    int ruleset = path && open_fd >= 0 ? ruleset_open(rights, err) : -1;
    if (!path || open_fd < 0)
        err_set(err, "sandbox: %s: %s", path ? but : folder, strerror(errno));
    if (ruleset >= 0) {
        struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = open_fd};
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        all_but_allow(ruleset, path, rights);
    }
    if (open_fd >= 0)
        close(open_fd);
    return ruleset < 0 ? -1 : ruleset_enforce(ruleset, err);
}

int sandbox_write_only_below(const char *folder, struct err *err)
{
    long version = landlock_version("this kernel cannot keep core from writing outside of the data folder; "
                                    "all else works");
    if (!version)
        return 0;
    uint64_t rights = rights_known(version) & ~(uint64_t)LANDLOCK_ACCESS_FS_READ_FILE;
    int ruleset = ruleset_open(rights, err);
    if (ruleset < 0)
        return -1;
    struct landlock_path_beneath_attr rule = {.allowed_access =
                                                  rights & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE,
                                              .parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (rule.parent_fd < 0 ||
        syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0) {
        err_set(err, "sandbox: %s: %s", folder, strerror(errno));
        if (rule.parent_fd >= 0)
            close(rule.parent_fd);
        close(ruleset);
        return -1;
    }
    close(rule.parent_fd);
    return ruleset_enforce(ruleset, err);
}
