/* What is asked of the kernel, held against a folder with the names of its files; that a whole tree ends with
 * a real one is in keeper_test.c. */
#include "loop/cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/testing.h"

static char folder[40], one[80];
static const struct cgroup_bounds bounds = {1024, 1 << 30};

static void put(const char *parent, const char *name, const char *text)
{
    char path[200];
    struct err err;
    snprintf(path, sizeof path, "%s/%s", parent, name);
    assert_int_equal(file_write(path, text, strlen(text), 0600, &err), 0);
}

static void assert_holds(const char *parent, const char *name, const char *text)
{
    char path[200], bytes[64] = "";
    snprintf(path, sizeof path, "%s/%s", parent, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && read(fd, bytes, sizeof bytes - 1) >= 0);
    close(fd);
    assert_string_equal(bytes, text);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/cgroup-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(one, sizeof one, "%s/test-%d-one", folder, (int)getpid());
    put(folder, "cgroup.procs", "");
    return mkdir(one, 0700);
}

static int tear_down(void **state)
{
    (void)state;
    char command[120];
    static const char *const names[] = {"pids.max",   "pids.events",  "memory.max",
                                        "cpu.weight", "cgroup.procs", "cgroup.subtree_control"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(command, sizeof command, "%s/%s", one, names[i]);
        unlink(command);
    }
    rmdir(one);
    for (size_t i = 4; i < 6; i++) {
        snprintf(command, sizeof command, "%s/%s", folder, names[i]);
        unlink(command);
    }
    return rmdir(folder);
}

static void a_step_is_bounded_where_the_kernel_can_count(void **state)
{
    (void)state;
    put(folder, "cgroup.subtree_control", "");
    put(one, "pids.max", "");
    put(one, "memory.max", "");
    put(one, "cpu.weight", "");
    struct cgroups *cgroups = cgroups_open_at(folder, "test");
    assert_true(cgroups_count_processes(cgroups));
    assert_holds(folder, "cgroup.subtree_control", "+memory"); /* the last of three that were asked for */
    int fd = cgroup_make(cgroups, "one", &bounds);
    assert_true(fd >= 0);
    assert_holds(one, "pids.max", "1024");
    assert_holds(one, "memory.max", "1073741824");
    assert_holds(one, "cpu.weight", "50");
    close(fd);
    cgroups_close(cgroups);
}

static void without_the_controller_a_cgroup_still_holds_its_processes(void **state)
{
    (void)state;
    struct cgroups *cgroups = cgroups_open_at(folder, "test");
    assert_non_null(cgroups);
    assert_false(cgroups_count_processes(cgroups));
    int fd = cgroup_make(cgroups, "one", &bounds);
    assert_true(fd >= 0);
    assert_false(cgroup_was_full(fd));
    close(fd);
    cgroups_close(cgroups);
    assert_false(cgroups_count_processes(NULL));
}

static void a_fork_that_failed_is_seen(void **state)
{
    (void)state;
    int fd = open(one, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    put(one, "pids.events", "max 0\n");
    assert_false(cgroup_was_full(fd));
    put(one, "pids.events", "max 12\n");
    assert_true(cgroup_was_full(fd));
    close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_step_is_bounded_where_the_kernel_can_count),
        TEST(without_the_controller_a_cgroup_still_holds_its_processes),
        TEST(a_fork_that_failed_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
