/* One step: its output, its limits, and what becomes of what it started. */
#include <sched.h>
#include <sys/resource.h>

#include "runner/runner_fixture.h"

static void a_step_starts_and_ends_with_its_output_and_exit_code(void **state)
{
    (void)state;
    assert_ran(run_unasked("echo all is well"), "all is well\n");
    assert_int_equal(bench->n_events, 2);
    assert_true(bench->events[0].started);
    const struct happened *failed = run_approved("echo out; echo err >&2; exit 3");
    assert_int_equal(failed->state, STEP_FAILED);
    assert_int_equal(failed->exit_code, 3);
    assert_string_equal(failed->output, "out\nerr\n");
}

static void a_signal_is_told(void **state)
{
    (void)state;
    const struct happened *happened = run_approved("kill -9 $$");
    assert_int_equal(happened->state, STEP_FAILED);
    assert_int_equal(happened->exit_code, 137);
    assert_string_equal(happened->why, "ended by signal 9 (Killed)");
}

static void hostile_output_is_made_harmless(void **state)
{
    (void)state;
    assert_ran(run_approved("printf '\\033]0;title\\a\\033[31mred\\033[0m\\0\\377|\\302\\233|\\r\\n'"),
               "red\xef\xbf\xbd|\n"); /* the second bar ends an escape */
}

/* Split by colours and printed in two pieces, as hostile or careless programs do. */
static void secrets_do_not_leave_the_runner(void **state)
{
    (void)state;
    const struct happened *happened =
        run_approved("printf 'DB_PASSWORD=hun\\033[31mter2\\nssn 123-45'; sleep 0.05; printf -- '-6789\\n'");
    assert_ran(happened, "DB_PASSWORD=[redacted: secret]\nssn [redacted: us-ssn]\n");
    assert_string_equal(happened->redacted, "1 x secret, 1 x us-ssn");
}

static void a_time_limit_ends_everything_that_was_started(void **state)
{
    (void)state;
    runner_close();
    runner_open(300);
    const struct happened *happened =
        run_approved("trap '' TERM; (setsid bash -c 'echo $$; sleep 1000' &); echo $$; sleep 1000");
    assert_int_equal(happened->state, STEP_TIMED_OUT);
    assert_string_equal(happened->why, "stopped after 0.3 s, its time limit");
    char *at = happened->output;
    assert_gone((pid_t)strtol(at, &at, 10));
    assert_gone((pid_t)strtol(at, &at, 10));
}

/* A storm starts dozens of looks in the moment in which people are paged. Somebody waits for what they have
 * let run, and it may start what stays. */
