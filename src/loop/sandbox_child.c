/* The filter is compiled once, to what the kernel takes (prctl(2), PR_SET_SECCOMP). The rules over files are
 * made anew when one of the folders above what is hidden has changed: a file made there since would be
 * hidden, too. */
#include "loop/sandbox_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/sandbox_priv.h"

struct sandbox_child {
    struct arena *arena;
    struct sock_fprog filter; /* len 0: the kernel has none */
    struct strings hidden;    /* whole paths */
    const char *but;          /* or NULL */
    long version;             /* of Landlock; 0: there is none */
    int ruleset;              /* -1: none */
    unsigned long edition;    /* of the rules */

    struct arena *seen_arena; /* of the rules as they are */
    struct strings above;
    struct timespec *changed; /* when each of them was changed last */
};

/* libseccomp writes a program to a file only. */
static int filter_compile(struct sandbox_child *sandbox, struct err *err)
{
    scmp_filter_ctx filter = NULL;
    if (sandbox_filter_make(SANDBOX_CONFINED, &filter, err) < 0)
        return -1;
    int fd = memfd_create("filter", MFD_CLOEXEC);
    struct stat st;
    int failed = fd < 0 ? -errno : seccomp_export_bpf(filter, fd);
    seccomp_release(filter);
    if (failed == 0 && fstat(fd, &st) == 0) {
        struct sock_filter *program = arena_alloc(sandbox->arena, (size_t)st.st_size);
        if (pread(fd, program, (size_t)st.st_size, 0) == st.st_size)
            sandbox->filter = (struct sock_fprog){
                .len = (unsigned short)((size_t)st.st_size / sizeof *program), .filter = program};
    }
    if (fd >= 0)
        close(fd);
    if (!sandbox->filter.len)
        return err_set(err, "sandbox: no filter: %s", strerror(failed ? -failed : EIO));
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0) {
        sandbox_warn_no_filter();
        sandbox->filter.len = 0;
    }
    return 0;
}

static struct timespec changed_at(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mtim : (struct timespec){0};
}

static bool is_before(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

static void rules_make(struct sandbox_child *sandbox)
{
    struct err err;
    uint64_t rights = sandbox_rights_known(sandbox->version);
    sandbox->edition++;
    if (sandbox->ruleset >= 0)
        close(sandbox->ruleset);
    if (sandbox->seen_arena)
        arena_free(sandbox->seen_arena);
    sandbox->seen_arena = arena_new();
    sandbox->above = (struct strings){0};
    sandbox->ruleset = sandbox_ruleset_open(rights, true, &err);
    if (sandbox->ruleset < 0) {
        log_event(LOG_ERROR, "sandbox.failed", "error=%s", log_quote(err.text));
        return;
    }
    struct timespec began; /* by the clock of file systems: what changes from here on is looked at again */
    clock_gettime(CLOCK_REALTIME_COARSE, &began);
    int open_fd = sandbox->but ? open(sandbox->but, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (open_fd >= 0) {
        struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = open_fd};
        syscall(SYS_landlock_add_rule, sandbox->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(open_fd);
    }
    sandbox_allow_beside(&(struct sandbox_hiding){.ruleset = sandbox->ruleset,
                                                  .rights = rights,
                                                  .hidden = &sandbox->hidden,
                                                  .above = &sandbox->above,
                                                  .arena = sandbox->seen_arena});
    sandbox->changed = arena_alloc(sandbox->seen_arena, sandbox->above.n * sizeof *sandbox->changed);
    for (size_t i = 0; i < sandbox->above.n; i++) {
        struct timespec changed = changed_at(sandbox->above.at[i]);
        sandbox->changed[i] = is_before(changed, began) ? changed : (struct timespec){0};
    }
}

static bool is_stale(const struct sandbox_child *sandbox)
{
    for (size_t i = 0; i < sandbox->above.n; i++) {
        struct timespec now = changed_at(sandbox->above.at[i]);
        if (now.tv_sec != sandbox->changed[i].tv_sec || now.tv_nsec != sandbox->changed[i].tv_nsec)
            return true;
    }
    return sandbox->ruleset < 0;
}

struct sandbox_child *sandbox_child_new(const struct strings *hidden, const char *but, struct err *err)
{
    struct arena *arena = arena_new();
    struct sandbox_child *sandbox = arena_alloc(arena, sizeof *sandbox);
    *sandbox = (struct sandbox_child){.arena = arena, .ruleset = -1, .but = arena_strdup(arena, but)};
    list_each (one, hidden) {
        scoped_heap char *path = realpath(*one, NULL);
        if (path)
            strings_add(arena, &sandbox->hidden, arena_strdup(arena, path));
    }
    if (filter_compile(sandbox, err) < 0) {
        arena_free(arena);
        return NULL;
    }
    sandbox->version =
        sandbox_landlock_version("this kernel cannot hide files from steps that look; all else works");
    if (sandbox->version)
        rules_make(sandbox);
    return sandbox;
}

void sandbox_child_free(struct sandbox_child *sandbox)
{
    if (!sandbox)
        return;
    if (sandbox->ruleset >= 0)
        close(sandbox->ruleset);
    if (sandbox->seen_arena)
        arena_free(sandbox->seen_arena);
    arena_free(sandbox->arena);
}

void sandbox_child_renew(struct sandbox_child *sandbox)
{
    if (sandbox->version && is_stale(sandbox))
        rules_make(sandbox);
}

unsigned long sandbox_child_edition(const struct sandbox_child *sandbox)
{
    return sandbox->edition;
}

int sandbox_child_enter(const struct sandbox_child *sandbox)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    if (sandbox->version &&
        (sandbox->ruleset < 0 || syscall(SYS_landlock_restrict_self, sandbox->ruleset, 0) < 0))
        return -1;
    return sandbox->filter.len ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &sandbox->filter) : 0;
}
