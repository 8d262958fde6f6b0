/* Orders: once, in turn within a run, at once between runs; and the end of the runner. */
#include "runner/runner_fixture.h"

static void the_end_of_the_runner_ends_its_steps(void **state)
{
    (void)state;
    struct prepared prepared;
    pid_t step = start_stubborn(&prepared);
    runner_close();
    assert_gone(step);
    assert_int_equal(bench->n_events, 1); /* that it started */
}

static void an_order_is_carried_out_once(void **state)
{
    (void)state;
    struct prepared prepared;
    prepare("echo x >> ../times; cat ../times", 1, &prepared);
    runner_start(bench->runner, &prepared.order);
    runner_start(bench->runner, &prepared.order);
    assert_ran(await_end(1, prepared.order.attempt), "x\n");
    runner_start(bench->runner, &prepared.order);
    assert_ran(run_approved("cat ../times"), "x\n");
    assert_int_equal(bench->n_events, 4);
}

static void runs_are_at_once_and_steps_of_a_run_one_by_one(void **state)
{
    (void)state;
    struct prepared first, second, other;
    /* Run 1 waits for run 2, which therefore must not wait for run 1. */
    prepare("until [ -e ../go ]; do sleep 0.01; done; echo 1 >> ../order", 1, &first);
    prepare("echo 2 >> ../order; cat ../order", 1, &second);
    prepare("touch ../go", 2, &other);
    runner_start(bench->runner, &first.order);
    runner_start(bench->runner, &second.order);
    runner_start(bench->runner, &other.order);
    assert_ran(await_end(1, second.order.attempt), "1\n2\n");
}

static void an_order_that_waits_keeps_its_own_values(void **state)
{
    (void)state;
    struct prepared first, second;
    prepare("until [ -e ../go ]; do sleep 0.01; done", 1, &first);
    prepare("ls -d /<words>", 1, &second);
    char name[] = "<words>", text[] = "tmp", repairs[] = "";
    struct fill_value value = {name, text};
    command_sha256("ls -d /<words>", "", &value, 1, "ls -d /tmp", second.approved_sha256);
    second.order.repairs = repairs;
    second.order.values = &value;
    second.order.n_values = 1;
    runner_start(bench->runner, &first.order);
    runner_start(bench->runner, &second.order);
    name[0] = text[0] = repairs[0] = 'x'; /* as the frame that it came in is overwritten by the next */
    value = (struct fill_value){NULL, NULL};
    struct prepared other;
    prepare("touch ../go", 2, &other);
    runner_start(bench->runner, &other.order);
    assert_ran(await_end(1, second.order.attempt), "/tmp\n");
}

struct seen {
    char text[200];
    size_t n_bytes;
};

/* Stops the step as soon as it has printed a whole line. */
static void see_and_stop(void *context, int64_t run, const char *bytes, size_t n_bytes)
{
    struct seen *seen = context;
    assert_true(seen->n_bytes + n_bytes < sizeof seen->text);
    memcpy(seen->text + seen->n_bytes, bytes, n_bytes);
    seen->n_bytes += n_bytes;
    if (strchr(seen->text, '\n'))
        assert_true(runner_stop(bench->runner, run, "ana"));
}

static void what_a_step_prints_is_seen_redacted_while_it_runs_and_a_person_can_stop_it(void **state)
{
    (void)state;
    struct seen seen = {0};
    runner_watch(bench->runner, see_and_stop, &seen);
    const struct happened *happened = run_approved(
        "echo password=Kx82mPq0Zr; trap 'echo again >/dev/null' TERM; while :; do sleep 0.05; done");
    assert_null(strstr(seen.text, "Kx82mPq0Zr"));
    assert_non_null(strstr(seen.text, "[redacted"));
    assert_int_equal(happened->state, STEP_FAILED);
    assert_non_null(strstr(happened->why, "stopped by ana"));
    assert_false(runner_stop(bench->runner, 1, "ana"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, runner_test_make, runner_test_unmake)
    const struct CMUnitTest tests[] = {
        T(the_end_of_the_runner_ends_its_steps),
        T(an_order_is_carried_out_once),
        T(an_order_that_waits_keeps_its_own_values),
        T(what_a_step_prints_is_seen_redacted_while_it_runs_and_a_person_can_stop_it),
        T(runs_are_at_once_and_steps_of_a_run_one_by_one),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
