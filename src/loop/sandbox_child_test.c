/* A child enters the sandbox and tries what it gave up; its parent has given up nothing. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/testing.h"
#include "loop/sandbox_child.h"

enum { DONE = 0, REFUSED = 1, OTHER = 2, CANNOT_ENTER = 50 };

static int judged(long result)
{
    return result >= 0 ? DONE : errno == EPERM || errno == EACCES ? REFUSED : OTHER;
}

static int act_listen(const char *unused)
{
    (void)unused;
    return judged(listen(socket(AF_INET, SOCK_STREAM, 0), 1));
}

static int act_bind(const char *unused) /* to ask from a port of its own, as dig does */
{
    (void)unused;
    struct sockaddr_in at = {.sin_family = AF_INET};
    return judged(bind(socket(AF_INET, SOCK_DGRAM, 0), (struct sockaddr *)&at, sizeof at));
}

static int act_trace(const char *unused)
{
    (void)unused;
    return judged(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL));
}

static int act_mount(const char *path)
{
    return judged(mount("none", path, "tmpfs", 0, NULL));
}

static int act_execute(const char *path)
{
    char *arguments[] = {(char *)path, NULL};
    return judged(execve(path, arguments, arguments));
}

static int act_gain(const char *unused) /* may a setuid program raise privileges? */
{
    (void)unused;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) ? REFUSED : DONE;
}

static int act_signal(const char *unused)
{
    (void)unused;
    return judged(kill(getppid(), 0));
}

static int act_signal_itself(const char *unused)
{
    (void)unused;
    return judged(kill(getpid(), 0));
}

static int act_read(const char *path)
{
    return judged(open(path, O_RDONLY | O_CLOEXEC));
}

static int act_make(const char *path)
{
    return judged(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

/* What becomes of the act in a child that has entered. */
static int outcome(const struct sandbox_child *sandbox, int (*act)(const char *), const char *argument)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(sandbox_child_enter(sandbox) < 0 ? CANNOT_ENTER : act(argument));
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

struct place {
    char root[64];
    struct strings hidden;
    struct arena *arena;
};

static const char *in(const struct place *place, const char *name)
{
    return arena_printf(place->arena, "%s/%s", place->root, name);
}

static void put(const struct place *place, const char *name)
{
    struct err err;
    assert_int_equal(file_write(in(place, name), "x", 1, 0600, &err), 0);
}

static void place_make(struct place *place)
{
    *place = (struct place){.root = "/tmp/sandbox-child-XXXXXX", .arena = arena_new()};
    assert_non_null(mkdtemp(place->root));
    mkdir(in(place, "data"), 0700);
    mkdir(in(place, "data/runner"), 0700);
    mkdir(in(place, "etc"), 0700);
    put(place, "data/ledger");
    put(place, "etc/secret");
    put(place, "etc/settings");
    strings_add(place->arena, &place->hidden, in(place, "data"));
    strings_add(place->arena, &place->hidden, in(place, "etc/secret"));
    strings_add(place->arena, &place->hidden, in(place, "etc/never-there"));
}

static void place_remove(struct place *place)
{
    static const char *const made[] = {"data/ledger", "data/runner/out", "data/runner", "data",
                                       "etc/secret",  "etc/settings",    "etc/later",   "etc"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        remove(in(place, made[i]));
    assert_int_equal(rmdir(place->root), 0);
    arena_free(place->arena);
}

static void a_child_gives_up_what_looking_does_not_need_and_its_parent_nothing(void **state)
{
    (void)state;
    struct err err;
    struct strings none = {0};
    struct sandbox_child *sandbox = sandbox_child_new(&none, NULL, &err);
    assert_non_null(sandbox);
    const int signals = syscall(SYS_landlock_create_ruleset, NULL, 0, 1) >= 6 ? REFUSED : DONE;
    const struct {
        const char *name;
        int (*act)(const char *);
        const char *argument;
        int expected;
    } acts[] = {
        {"listen", act_listen, NULL, REFUSED},
        {"trace its parent", act_trace, NULL, REFUSED},
        {"mount", act_mount, "/mnt", REFUSED},
        {"gain privileges by exec", act_gain, NULL, REFUSED},
        {"signal its parent", act_signal, NULL, signals},
        {"signal itself", act_signal_itself, NULL, DONE},
        {"bind a port to ask from", act_bind, NULL, DONE},
        {"execute", act_execute, "/bin/true", DONE},
        {"read", act_read, "/etc/passwd", DONE},
    };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        print_message("%s\n", acts[i].name);
        assert_int_equal(outcome(sandbox, acts[i].act, acts[i].argument), acts[i].expected);
    }
    assert_int_equal(act_listen(NULL), DONE);
    assert_int_equal(act_gain(NULL), DONE);
    sandbox_child_free(sandbox);
}

static void what_is_hidden_cannot_be_opened_and_all_else_can(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
        skip();
    struct place place;
    struct err err;
    place_make(&place);
    struct sandbox_child *sandbox = sandbox_child_new(&place.hidden, in(&place, "data/runner"), &err);
    assert_non_null(sandbox);
    assert_int_equal(outcome(sandbox, act_read, in(&place, "data/ledger")), REFUSED);
    assert_int_equal(outcome(sandbox, act_read, in(&place, "etc/secret")), REFUSED);
    assert_int_equal(outcome(sandbox, act_make, in(&place, "data/new")), REFUSED);
    assert_int_equal(outcome(sandbox, act_make, in(&place, "data/runner/out")), DONE);
    assert_int_equal(outcome(sandbox, act_read, in(&place, "etc/settings")), DONE);
    assert_int_equal(outcome(sandbox, act_make, in(&place, "etc/settings")), DONE);
    sandbox_child_free(sandbox);
    place_remove(&place);
}

static void a_file_made_later_beside_what_is_hidden_is_seen_by_the_next_child(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
        skip();
    struct place place;
    struct err err;
    place_make(&place);
    struct sandbox_child *sandbox = sandbox_child_new(&place.hidden, in(&place, "data/runner"), &err);
    assert_non_null(sandbox);
    put(&place, "etc/later");
    sandbox_child_renew(sandbox);
    assert_int_equal(outcome(sandbox, act_read, in(&place, "etc/later")), DONE);
    assert_int_equal(outcome(sandbox, act_read, in(&place, "etc/secret")), REFUSED);
    sandbox_child_free(sandbox);
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_gives_up_what_looking_does_not_need_and_its_parent_nothing),
        cmocka_unit_test(what_is_hidden_cannot_be_opened_and_all_else_can),
        cmocka_unit_test(a_file_made_later_beside_what_is_hidden_is_seen_by_the_next_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
