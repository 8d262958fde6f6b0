/* Two tables: the system calls that each profile gives up (seccomp), and the rights over files (Landlock).
 * A list of what is forbidden, not of what is allowed: a new glibc must not stop the paging. What remains
 * is held by the tests: every act that a profile forbids is tried there. */
#include "loop/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "loop/sandbox_priv.h"

enum {
    CORE = 1 << SANDBOX_CORE,
    COURIER = 1 << SANDBOX_COURIER,
    RUNNER = 1 << SANDBOX_RUNNER,
    STEPS = 1 << SANDBOX_CONFINED,
    OURS = CORE | COURIER | RUNNER,
    ALL = OURS | STEPS,
    EVERY = ALL | 1 << SANDBOX_SUPERVISOR
};

struct forbidden {
    int call;
    int profiles;
    bool kills; /* else, and in a step, it fails with EPERM */
};

static const struct forbidden forbidden[] = {
    {SCMP_SYS(execve), OURS, true},
    {SCMP_SYS(execveat), OURS, true},
    {SCMP_SYS(connect), CORE | RUNNER, false}, /* an accepted socket can be connected elsewhere */
    {SCMP_SYS(bind), OURS, false},             /* dig, ss and ip do so in a step; it is not listening */
    {SCMP_SYS(listen), COURIER | RUNNER | STEPS, false},
    {SCMP_SYS(accept), COURIER | RUNNER | STEPS, false},
    {SCMP_SYS(accept4), COURIER | RUNNER | STEPS, false},
    {SCMP_SYS(ptrace), LEAK_CHECK ? 0 : ALL, true},
    {SCMP_SYS(process_vm_readv), ALL, true},
    {SCMP_SYS(process_vm_writev), EVERY, true},
    {SCMP_SYS(pidfd_getfd), EVERY, true},
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
    {SCMP_SYS(userfaultfd), EVERY, true},
    {SCMP_SYS(init_module), ALL, true},
    {SCMP_SYS(finit_module), ALL, true},
    {SCMP_SYS(delete_module), ALL, true},
    {SCMP_SYS(kexec_load), EVERY, true},
    {SCMP_SYS(kexec_file_load), EVERY, true},
    {SCMP_SYS(keyctl), OURS, false}, /* where Kerberos keeps its tickets */
    {SCMP_SYS(add_key), OURS, false},
    {SCMP_SYS(reboot), ALL, true},
    {SCMP_SYS(swapon), ALL, true},
    {SCMP_SYS(clock_settime), ALL, true},
    {SCMP_SYS(settimeofday), ALL, true},
    {SCMP_SYS(iopl), EVERY, true},
    {SCMP_SYS(ioperm), EVERY, true},
    {SCMP_SYS(acct), EVERY, true},
    {SCMP_SYS(uselib), EVERY, true},
    {SCMP_SYS(lookup_dcookie), EVERY, true},
    {SCMP_SYS(socket), RUNNER, false},
    {SCMP_SYS(socketpair), RUNNER, false},
    {SCMP_SYS(tkill), OURS, false},
    {SCMP_SYS(rt_sigqueueinfo), OURS, false},
    {SCMP_SYS(rt_tgsigqueueinfo), OURS, false},
    {SCMP_SYS(pidfd_open), OURS, false},
    {SCMP_SYS(pidfd_send_signal), OURS, false},
};

/* What names a file. The runner opens none once it has begun, and as these fail it needs no Landlock. */
static const int by_path[] = {
    SCMP_SYS(open),      SCMP_SYS(openat),    SCMP_SYS(openat2),
    SCMP_SYS(creat),     SCMP_SYS(truncate),  SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),   SCMP_SYS(mknod),     SCMP_SYS(mknodat),
    SCMP_SYS(rmdir),     SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),    SCMP_SYS(renameat),  SCMP_SYS(renameat2),
    SCMP_SYS(link),      SCMP_SYS(linkat),    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat), SCMP_SYS(chmod),     SCMP_SYS(fchmodat),
    SCMP_SYS(chown),     SCMP_SYS(lchown),    SCMP_SYS(fchownat),
    SCMP_SYS(setxattr),  SCMP_SYS(lsetxattr), SCMP_SYS(utimensat),
    SCMP_SYS(utime),     SCMP_SYS(utimes),    SCMP_SYS(futimesat),
    SCMP_SYS(chdir),     SCMP_SYS(swapoff),   SCMP_SYS(name_to_handle_at),
};

/* Of what its steps inherit nothing kills: a program of the team's own may ask and go on without. */
static bool kills(const struct forbidden *call, enum sandbox_profile profile)
{
    return call->kills && profile != SANDBOX_CONFINED && profile != SANDBOX_SUPERVISOR;
}

