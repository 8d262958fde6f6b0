#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/testing.h"
#include "loop/cgroup.h"
#include "loop/keeper.h"

struct kept {
    pid_t keeper;
    int control, output;
};

static void keep(const char *script, int cgroup_fd, struct kept *kept)
{
    int out[2];
    struct err err;
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    int fds[] = {-1, out[1], out[1]};
    const char *arguments[] = {"sh", "-c", script, NULL};
    const char *environment[] = {"PATH=/usr/bin:/bin", NULL};
    struct child_options program = {.path = "/bin/sh",
                                    .arguments = arguments,
                                    .environment = environment,
                                    .fds = fds,
                                    .n_fds = 3,
                                    .death_signal = SIGKILL,
                                    .new_session = true,
                                    .cgroup_fd = cgroup_fd};
    assert_int_equal(keeper_start(&program, &kept->keeper, &kept->control, &err), 0);
    close(out[1]);
    kept->output = out[0];
}

/* The next message; false at the end of the socket. */
static bool hear(struct kept *kept, struct keeper_report *report)
{
    for (;;) {
        ssize_t n = recv(kept->control, report, sizeof *report, 0);
        if (n >= 0)
            return n == (ssize_t)sizeof *report;
        assert_true(errno == EAGAIN || errno == EINTR);
        poll(&(struct pollfd){.fd = kept->control, .events = POLLIN}, 1, -1);
    }
}

static void hear_kind(struct kept *kept, enum keeper_kind kind, struct keeper_report *report)
{
    assert_true(hear(kept, report));
    assert_int_equal(report->kind, kind);
}

static void assert_over(struct kept *kept)
{
    struct keeper_report report;
    assert_false(hear(kept, &report));
    assert_int_equal(waitpid(kept->keeper, NULL, 0), kept->keeper);
    close(kept->control);
    close(kept->output);
}

/* Numbers that the script prints, one a line; waits for n of them. */
static void read_pids(const struct kept *kept, pid_t *pids, int n)
{
    char text[200];
    size_t have = 0;
    for (int lines = 0; lines < n;) {
        assert_true(have < sizeof text - 1);
        assert_int_equal(read(kept->output, text + have, 1), 1);
        lines += text[have++] == '\n';
    }
    text[have] = '\0';
    char *at = text;
    for (int i = 0; i < n; i++)
        pids[i] = (pid_t)strtol(at, &at, 10);
}

