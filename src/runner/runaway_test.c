/* Steps that will not end, or leave much behind: nothing of them remains, and we do not either. RUNS=10000
 * and OUTPUT_GIB=10 in the environment make the long form of the last tests. */
#include <dirent.h>
#include <sys/wait.h>

#include "loop/cgroup.h"
#include "runner/runner_fixture.h"

/* Processes whose environment has this mark, as only those of one test do. */
static int marked(const char *mark)
{
    int n = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));) {
        char path[300], bytes[32768];
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n_bytes = fd >= 0 ? read(fd, bytes, sizeof bytes) : -1;
        n += n_bytes > 0 && memmem(bytes, (size_t)n_bytes, mark, strlen(mark));
        if (fd >= 0)
            close(fd);
    }
    if (proc)
        closedir(proc);
    return n;
}

/* Runs the command, which is to hit its time limit, with a mark on all that it starts. */
static const struct happened *run_away_for(int64_t time_ms, const char *command)
{
    char mark[64];
    scoped_buf struct buf marking = {0};
    snprintf(mark, sizeof mark, "RUNAWAY=%s", bench->root + 5);
    buf_printf(&marking, "export %s; env | grep -c RUNAWAY; %s", mark, command);
    runner_close();
    runner_open(time_ms);
    const struct happened *happened = run_approved(buf_text(&marking));
    if (happened->state != STEP_TIMED_OUT)
        fail_msg("%s: %s", happened->why, happened->output);
    assert_int_equal(marked(mark), 0);
    return happened;
}

static const struct happened *run_away(const char *command)
{
    return run_away_for(1000, command);
}

static void a_fork_bomb_ends_with_its_step(void **state)
{
    (void)state;
    /* root is not bound by the limit on processes, and the machine is not ours alone */
    run_away(
        "cd /; ulimit -u 300; $([ $(id -u) = 0 ] && echo setpriv --reuid=65533 --regid=65533 --clear-groups) "
        "bash -c 'bomb() { bomb | bomb & }; bomb; sleep 1000' 2>/dev/null; sleep 1000");
}

static void a_fork_bomb_has_only_the_processes_of_its_step(void **state)
{
    (void)state;
    struct cgroups *cgroups = cgroups_open("crashcart-test");
    bool counted = cgroups_count_processes(cgroups);
    cgroups_close(cgroups);
    if (!counted) {
        print_message("NOT TESTED HERE: no cgroup counts its processes (no controller pids)\n");
        skip();
    }
    bench->processes = 50;
    const struct happened *happened =
        run_away_for(5000, "bash -c 'bomb() { bomb | bomb & }; bomb; sleep 1000' 2>/dev/null; sleep 1000");
    assert_non_null(strstr(happened->why, "50 processes"));
}

/* Whether a cgroup can weigh its memory or not: each process is bounded by itself as well. */
static void a_step_that_eats_memory_is_ended(void **state)
{
    (void)state;
    bench->memory_bytes = 128 << 20;
    runner_close();
    runner_open(600000);
    const struct happened *happened =
        run_approved("x=$(head -c 256M /dev/zero | tr '\\0' a); echo \"eaten ${#x}\"");
    assert_int_equal(happened->state, STEP_FAILED);
    assert_null(strstr(happened->output, "eaten"));
    assert_int_equal(run_approved("echo still here")->state, STEP_SUCCEEDED);
}

static void a_grandchild_that_became_a_daemon_ends_with_its_step(void **state)
{
    (void)state;
    run_away("(setsid setsid bash -c '(trap \"\" TERM HUP; setsid sleep 1000 > /dev/null 2>&1 &) &' &); "
             "sleep 1000");
}

static void a_step_that_ignores_every_signal_is_ended(void **state)
{
    (void)state;
    run_away("trap '' TERM INT QUIT HUP PIPE ALRM USR1 USR2; sleep 1000; sleep 1000");
}

