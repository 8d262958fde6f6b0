#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/root_testing.h"

static int pid_that_is_gone(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    return (int)pid;
}

static void put(const char *form, int pid)
{
    char name[100];
    snprintf(name, sizeof name, form, pid);
    int fd = open(at(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static bool there(const char *form, int pid)
{
    char name[100];
    struct stat st;
    snprintf(name, sizeof name, form, pid);
    return lstat(at(name), &st) == 0;
}

static void what_a_killed_process_was_writing_is_removed_and_nothing_else(void **state)
{
    (void)state;
    int gone = pid_that_is_gone(), alive = (int)getpid();
    static const char *const kept[] = {"admin.token",
                                       "ledger.db.new",
                                       "ledger.db.new-",
                                       "ledger.db.new-0",
                                       "ledger.db.new-%dx",
                                       ".new-%d",
                                       "a.new-99999999999999999999",
                                       "a.new--%d"};
    put("admin.token.new-%d", gone);
    put("a.new-1.new-%d", gone);
    put("ledger.db.new-%d", alive);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        put(kept[i], gone);
    char name[100];
    snprintf(name, sizeof name, "folder.new-%d", gone);
    assert_int_equal(mkdir(at(name), 0700), 0);
    file_leftovers_remove(root);
    assert_false(there("admin.token.new-%d", gone));
    assert_false(there("a.new-1.new-%d", gone));
    assert_true(there("ledger.db.new-%d", alive));
    assert_true(there("folder.new-%d", gone));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        assert_true(there(kept[i], gone));
    file_leftovers_remove(at("not-there"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_a_killed_process_was_writing_is_removed_and_nothing_else,
                                        root_make, root_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