static void what_looks_unasked_gives_way_to_the_server(void **state)
{
    (void)state;
    char ours[40];
    snprintf(ours, sizeof ours, "%d %d\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
    assert_ran(run_unasked("cut -d ' ' -f 19,41 /proc/self/stat"), "10 3\n"); /* its nice, SCHED_BATCH */
    assert_ran(run_approved("cut -d ' ' -f 19,41 /proc/self/stat"), ours);
}

static void who_waited_for_an_answer_is_said_to_have(void **state)
{
    (void)state;
    runner_close();
    runner_open(300);
    const struct happened *happened = run_approved("printf 'Really? [y/N] '; sleep 1000");
    assert_int_equal(happened->state, STEP_TIMED_OUT);
    assert_non_null(strstr(happened->why, "nobody answers here"));
}

/* Where nothing bounds what it takes, the kernel chooses by this number. */
static void a_step_goes_before_the_server_when_memory_runs_out(void **state)
{
    (void)state;
    assert_ran(run_approved("cat /proc/self/oom_score_adj"), "500\n");
}

static void much_output_is_bounded_and_never_blocks(void **state)
{
    (void)state;
    const struct happened *happened = run_approved("yes 0123456789abcdef | head -c 4000000; echo last");
    assert_int_equal(happened->exit_code, 0);
    assert_true(happened->output_cut);
    assert_true(strlen(happened->output) <= 4096);
    assert_memory_equal(happened->output, "0123456789abcdef\n", 17);
    assert_non_null(strstr(happened->output, "left out ...]"));
    assert_string_equal(happened->output + strlen(happened->output) - 5, "last\n");
}

static void who_prints_too_fast_waits_and_loses_nothing(void **state)
{
    (void)state;
    runner_close();
    bench->output_rate = 200000;
    runner_open(30000);
    const struct happened *happened = run_approved("seq 1 100000"); /* 588,895 bytes */
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    assert_string_equal(happened->why, "");
    assert_true(happened->duration_us > US_PER_S); /* less what was free at first, and what the pipe holds */
    assert_memory_equal(happened->output, "1\n2\n3\n", 6);
    assert_string_equal(happened->output + strlen(happened->output) - 13, "99999\n100000\n");
    unsigned long long lines, bytes;
    const char *cut = strstr(happened->output, "[... ");
    char *at;
    assert_non_null(cut);
    lines = strtoull(cut + 5, &at, 10);
    bytes = strtoull(strchr(at, ',') + 1, NULL, 10);
    size_t n_lines = 0, n_marker = strcspn(cut, "\n") + 1;
    for (const char *c = happened->output; *c; c++)
        n_lines += *c == '\n';
    assert_int_equal(n_lines - 1 + lines, 100000);
    assert_int_equal(strlen(happened->output) - n_marker + bytes, 588895);
}

static void a_flood_of_output_cannot_outrun_the_limit(void **state)
{
    (void)state;
    runner_close();
    bench->output_rate = 200000;
    runner_open(1000);
    const struct happened *happened = run_approved("cat /dev/zero | tr '\\0' x | fold");
    assert_int_equal(happened->state, STEP_TIMED_OUT);
    assert_string_equal(happened->why,
                        "stopped after 1 s, its time limit; it printed more than is read in that time");
    assert_int_equal(happened->output_cut, true);
}

static void an_unasked_step_leaves_nothing_running(void **state)
{
    (void)state;
    const struct happened *happened = run_unasked("sleep 1000 & echo $!");
    assert_int_equal(happened->exit_code, 0);
    assert_true(happened->duration_us < 5 * US_PER_S);
    assert_string_equal(happened->why, "what it had started was still running, and was ended");
    assert_gone((pid_t)strtol(happened->output, NULL, 10));
}

static void an_approved_step_may_start_a_service_but_not_hold_the_output(void **state)
{
    (void)state;
    const struct happened *service = run_approved("sleep 1000 > /dev/null 2>&1 & echo $!");
    pid_t pid = (pid_t)strtol(service->output, NULL, 10);
    assert_int_equal(service->state, STEP_SUCCEEDED);
    /* On a busy machine the child may not have become sleep yet. */
    assert_int_equal(strncmp(service->why, "it left 1 running: ", 19), 0);
    assert_int_equal(kill(pid, 0), 0);
    kill(pid, SIGKILL);
    const struct happened *holder = run_approved("sleep 1000 & echo $!");
    assert_int_equal(holder->state, STEP_SUCCEEDED);
    assert_gone((pid_t)strtol(holder->output, NULL, 10));
}

static void an_endless_command_is_time_boxed(void **state)
{
    (void)state;
    runner_close();
    runner_open(300);
    const struct happened *happened = run_unasked("tail -f /dev/null");
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    assert_string_equal(happened->why, "endless command, stopped after 0.3 s");
}

static void a_command_that_wants_a_terminal_has_one(void **state)
{
    (void)state;
    runner_close();
    runner_open(2000);
    const struct happened *happened = run_approved(
        "docker() { [ -t 0 ] && [ -t 1 ] && stty size && tty | sed 's/[0-9]*$//' && echo \"$TERM\" && "
        "ps -o tty= -p $$ | grep -c pts; }; docker exec -it web sh");
    assert_ran(happened, "40 120\n/dev/pts/\nxterm\n1\n");
    /* The next one has none, and whoever asks for an answer gets none. */
    assert_ran(run_approved("[ -t 1 ] || echo \"$TERM\""), "dumb\n");
    happened = run_approved("docker() { read -r -p 'sure? ' answer; }; docker exec -it web sh");
    assert_int_equal(happened->state, STEP_TIMED_OUT);
    assert_string_equal(happened->output, "sure? ");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, runner_test_make, runner_test_unmake)
    const struct CMUnitTest tests[] = {
        T(a_step_starts_and_ends_with_its_output_and_exit_code),
        T(a_signal_is_told),
        T(hostile_output_is_made_harmless),
        T(secrets_do_not_leave_the_runner),
        T(a_time_limit_ends_everything_that_was_started),
        T(what_looks_unasked_gives_way_to_the_server),
        T(who_waited_for_an_answer_is_said_to_have),
        T(a_step_goes_before_the_server_when_memory_runs_out),
        T(much_output_is_bounded_and_never_blocks),
        T(who_prints_too_fast_waits_and_loses_nothing),
        T(a_flood_of_output_cannot_outrun_the_limit),
        T(an_unasked_step_leaves_nothing_running),
        T(an_approved_step_may_start_a_service_but_not_hold_the_output),
        T(an_endless_command_is_time_boxed),
        T(a_command_that_wants_a_terminal_has_one),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