static void a_step_that_has_stopped_itself_is_ended(void **state)
{
    (void)state;
    run_away("kill -STOP $$");
}

static void processes_that_are_born_as_others_die_are_ended(void **state)
{
    (void)state;
    run_away(
        "hydra() { trap hydra TERM; (setsid sleep 1000 &); sleep 1000; }; (hydra & hydra & hydra &); hydra");
}

static size_t asked(const char *variable, size_t usual)
{
    const char *text = getenv(variable);
    return text ? strtoul(text, NULL, 10) : usual;
}

static long resident_kib(void)
{
    long pages = 0;
    char text[200] = "";
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && read(fd, text, sizeof text - 1) > 0);
    close(fd);
    pages = strtol(text + strcspn(text, " "), NULL, 10);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void output_without_end_is_bounded(void **state)
{
    (void)state;
    char command[128];
    size_t gib = asked("OUTPUT_GIB", 0);
    snprintf(command, sizeof command, "base64 /dev/zero | head -c %zuM; echo last", gib ? gib * 1024 : 64);
    runner_close();
    runner_open(3600000);
    long before_kib = resident_kib();
    const struct happened *happened = run_approved(command);
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    assert_true(happened->output_cut);
    assert_true(strlen(happened->output) <= 4096);
    assert_string_equal(happened->output + strlen(happened->output) - 5, "last\n");
    print_message("%s: %ld KiB more memory\n", command, resident_kib() - before_kib);
    if (gib)
        assert_true(resident_kib() - before_kib < 65536);
}

/* A bar that is drawn over itself is one line without end. */
static void progress_without_end_is_bounded(void **state)
{
    (void)state;
    char command[160];
    size_t gib = asked("OUTPUT_GIB", 0);
    snprintf(command, sizeof command,
             "base64 -w 70 /dev/zero | tr '\\n' '\\r' | head -c %zuM; echo; echo last",
             gib ? gib * 1024 : 64);
    runner_close();
    runner_open(3600000);
    long before_kib = resident_kib();
    const struct happened *happened = run_approved(command);
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    assert_true(strlen(happened->output) <= 4096);
    assert_string_equal(happened->output + strlen(happened->output) - 5, "last\n");
    assert_true(resident_kib() - before_kib < 65536);
}

static size_t descriptors_open(void)
{
    size_t n = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

static void many_steps_leave_no_descriptor_and_no_process(void **state)
{
    (void)state;
    size_t n_runs = asked("RUNS", 100), before = 0;
    for (size_t i = 0; i < n_runs; i++) {
        struct prepared prepared;
        prepare(i % 2 ? "sleep 1000 > /dev/null 2>&1 & echo $!" : "true", (int64_t)(i % 50) + 1, &prepared);
        prepared.order.approved = false; /* such a step leaves nothing running */
        const struct happened *happened = run_order(&prepared.order);
        assert_int_equal(happened->state, STEP_SUCCEEDED);
        if (i % 2)
            assert_gone((pid_t)strtol(happened->output, NULL, 10));
        for (size_t event = 0; event < bench->n_events; event++)
            free(bench->events[event].output);
        bench->n_events = 0;
        if (i == 1)
            before = descriptors_open();
    }
    assert_int_equal(descriptors_open(), before);
    runner_close();
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, runner_test_make, runner_test_unmake)
    const struct CMUnitTest tests[] = {
        T(a_fork_bomb_ends_with_its_step),
        T(a_fork_bomb_has_only_the_processes_of_its_step),
        T(a_step_that_eats_memory_is_ended),
        T(a_grandchild_that_became_a_daemon_ends_with_its_step),
        T(a_step_that_ignores_every_signal_is_ended),
        T(a_step_that_has_stopped_itself_is_ended),
        T(processes_that_are_born_as_others_die_are_ended),
        T(output_without_end_is_bounded),
        T(progress_without_end_is_bounded),
        T(many_steps_leave_no_descriptor_and_no_process),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