static void assert_gone(pid_t pid)
{
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static void a_program_that_ends_is_reported_with_its_status(void **state)
{
    (void)state;
    struct kept kept;
    struct keeper_report report;
    keep("exit 7", -1, &kept);
    hear_kind(&kept, KEEPER_STARTED, &report);
    hear_kind(&kept, KEEPER_EXITED, &report);
    assert_int_equal(WEXITSTATUS(report.value), 7);
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_int_equal(report.value, 0);
    assert_over(&kept);
}

/* Before Linux 5.7 none is born in its cgroup; a folder that is none stands for such a kernel here. */
static void a_program_that_cannot_be_born_in_its_cgroup_moves_there(void **state)
{
    (void)state;
    char folder[] = "/tmp/keeper-test-XXXXXX", path[64], text[8] = "";
    struct kept kept;
    struct keeper_report report;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/cgroup.procs", folder);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    keep("exit 7", fd, &kept);
    hear_kind(&kept, KEEPER_STARTED, &report);
    assert_int_equal(read(file, text, sizeof text - 1), 1);
    assert_string_equal(text, "0");
    hear_kind(&kept, KEEPER_EXITED, &report);
    assert_int_equal(WEXITSTATUS(report.value), 7);
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_over(&kept);
    close(fd), close(file);
    unlink(path), rmdir(folder);
}

static void a_program_that_is_missing_is_reported_with_the_reason(void **state)
{
    (void)state;
    struct kept kept = {.output = -1};
    struct keeper_report report;
    struct err err;
    const char *arguments[] = {"x", NULL};
    struct child_options program = {
        .path = "/no/such/program", .arguments = arguments, .environment = arguments + 1, .cgroup_fd = -1};
    assert_int_equal(keeper_start(&program, &kept.keeper, &kept.control, &err), 0);
    hear_kind(&kept, KEEPER_FAILED, &report);
    assert_non_null(strstr(report.text, "/no/such/program: No such file"));
    assert_over(&kept);
}

/* Ignores TERM, and leaves a daemon behind that has left the session and has no parent any more. */
static const char stubborn[] =
    "trap '' TERM; (setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' &);"
    "echo $$; while :; do sleep 1; done";

static void assert_all_killed(int cgroup_fd)
{
    struct kept kept;
    struct keeper_report report;
    pid_t pids[2];
    keep(stubborn, cgroup_fd, &kept);
    hear_kind(&kept, KEEPER_STARTED, &report);
    read_pids(&kept, pids, 2);
    keeper_term(kept.control);
    keeper_kill(kept.control);
    hear_kind(&kept, KEEPER_EXITED, &report);
    assert_true(WIFSIGNALED(report.value));
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_over(&kept);
    assert_gone(pids[0]);
    assert_gone(pids[1]);
}

static void kill_ends_what_ignores_term_and_what_daemonised(void **state)
{
    (void)state;
    assert_all_killed(-1);
}

static void kill_ends_everything_in_a_cgroup_too(void **state)
{
    (void)state;
    struct cgroups *cgroups = cgroups_open("crashcart-test");
    if (!cgroups)
        skip();
    int fd = cgroup_make(cgroups, "kill", &(struct cgroup_bounds){0});
    assert_true(fd >= 0);
    assert_all_killed(fd);
    cgroup_remove(cgroups, "kill", fd);
    cgroups_close(cgroups);
}

static bool is_in_left(pid_t pid)
{
    char path[40], text[1000] = "";
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    return strstr(text, "-left\n") != NULL;
}

/* A root in a step can leave its cgroup; it does not leave its keeper. */
static void kill_ends_what_has_left_the_cgroup(void **state)
{
    (void)state;
    struct cgroups *cgroups = cgroups_open("crashcart-test");
    if (!cgroups)
        skip();
    char link[40], path[400], script[600];
    struct kept kept;
    struct keeper_report report;
    pid_t pids[2];
    int fd = cgroup_make(cgroups, "left", &(struct cgroup_bounds){0});
    assert_true(fd >= 0);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    assert_true(n > 0);
    path[n] = '\0';
    snprintf(script, sizeof script,
             "trap '' TERM; (sh -c 'echo $$ >%s/../cgroup.procs; echo $$; while :; do sleep 1; done' &);"
             "echo $$; while :; do sleep 1; done",
             path);
    keep(script, fd, &kept);
    hear_kind(&kept, KEEPER_STARTED, &report);
    read_pids(&kept, pids, 2);
    assert_int_not_equal(is_in_left(pids[0]), is_in_left(pids[1]));
    keeper_kill(kept.control);
    hear_kind(&kept, KEEPER_EXITED, &report);
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_over(&kept);
    assert_gone(pids[0]);
    assert_gone(pids[1]);
    cgroup_remove(cgroups, "left", fd);
    cgroups_close(cgroups);
}

static void term_reaches_the_daemon_as_well(void **state)
{
    (void)state;
    struct kept kept;
    struct keeper_report report;
    pid_t pid;
    keep("(setsid sh -c 'echo $$; while :; do sleep 1; done' &)", -1, &kept);
    hear_kind(&kept, KEEPER_STARTED, &report);
    hear_kind(&kept, KEEPER_EXITED, &report);
    read_pids(&kept, &pid, 1);
    keeper_term(kept.control);
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_over(&kept);
    assert_gone(pid);
}

static void a_released_daemon_runs_on_and_its_session_is_ended(void **state)
{
    (void)state;
    struct kept kept;
    struct keeper_report report;
    pid_t daemon, job;
    keep("(setsid sh -c 'echo $$; while :; do sleep 1; done' &)", -1, &kept);
    read_pids(&kept, &daemon, 1);
    hear_kind(&kept, KEEPER_STARTED, &report);
    hear_kind(&kept, KEEPER_EXITED, &report);
    keeper_release(kept.control, true);
    hear_kind(&kept, KEEPER_RELEASED, &report);
    assert_true(report.value >= 1);
    assert_over(&kept);
    assert_int_equal(kill(daemon, 0), 0);
    kill(-daemon, SIGKILL);

    keep("sh -c 'echo $$; while :; do sleep 1; done' &", -1, &kept);
    read_pids(&kept, &job, 1);
    hear_kind(&kept, KEEPER_STARTED, &report);
    hear_kind(&kept, KEEPER_EXITED, &report);
    keeper_release(kept.control, true);
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_true(report.value >= 1);
    assert_over(&kept);
    assert_gone(job);
}

static void everything_ends_when_the_owner_ends(void **state)
{
    (void)state;
    struct kept kept;
    struct keeper_report report;
    pid_t pids[2];
    keep(stubborn, -1, &kept);
    hear_kind(&kept, KEEPER_STARTED, &report);
    read_pids(&kept, pids, 2);
    shutdown(kept.control, SHUT_WR); /* what the keeper sees of an owner that was killed */
    hear_kind(&kept, KEEPER_EXITED, &report);
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_over(&kept);
    assert_gone(pids[0]);
    assert_gone(pids[1]);
}

static void a_program_has_only_the_descriptors_it_was_given(void **state)
{
    (void)state;
    struct kept kept;
    struct keeper_report report;
    keep("ls /proc/self/fd | tr '\\n' ' '", -1, &kept);
    hear_kind(&kept, KEEPER_STARTED, &report);
    hear_kind(&kept, KEEPER_EXITED, &report);
    char text[100] = "";
    assert_true(read(kept.output, text, sizeof text - 1) > 0);
    assert_string_equal(text, "0 1 2 3 "); /* 3 is ls reading the folder */
    hear_kind(&kept, KEEPER_ENDED, &report);
    assert_over(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_that_ends_is_reported_with_its_status),
        cmocka_unit_test(a_program_that_is_missing_is_reported_with_the_reason),
        cmocka_unit_test(kill_ends_what_ignores_term_and_what_daemonised),
        cmocka_unit_test(a_program_that_cannot_be_born_in_its_cgroup_moves_there),
        cmocka_unit_test(kill_ends_everything_in_a_cgroup_too),
        cmocka_unit_test(kill_ends_what_has_left_the_cgroup),
        cmocka_unit_test(term_reaches_the_daemon_as_well),
        cmocka_unit_test(a_released_daemon_runs_on_and_its_session_is_ended),
        cmocka_unit_test(everything_ends_when_the_owner_ends),
        cmocka_unit_test(a_program_has_only_the_descriptors_it_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
