/* The steps of a run share what a terminal would; the command reaches bash untouched. */
#include "runner/runner_fixture.h"

static void steps_of_a_run_share_variables_functions_and_folder(void **state)
{
    (void)state;
    assert_ran(run_approved("mkdir 'a b'; cd 'a b'; NAME='two words'; export MODE=fast; "
                            "LIST=(x 'y z'); readonly FIXED=1; greet() { echo \"hello $1\"; }; "
                            "TEXT=$'line 1\\nline 2 \"quoted\" $HOME `x`'"),
               "");
    assert_ran(run_approved("echo \"${PWD##*/}|$NAME|$(printenv MODE)|${LIST[1]}|$FIXED\"; greet you"),
               "a b|two words|fast|y z|1\nhello you\n");
    assert_ran(run_approved("echo \"$TEXT\"; cd \"$OLDPWD\"; echo \"${PWD##*/}\""),
               "line 1\nline 2 \"quoted\" $HOME `x`\nrun-1\n");
}

static void a_step_that_exits_or_is_stopped_keeps_what_it_set(void **state)
{
    (void)state;
    run_approved("A=1; exit 3");
    const struct happened *failed = run_approved("set -u; B=2; false");
    assert_int_equal(failed->exit_code, 1);
    assert_ran(run_approved("echo $A $B"), "1 2\n");
}

static void runs_do_not_share_anything(void **state)
{
    (void)state;
    struct prepared other;
    run_approved("SECRET_OF_ONE=1; cd /");
    prepare("echo \"${SECRET_OF_ONE-none} ${PWD##*/}\"", 2, &other);
    assert_ran(run_order(&other.order), "none run-2\n");
}

static void a_folder_that_is_gone_stops_the_next_step(void **state)
{
    (void)state;
    run_approved("mkdir gone; cd gone; rmdir ../gone");
    const struct happened *happened = run_approved("echo must not run here");
    assert_int_equal(happened->exit_code, 125);
    assert_non_null(strstr(happened->output, "is gone"));
    assert_null(strstr(happened->output, "must not"));
}

static void a_command_is_never_part_of_another_text(void **state)
{
    (void)state;
    assert_ran(run_approved("printf '%s\\n' \"it's\" 'a \"b\"' '$(id)' '`id`' '\\'"),
               "it's\na \"b\"\n$(id)\n`id`\n\\\n");
    assert_ran(run_approved("cat <<'END'\n$1 \"$@\" $#\nEND"), "$1 \"$@\" $#\n");
    /* `pgrep -f` finds what is looked for, not the shell that looks. */
    assert_int_equal(run_approved("pgrep -f 'needle-[x]yz'; true")->state, STEP_SUCCEEDED);
    assert_string_equal(bench->events[bench->n_events - 1].output, "");
}

static void a_failure_anywhere_in_a_pipe_is_a_failure(void **state)
{
    (void)state;
    assert_int_equal(run_approved("false | cat")->exit_code, 1);
    const struct happened *enough = run_approved("yes | head -n 1");
    assert_int_equal(enough->state, STEP_SUCCEEDED);
    assert_string_equal(enough->output, "y\n");
}

static void a_step_has_no_input_no_terminal_and_none_of_our_secrets(void **state)
{
    (void)state;
    runner_close();
    setenv("CRASHCART_TOKEN", "t0ps3cret", 1);
    setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
    setenv("KUBECONFIG", "/etc/kube.conf", 1);
    runner_open(30000);
    unsetenv("CRASHCART_TOKEN");
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_ran(run_approved("read -r x; echo \"$?\"; env | grep -c -e t0ps3cret -e credentials; true"),
               "1\n0\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, runner_test_make, runner_test_unmake)
    const struct CMUnitTest tests[] = {
        T(steps_of_a_run_share_variables_functions_and_folder),
        T(a_step_that_exits_or_is_stopped_keeps_what_it_set),
        T(runs_do_not_share_anything),
        T(a_folder_that_is_gone_stops_the_next_step),
        T(a_command_is_never_part_of_another_text),
        T(a_failure_anywhere_in_a_pipe_is_a_failure),
        T(a_step_has_no_input_no_terminal_and_none_of_our_secrets),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
