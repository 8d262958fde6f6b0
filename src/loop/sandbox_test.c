/* Every forbidden act is tried in a child of its own: it must die of it (SIGSYS), or be refused. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/testing.h"
#include "loop/sandbox_priv.h"

enum { DONE = 0, REFUSED = 1, DIES = 100, CANNOT_ENTER = 50 };

static int judged(long result)
{
    return result >= 0 ? DONE : errno == EPERM || errno == EACCES ? REFUSED : 2;
}

static int act_exec(void)
{
    char *arguments[] = {NULL};
    return judged(execve("/bin/true", arguments, arguments));
}

static int act_socket(void)
{
    return judged(socket(AF_INET, SOCK_STREAM, 0));
}

static int act_unix_socket(void)
{
    return judged(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int act_connect(void)
{
    struct sockaddr_in at = {.sin_family = AF_UNSPEC};
    return judged(connect(3, (struct sockaddr *)&at, sizeof at));
}

static int act_bind(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    return judged(bind(3, (struct sockaddr *)&at, sizeof at));
}

static int act_listen(void)
{
    return judged(listen(3, 1));
}

static int act_read_other(void)
{
    char byte;
    struct iovec local = {&byte, 1}, remote = {&byte, 1};
    return judged(process_vm_readv(getppid(), &local, 1, &remote, 1, 0));
}

static int act_mount(void)
{
    return judged(mount("none", "/mnt", "tmpfs", 0, NULL));
}

static int act_unshare(void)
{
    return judged(syscall(SYS_unshare, 0));
}

static int act_sudo(void) /* may a setuid program still raise privileges? */
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) ? REFUSED : DONE;
}

static int act_kernel(void) /* an empty list of segments loads nothing */
{
    return judged(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

static int act_open(void)
{
    return judged(open("/etc/passwd", O_RDONLY));
}

static int act_remove(void)
{
    return unlink("/tmp/sandbox-test-nothing") < 0 && errno == ENOENT ? DONE : REFUSED;
}

static int act_signal(void)
{
    return judged(kill(getppid(), 0));
}

static int act_signal_group(void)
{
    return judged(kill(0, 0));
}

static int act_signal_itself(void)
{
    return judged(kill(getpid(), 0));
}

static int act_limit(void)
{
    struct rlimit now;
    return judged(prlimit(getppid(), RLIMIT_CORE, NULL, &now));
}

/* What becomes of the act, in a child that has entered the profile with a TCP socket as descriptor 3. */
static int outcome(enum sandbox_profile profile, int (*act)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        struct err err;
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        dup2(fd, 3);
        _exit(sandbox_enter(profile, &err) < 0 ? CANNOT_ENTER : act());
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? DIES : WEXITSTATUS(status);
}

static void each_profile_forbids_what_its_process_never_does(void **state)
{
    (void)state;
    const int opens = LEAK_CHECK ? DONE : REFUSED;
    const struct {
        const char *name;
        int (*act)(void);
        int core, courier, runner, launcher, supervisor;
    } acts[] = {
        {"exec", act_exec, DIES, DIES, DIES, DONE, DONE},
        {"open a network socket", act_socket, REFUSED, DONE, REFUSED, DONE, DONE},
        {"open a local socket", act_unix_socket, DONE, DONE, REFUSED, DONE, DONE},
        {"connect", act_connect, REFUSED, DONE, REFUSED, DONE, DONE},
        {"bind", act_bind, REFUSED, REFUSED, REFUSED, DONE, DONE},
        {"listen", act_listen, DONE, REFUSED, REFUSED, DONE, DONE},
        {"open a file", act_open, DONE, DONE, opens, DONE, DONE},
        {"remove a file", act_remove, DONE, DONE, opens, DONE, DONE},
        {"signal another", act_signal, REFUSED, REFUSED, REFUSED, DONE, DONE},
        {"signal its group", act_signal_group, REFUSED, REFUSED, REFUSED, DONE, DONE},
        {"signal itself", act_signal_itself, DONE, DONE, DONE, DONE, DONE},
        {"see or set another's limits", act_limit, REFUSED, REFUSED, REFUSED, DONE, DONE},
        {"read another's memory", act_read_other, DIES, DIES, DIES, -1, -1},
        {"mount", act_mount, DIES, DIES, DIES, -1, -1},
        {"leave the namespaces", act_unshare, DIES, DIES, DIES, DONE, DONE},
        {"gain privileges by exec", act_sudo, REFUSED, REFUSED, REFUSED, DONE, DONE},
        {"start another kernel", act_kernel, DIES, DIES, DIES, geteuid() == 0 ? -1 : REFUSED, REFUSED},
    };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        const struct {
            enum sandbox_profile profile;
            int expected; /* -1: as the machine says */
        } each[] = {{SANDBOX_CORE, acts[i].core},
                    {SANDBOX_COURIER, acts[i].courier},
                    {SANDBOX_RUNNER, acts[i].runner},
                    {SANDBOX_LAUNCHER, acts[i].launcher},
                    {SANDBOX_SUPERVISOR, acts[i].supervisor}};
        print_message("%s\n", acts[i].name);
        for (size_t p = 0; p < sizeof each / sizeof *each; p++)
            if (each[p].expected >= 0)
                assert_int_equal(outcome(each[p].profile, acts[i].act), each[p].expected);
    }
}

static void all_files_can_be_hidden(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
        skip();
    pid_t pid = fork();
    if (pid == 0) {
        struct err err;
        _exit(sandbox_hide_all(&err) < 0 ? CANNOT_ENTER : judged(open("/etc/passwd", O_RDONLY)));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), REFUSED);
}

static void a_hidden_folder_cannot_be_read_and_nothing_can_be_written(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
        skip();
    char root[] = "/tmp/sandbox-test-XXXXXX";
    struct err err;
    assert_non_null(mkdtemp(root));
    assert_int_equal(chdir(root), 0);
    mkdir("data", 0700);
    mkdir("data/deep", 0700);
    assert_int_equal(file_write("data/deep/ledger", "x", 1, 0600, &err), 0);
    assert_int_equal(file_write("config", "x", 1, 0600, &err), 0);
    assert_int_equal(symlink("data/deep/ledger", "link"), 0);
    pid_t pid = fork();
    if (pid == 0) {
        static const struct {
            const char *path;
            int flags;
            int expected;
        } tries[] = {{"config", O_RDONLY, DONE},
                     {"/etc/passwd", O_RDONLY, DONE},
                     {"data/deep/ledger", O_RDONLY, REFUSED},
                     {"link", O_RDONLY, REFUSED},
                     {"data/deep/ledger", O_WRONLY, REFUSED},
                     {"config", O_WRONLY, REFUSED},
                     {"new", O_WRONLY | O_CREAT, REFUSED}};
        if (sandbox_hide("data", &err) < 0)
            _exit(CANNOT_ENTER);
        for (int i = 0; i < (int)(sizeof tries / sizeof *tries); i++)
            if (judged(open(tries[i].path, tries[i].flags, 0600)) != tries[i].expected)
                _exit(i + 1);
        _exit(unlink("config") == 0 ? 20 : 0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    static const char *const made[] = {"data/deep/ledger", "data/deep", "data", "config", "link"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        assert_int_equal(remove(made[i]), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(root), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_profile_forbids_what_its_process_never_does),
        cmocka_unit_test(all_files_can_be_hidden),
        cmocka_unit_test(a_hidden_folder_cannot_be_read_and_nothing_can_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
