/* A shell that waits takes one step, as one that was started for it would. */
#include "loop/sandbox_child.h"
#include "runner/runner_fixture.h"

/* The first process below that one; 0: it has none. */
static pid_t child_of(pid_t parent)
{
    char path[64];
    int child = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "re");
    if (!file)
        skip(); /* a kernel that does not tell */
    if (fscanf(file, "%d", &child) != 1)
        child = 0;
    fclose(file);
    return child;
}

/* Its keeper is the only child that we have while no step runs. */
static pid_t waiting_shell(void)
{
    pid_t shell = 0;
    ahead_await();
    while (!shell) {
        pid_t keeper = child_of(getpid());
        assert_true(keeper > 0);
        shell = child_of(keeper);
    }
    return shell;
}

static pid_t shell_of(const struct happened *happened)
{
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    return (pid_t)strtol(happened->output, NULL, 10);
}

static void a_step_takes_the_shell_that_waits_and_the_next_one_another(void **state)
{
    (void)state;
    enum { TIMES = 3, TRIES = 50 };
    int taken = 0;
    run_approved("true");
    for (int i = 0; taken < TIMES; i++) {
        assert_true(i < TRIES);
        pid_t waits = waiting_shell();
        if (shell_of(run_approved("echo $$")) != waits)
            continue; /* on a busy machine it may be too late, and another takes its step */
        assert_gone(waits);
        taken++;
    }
    pid_t at_once = shell_of(run_approved("echo $$"));
    assert_int_not_equal(waiting_shell(), at_once);
}

/* What a shell is, but for what each has of its own. */
static const char *const asked[] = {
    "declare -p | cut -c 1-40 | grep -v -e __step_ -e EPOCH -e RANDOM -e SECONDS -e PPID -e ' _='",
    "declare -F; trap; umask; ulimit -a",
    "set -o; shopt",
    "pwd; readlink /proc/$$/cwd; ls -A; ls /proc/$$/fd",
    "cat /proc/$$/oom_score_adj; cut -d ' ' -f 18,19,41 /proc/$$/stat; ps -o sid= $$ | grep -c $$",
    "echo \"$0 $# $- $OLDPWD $SHLVL\"; printenv PWD OLDPWD SHLVL"};

static void number_mask(char *text)
{
    for (char *at = text; (at = strstr(at, "run-1"));)
        for (at += 4; *at >= '0' && *at <= '9'; at++)
            *at = 'N';
}

static void assert_same_lines(char *one, char *other)
{
    char *rest_one, *rest_other;
    char *line = strtok_r(one, "\n", &rest_one), *like = strtok_r(other, "\n", &rest_other);
    for (; line && like; line = strtok_r(NULL, "\n", &rest_one), like = strtok_r(NULL, "\n", &rest_other))
        assert_string_equal(line, like);
    assert_string_equal(line ? line : "", like ? like : "");
}

static void a_shell_that_waited_is_as_one_that_was_started_for_the_step(void **state)
{
    (void)state;
    struct prepared prepared;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        char *answers[4]; /* the first step of a run, and a later one; started for it, and ahead */
        for (int run = 0; run < 2; run++) {
            int64_t number = 100 + (int64_t)i * 2 + run;
            if (run)
                ahead_await();
            prepare(asked[i], number, &prepared);
            answers[run] = strdup(run_order(&prepared.order)->output);
            prepare("A=1; cd /usr; cd /; KEPT=(a b); greet() { echo hello; }", number, &prepared);
            assert_ran(run_order(&prepared.order), "");
            if (run)
                ahead_await();
            prepare(asked[i], number, &prepared);
            answers[2 + run] = strdup(run_order(&prepared.order)->output);
            number_mask(answers[run]);
            number_mask(answers[2 + run]);
        }
        assert_same_lines(answers[1], answers[0]);
        assert_same_lines(answers[3], answers[2]);
        for (int k = 0; k < 4; k++)
            free(answers[k]);
    }
}