/* Signals to and limits of other processes: this one may end itself (abort) and bound itself. */
static int others_spare(scmp_filter_ctx filter)
{
    const scmp_datum_t self = (scmp_datum_t)getpid();
    int failed =
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 1, SCMP_A0(SCMP_CMP_NE, self, 0));
    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_NE, self, 0));
    if (failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1,
                                  SCMP_A0(SCMP_CMP_NE, 0, 0));
    return failed;
}

static int calls_forbid(scmp_filter_ctx filter, enum sandbox_profile profile)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden && failed == 0; i++)
        if (forbidden[i].profiles & 1 << profile)
            failed = seccomp_rule_add(
                filter, kills(&forbidden[i], profile) ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM),
                forbidden[i].call, 0);
    if (profile == SANDBOX_CORE && failed == 0)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                                  SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0));
    for (size_t i = 0; i < sizeof by_path / sizeof *by_path && failed == 0; i++)
        if (profile == SANDBOX_RUNNER && !LEAK_CHECK)
            failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), by_path[i], 0);
    if (1 << profile & OURS && failed == 0)
        failed = others_spare(filter);
    return failed;
}

/* A team's program for the machine's other word size is held to the same, not killed. */
static int word_sizes_add(scmp_filter_ctx filter)
{
#if defined(__x86_64__)
    static const uint32_t others[] = {SCMP_ARCH_X86, SCMP_ARCH_X32};
#elif defined(__aarch64__)
    static const uint32_t others[] = {SCMP_ARCH_ARM};
#else
    static const uint32_t others[] = {SCMP_ARCH_NATIVE};
#endif
    int failed = 0;
    for (size_t i = 0; i < sizeof others / sizeof *others && failed == 0; i++) {
        failed = seccomp_arch_add(filter, others[i]);
        if (failed == -EEXIST)
            failed = 0;
    }
    return failed;
}

int sandbox_filter_make(enum sandbox_profile profile, scmp_filter_ctx *ret_filter, struct err *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return err_set(err, "sandbox: no filter");
    int failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, profile != SANDBOX_SUPERVISOR);
    if (failed == 0 && (profile == SANDBOX_CONFINED || profile == SANDBOX_SUPERVISOR))
        failed = word_sizes_add(filter);
    if (failed == 0 && profile == SANDBOX_SUPERVISOR)
        failed = seccomp_attr_set(filter, SCMP_FLTATR_CTL_NNP, 0);
    if (failed == 0)
        failed = calls_forbid(filter, profile);
    if (failed) {
        seccomp_release(filter);
        return err_set(err, "sandbox: %s", strerror(-failed));
    }
    *ret_filter = filter;
    return 0;
}

void sandbox_warn_no_filter(void)
{
    log_event(LOG_WARNING, "sandbox.no_seccomp", "effect=%s",
              log_quote("this kernel does not filter system calls; all else works"));
}

static int filter_load(enum sandbox_profile profile, struct err *err)
{
    scmp_filter_ctx filter = NULL;
    if (sandbox_filter_make(profile, &filter, err) < 0)
        return -1;
    int failed = seccomp_load(filter);
    seccomp_release(filter);
    /* Without the right to enter it as it is, there is no right to any of those calls either. */
    if (profile == SANDBOX_SUPERVISOR && (failed == -EACCES || failed == -EPERM))
        return 0;
    if (failed == -EINVAL || failed == -ENOSYS) {
        sandbox_warn_no_filter();
        return 0;
    }
    return failed ? err_set(err, "sandbox: %s", strerror(-failed)) : 0;
}

