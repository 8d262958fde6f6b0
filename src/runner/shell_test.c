/* The steps of a run share what a terminal would; the command reaches bash untouched. */
#include "runner/runner_fixture.h"
#include "runner/shell.h"

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

static FILE *state_open(const char *mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/work/run-1/" SHELL_STATE_FILE, bench->root);
    return fopen(path, mode);
}

static const char *state_text(void)
{
    static char text[16384];
    FILE *file = state_open("re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void
what_the_environment_gives_is_carried_on_when_it_changes_and_not_written_down_when_not(void **state)
{
    (void)state;
    static const struct {
        const char *command, *then;
    } steps[] = {
        {"A=1", "1,g1v3n,ward=, \t\n,"},
        {"A=1; readonly GIVEN_TOKEN", "1,g1v3n,ward=, \t\n,"},
        {"A=1; leave() { local GIVEN_TOKEN=$GIVEN_TOKEN; exit 0; }; leave", "1,g1v3n,ward=, \t\n,"},
        {"A=1; set -o posix; readonly GIVEN_TOKEN", "1,g1v3n,ward=, \t\n,"},
        {"A=1; shopt -s nocasematch; GIVEN_PLACE=WARD=", "1,g1v3n,WARD=, \t\n,"},
        {"A=1; GIVEN_PLACE=$'else where\nb=' IFS=,", "1,g1v3n,else where\nb=,,,"},
        {"A=1; umask() { :; }; set() { :; }", "1,g1v3n,else where\nb=,,,"},
    };
    runner_close();
    setenv("GIVEN_TOKEN", "g1v3n", 1);
    setenv("GIVEN_PLACE", "ward=", 1);
    runner_open(30000);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        run_approved("unset A");
        assert_ran(run_approved(steps[i].command), "");
        assert_null(strstr(state_text(), "g1v3n"));
        assert_ran(run_approved("printf '%s,' $A \"$GIVEN_TOKEN\" \"$GIVEN_PLACE\" \"$IFS\""), steps[i].then);
    }
    unsetenv("GIVEN_TOKEN");
    unsetenv("GIVEN_PLACE");
}

/* A line that whoever writes the state anew leaves out. */
static const char mark[] = "# as it was\n#whole\n";

static void state_mark(void)
{
    FILE *file = state_open("ae");
    assert_non_null(file);
    fputs(mark, file);
    fclose(file);
}

static void a_command_that_leaves_its_shell_as_it_is_has_nothing_to_write_down(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        bool saves;
    } steps[] = {
        {"echo 'a b' | cat", false},   {"true", false},       {"printf x", true},
        {"cat /dev/null; true", true}, {"A=1 env", true},     {"echo $HOME", true},
        {"read -r A", true},           {"hash -r", true},     {"source /dev/null", true},
        {"time true", true},           {"sleep 0 &", true},   {"(cd /)", true},
        {"true > /dev/null", true},    {"ulimit -c 0", true}, {"umask 077", true},
        {"true && cd .", true},
    };
    run_approved("mkdir on; cd on");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        state_mark();
        run_approved(steps[i].command);
        if (steps[i].saves == (strstr(state_text(), mark) != NULL))
            fail_msg("%s", steps[i].command);
    }
    run_approved("KEPT=2; cat() { A=$KEPT; }");
    run_approved("cat"); /* a function of that name */
    assert_ran(run_approved("true"), "");
    assert_ran(run_approved("echo $A ${PWD##*/}"), "2 on\n");
}

static void what_a_target_sets_counts_as_given(void **state)
{
    (void)state;
    scoped_buf struct buf text = {0};
    const char *environment[] = {"HOME=/h", "BASH_ENV=/dev/fd/3", "no-name=1", NULL};
    shell_prelude_write(&text, "export PGPASSWORD='a\nexport b'\nexport KUBECONFIG=\"$x\"\n", environment,
                        true);
    assert_non_null(strstr(text.at, "__step_names=(HOME HOSTNAME "));
    assert_non_null(strstr(text.at, " PGPASSWORD KUBECONFIG )"));
    assert_non_null(strstr(text.at, " \"${#PGPASSWORD}:$PGPASSWORD\" "));
}

/* Each step but the first is taken by a shell that waits for it. */
static int make_ahead(void **state)
{
    struct prepared first;
    if (runner_test_make(state) < 0)
        return -1;
    bench->ahead = true;
    prepare("true", 1000, &first);
    run_order(&first.order);
    return 0;
}

int main(void)
{
#define T(name)                                                                                              \
    cmocka_unit_test_setup_teardown(name, runner_test_make, runner_test_unmake),                             \
        cmocka_unit_test_setup_teardown(name, make_ahead, runner_test_unmake)
    const struct CMUnitTest tests[] = {
        T(steps_of_a_run_share_variables_functions_and_folder),
        T(a_step_that_exits_or_is_stopped_keeps_what_it_set),
        T(runs_do_not_share_anything),
        T(a_folder_that_is_gone_stops_the_next_step),
        T(a_command_is_never_part_of_another_text),
        T(a_failure_anywhere_in_a_pipe_is_a_failure),
        T(what_the_environment_gives_is_carried_on_when_it_changes_and_not_written_down_when_not),
        T(a_command_that_leaves_its_shell_as_it_is_has_nothing_to_write_down),
        T(what_a_target_sets_counts_as_given),
        T(a_step_has_no_input_no_terminal_and_none_of_our_secrets),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