static void a_look_gives_way_to_the_server_in_a_shell_that_waited_too(void **state)
{
    (void)state;
    run_unasked("true");
    for (int i = 0; i < 2; i++) {
        ahead_await();
        assert_ran(run_unasked("awk '{ print $19, $41 }' /proc/self/stat"), "10 3\n"); /* SCHED_BATCH */
        ahead_await();
        assert_ran(run_approved("awk '{ print $19, $41 }' /proc/self/stat"), "0 0\n");
    }
}

static void a_shell_that_was_ended_while_it_waited_is_not_taken(void **state)
{
    (void)state;
    run_approved("true");
    pid_t waits = waiting_shell();
    kill(waits, SIGKILL);
    while (kill(waits, 0) == 0)
        usleep(1000);
    assert_ran(run_approved("echo well"), "well\n");
    assert_int_not_equal(waiting_shell(), waits);
    kill(child_of(getpid()), SIGKILL);
    assert_ran(run_approved("echo well"), "well\n");
}

static void nothing_waits_when_the_launcher_has_ended(void **state)
{
    (void)state;
    run_approved("true");
    pid_t waits = waiting_shell();
    runner_close();
    assert_gone(waits);
    assert_int_equal(child_of(getpid()), 0);
}

static void confine(void)
{
    char work[96];
    struct err err;
    const char *hidden[] = {bench->runbooks};
    snprintf(work, sizeof work, "%s/work", bench->root);
    struct sandbox_child *sandbox = sandbox_child_new(&(struct strings){.at = hidden, .n = 1}, work, &err);
    assert_non_null(sandbox);
    launcher_confine(bench->launcher, sandbox, true);
}

static void a_look_has_its_sandbox_in_a_shell_that_waited_and_a_change_has_none(void **state)
{
    (void)state;
    confine();
    run_unasked("true");
    pid_t waits = waiting_shell();
    assert_ran(run_unasked("grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t1\n");
    assert_gone(waits);
    waits = waiting_shell();
    assert_ran(run_approved("touch x; grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t0\n");
    assert_int_equal(kill(waits, 0), 0); /* it waits for a look */
    ahead_await();
    assert_ran(run_approved("touch x; grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t0\n");
    assert_ran(run_unasked("grep NoNewPrivs /proc/self/status"), "NoNewPrivs:\t1\n");
}

/* The folder beside what is hidden is new to the rules that the waiting shell has entered. */
static void a_look_sees_what_has_come_to_stand_beside_what_is_hidden(void **state)
{
    (void)state;
    char beside[128], command[200];
    confine();
    snprintf(command, sizeof command, "cat %s/doc-1.md", bench->runbooks);
    run_unasked("true");
    ahead_await();
    pid_t waits = waiting_shell();
    bool hides = run_unasked(command)->state == STEP_FAILED;
    assert_gone(waits);
    if (!hides)
        skip(); /* no Landlock here; what it does where there is some is seen there */
    waits = waiting_shell();
    snprintf(beside, sizeof beside, "%s/beside.txt", bench->root);
    FILE *file = fopen(beside, "we");
    fputs("seen\n", file);
    fclose(file);
    snprintf(command, sizeof command, "cat %s", beside);
    assert_ran(run_unasked(command), "seen\n");
    assert_gone(waits);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, runner_test_make, runner_test_unmake)
    const struct CMUnitTest tests[] = {
        T(a_step_takes_the_shell_that_waits_and_the_next_one_another),
        T(a_shell_that_waited_is_as_one_that_was_started_for_the_step),
        T(a_look_gives_way_to_the_server_in_a_shell_that_waited_too),
        T(a_shell_that_was_ended_while_it_waited_is_not_taken),
        T(nothing_waits_when_the_launcher_has_ended),
        T(a_look_has_its_sandbox_in_a_shell_that_waited_and_a_change_has_none),
        T(a_look_sees_what_has_come_to_stand_beside_what_is_hidden),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