int sandbox_enter(enum sandbox_profile profile, struct err *err)
{
    prctl(PR_SET_DUMPABLE, 0);
    if (profile == SANDBOX_LAUNCHER)
        return 0;
    if (profile != SANDBOX_SUPERVISOR && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return err_set(err, "sandbox: PR_SET_NO_NEW_PRIVS: %s", strerror(errno));
    return filter_load(profile, err);
}

/* ---- files ---- */

enum { RULES = 8192 }; /* a folder above with more entries than this: the rest cannot be read */

/* Every right that the kernel's version of Landlock knows; reading folders is left free. */
uint64_t sandbox_rights_known(long version)
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

enum beside { ELSEWHERE, HIDDEN, ABOVE };

/* Where a path stands to those that are hidden. */
static enum beside where_is(const char *path, const struct strings *hidden)
{
    size_t n = strlen(path);
    enum beside where = ELSEWHERE;
    list_each (one, hidden) {
        if (strcmp(path, *one) == 0)
            return HIDDEN;
        if (strncmp(path, *one, n) == 0 && (*one)[n] == '/')
            where = ABOVE;
    }
    return where;
}

/* path holds a folder above something hidden, n_path bytes of it; "" is the root. */
static void beside_allow(struct sandbox_hiding *hiding, char path[PATH_MAX], size_t n_path, int *n_rules)
{
    const char *name = n_path ? path : "/";
    DIR *folder = opendir(name);
    if (folder && hiding->above)
        strings_add(hiding->arena, hiding->above, arena_strdup(hiding->arena, name));
    for (struct dirent *entry; folder && (entry = readdir(folder)) && *n_rules < RULES;) {
        int n = snprintf(path + n_path, PATH_MAX - n_path, "/%s", entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            n >= (int)(PATH_MAX - n_path))
            continue;
        enum beside where = where_is(path, hiding->hidden);
        if (where == ABOVE)
            beside_allow(hiding, path, n_path + (size_t)n, n_rules);
        if (where == ELSEWHERE)
            entry_allow(hiding->ruleset, dirfd(folder), entry->d_name, hiding->rights);
        ++*n_rules;
    }
    path[n_path] = '\0';
    if (folder)
        closedir(folder);
}

void sandbox_allow_beside(struct sandbox_hiding *hiding)
{
    char path[PATH_MAX] = "";
    int n_rules = 0;
    beside_allow(hiding, path, 0, &n_rules);
}

static void all_but_allow(int ruleset, const char *folder, uint64_t rights)
{
    const char *one[] = {folder};
    struct strings hidden = {.at = one, .n = 1};
    sandbox_allow_beside(&(struct sandbox_hiding){.ruleset = ruleset, .rights = rights, .hidden = &hidden});
}

/* 0: there is no Landlock, which has been said. */
long sandbox_landlock_version(const char *effect)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        log_event(LOG_WARNING, "sandbox.no_landlock", "effect=%s", log_quote(effect));
    return version < 1 ? 0 : version;
}

int sandbox_ruleset_open(uint64_t rights, bool alone, struct err *err)
{
    const struct { /* newer than Debian 12's header */
        uint64_t files, ports, scoped;
    } attributes = {.files = rights, .scoped = 1 << 1 /* signals */};
    bool scopes = alone && sandbox_landlock_version("") >= 6;
    size_t n_bytes = scopes ? sizeof attributes : sizeof attributes.files;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, n_bytes, 0);
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
        sandbox_landlock_version("this kernel cannot hide the data folder from the courier; all else works");
    if (!version)
        return 0;
    scoped_heap char *path = realpath(folder, NULL);
    if (!path)
        return err_set(err, "sandbox: %s: %s", folder, strerror(errno));
    int ruleset = sandbox_ruleset_open(sandbox_rights_known(version), false, err);
    if (ruleset < 0)
        return -1;
    all_but_allow(ruleset, path, LANDLOCK_ACCESS_FS_READ_FILE);
    return ruleset_enforce(ruleset, err);
}

int sandbox_hide_all(struct err *err)
{
    long version = sandbox_landlock_version(
        "this kernel cannot keep the runner from files; its filter of system calls does");
    int ruleset = version ? sandbox_ruleset_open(sandbox_rights_known(version), false, err) : -1;
    return !version ? 0 : ruleset < 0 ? -1 : ruleset_enforce(ruleset, err);
}

int sandbox_hide_but(const char *folder, const char *but, struct err *err)
{
    long version =
        sandbox_landlock_version("this kernel cannot hide the data folder from steps; all else works");
    if (!version)
        return 0;
    scoped_heap char *path = realpath(folder, NULL);
    int open_fd = open(but, O_PATH | O_DIRECTORY | O_CLOEXEC);
    uint64_t rights = sandbox_rights_known(version);
    int ruleset = path && open_fd >= 0 ? sandbox_ruleset_open(rights, true, err) : -1;
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

static int allow_below(int ruleset, const char *folder, uint64_t rights, struct err *err)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights,
                                              .parent_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    int failed = rule.parent_fd < 0 ||
                 syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0;
    if (failed)
        err_set(err, "sandbox: %s: %s", folder, strerror(errno));
    if (rule.parent_fd >= 0)
        close(rule.parent_fd);
    return failed ? -1 : 0;
}

int sandbox_write_only_below(const char *folder, const char *other, struct err *err)
{
    long version =
        sandbox_landlock_version("this kernel cannot keep core from writing outside of the data folder; "
                                 "all else works");
    if (!version)
        return 0;
    uint64_t rights = sandbox_rights_known(version) & ~(uint64_t)LANDLOCK_ACCESS_FS_READ_FILE;
    int ruleset = sandbox_ruleset_open(rights, false, err);
    if (ruleset < 0)
        return -1;
    rights &= ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE;
    if (allow_below(ruleset, folder, rights, err) < 0 ||
        (other && allow_below(ruleset, other, rights, err) < 0)) {
        close(ruleset);
        return -1;
    }
    return ruleset_enforce(ruleset, err);
}
