/* Real bash, real processes. A document is one fenced command on line 5. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "base/testing.h"
#include "runbook/runbook.h"
#include "runner/runner.h"

enum { COMMAND_LINE = 5, EVENTS = 64 };

struct happened {
    int64_t run;
    int attempt;
    bool started;
    enum step_state state;
    int exit_code;
    int64_t duration_us;
    bool output_cut;
    char why[300], redacted[100];
    char *output;
};

struct bench {
    char root[64];
    char runbooks[96];
    uv_loop_t loop;
    struct runner *runner;
    struct redact_rules *rules;
    struct happened events[EVENTS];
    size_t n_events;
    int n_orders;
};

static struct bench *bench;

static void on_event(void *context, const struct runner_event *event)
{
    struct bench *b = context;
    assert_true(b->n_events < EVENTS);
    struct happened *happened = &b->events[b->n_events++];
    *happened = (struct happened){.run = event->run, .attempt = event->attempt, .started = event->started};
    if (event->started)
        return;
    happened->state = event->result.state;
    happened->exit_code = event->result.exit_code;
    happened->duration_us = event->result.duration_us;
    happened->output_cut = event->result.output_cut;
    snprintf(happened->why, sizeof happened->why, "%s", event->result.why ? event->result.why : "");
    snprintf(happened->redacted, sizeof happened->redacted, "%s", event->result.redacted);
    happened->output = strdup(event->result.output);
}

static void runner_open(int64_t step_time_ms)
{
    struct runner_limits limits = {.step_time_us = step_time_ms * 1000, .output_bytes = 4096};
    struct err err;
    char work[96];
    if (!bench->rules && redact_rules_read(NULL, &bench->rules, &err) < 0)
        fail_msg("%s", err.text);
    snprintf(work, sizeof work, "%s/work", bench->root);
    if (runner_new(&bench->loop, bench->runbooks, work, &limits, bench->rules, on_event, bench,
                   &bench->runner, &err) < 0)
        fail_msg("%s", err.text);
}

static void runner_close(void)
{
    runner_free(bench->runner);
    bench->runner = NULL;
    uv_run(&bench->loop, UV_RUN_DEFAULT);
}

static int make(void **state)
{
    (void)state;
    bench = calloc(1, sizeof *bench);
    snprintf(bench->root, sizeof bench->root, "/tmp/runner-test-XXXXXX");
    if (!mkdtemp(bench->root))
        return -1;
    snprintf(bench->runbooks, sizeof bench->runbooks, "%s/runbooks", bench->root);
    mkdir(bench->runbooks, 0700);
    uv_loop_init(&bench->loop);
    runner_open(30000);
    return 0;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int unmake(void **state)
{
    (void)state;
    if (bench->runner)
        runner_close();
    redact_rules_free(bench->rules);
    int failed = uv_loop_close(&bench->loop) != 0;
    for (size_t i = 0; i < bench->n_events; i++)
        free(bench->events[i].output);
    nftw(bench->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(bench);
    return failed;
}

/* ---- orders ---- */

static void put(const char *name, const char *text)
{
    char path[200];
    struct err err;
    snprintf(path, sizeof path, "%s/%s", bench->runbooks, name);
    if (file_write(path, text, strlen(text), 0600, &err) < 0)
        fail_msg("%s", err.text);
}

struct prepared {
    struct runner_order order;
    char file[40], sha256[65], approved_sha256[65];
};

/* A document of its own with that command, and an approved order for it. */
static void prepare(const char *command, int64_t run, struct prepared *prepared)
{
    scoped_buf struct buf text = {0};
    buf_printf(&text, "# Service down\n\n## Symptom\n```bash\n%s\n```\n", command);
    snprintf(prepared->file, sizeof prepared->file, "doc-%d.md", ++bench->n_orders);
    put(prepared->file, text.at);
    sha256_hex(text.at, text.n_bytes, prepared->sha256);
    sha256_hex(command, strlen(command), prepared->approved_sha256);
    prepared->order = (struct runner_order){.run = run,
                                            .attempt = bench->n_orders,
                                            .file = prepared->file,
                                            .sha256 = prepared->sha256,
                                            .line = COMMAND_LINE,
                                            .approved = true,
                                            .approved_by = "ana",
                                            .approved_sha256 = prepared->approved_sha256};
}

static const struct happened *await_end(int64_t run, int attempt)
{
    for (size_t i = 0;;) {
        for (; i < bench->n_events; i++)
            if (bench->events[i].run == run && bench->events[i].attempt == attempt &&
                !bench->events[i].started)
                return &bench->events[i];
        uv_run(&bench->loop, UV_RUN_ONCE);
    }
}

static const struct happened *run_order(const struct runner_order *order)
{
    runner_start(bench->runner, order);
    return await_end(order->run, order->attempt);
}

/* Runs it in run 1, approved. */
static const struct happened *run_approved(const char *command)
{
    struct prepared prepared;
    prepare(command, 1, &prepared);
    return run_order(&prepared.order);
}

/* As diagnosis does: nobody was asked. */
static const struct happened *run_unasked(const char *command)
{
    struct prepared prepared;
    prepare(command, 1, &prepared);
    prepared.order.approved = false;
    return run_order(&prepared.order);
}

static void assert_ran(const struct happened *happened, const char *output)
{
    assert_string_equal(happened->why, "");
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    assert_int_equal(happened->exit_code, 0);
    assert_string_equal(happened->output, output);
}

static void assert_refused(const struct happened *happened, const char *why)
{
    assert_int_equal(happened->state, STEP_REFUSED);
    if (!strstr(happened->why, why))
        fail_msg("refused with \"%s\"", happened->why);
    for (size_t i = 0; i < bench->n_events; i++)
        assert_false(bench->events[i].started);
}

static void assert_gone(pid_t pid)
{
    assert_true(pid > 1);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

/* ---- running ---- */

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

/* ---- limits ---- */

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

static void much_output_is_bounded_and_never_blocks(void **state)
{
    (void)state;
    const struct happened *happened = run_approved("yes 0123456789abcdef | head -c 20000000; echo last");
    assert_int_equal(happened->exit_code, 0);
    assert_true(happened->output_cut);
    assert_true(strlen(happened->output) <= 4096);
    assert_memory_equal(happened->output, "0123456789abcdef\n", 17);
    assert_non_null(strstr(happened->output, "left out ...]"));
    assert_string_equal(happened->output + strlen(happened->output) - 5, "last\n");
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

static void the_end_of_the_runner_ends_its_steps(void **state)
{
    (void)state;
    struct prepared prepared;
    prepare("trap '' TERM; echo $$ > pid; mv pid started; while :; do sleep 1; done", 1, &prepared);
    char path[128];
    snprintf(path, sizeof path, "%s/work/run-1/started", bench->root);
    runner_start(bench->runner, &prepared.order);
    while (access(path, F_OK) < 0 || !bench->n_events)
        uv_run(&bench->loop, UV_RUN_NOWAIT);
    scoped_arena struct arena *arena = arena_new();
    char *bytes;
    size_t n_bytes;
    struct err err;
    assert_int_equal(file_read(arena, path, 100, &bytes, &n_bytes, &err), 0);
    runner_close();
    assert_gone((pid_t)strtol(bytes, NULL, 10));
    assert_int_equal(bench->n_events, 1); /* that it started */
}

/* ---- order of things ---- */

/* An order with a value for <words>, approved as what it gives. */
static void prepare_value(const char *command, const char *value, const char *prepares,
                          struct fill_value *ret_value, struct prepared *prepared)
{
    prepare(command, 1, prepared);
    *ret_value = (struct fill_value){"<words>", value};
    prepared->order.values = ret_value;
    prepared->order.n_values = 1;
    command_sha256(command, "", ret_value, 1, prepares, prepared->approved_sha256);
}

static void a_value_is_filled_by_the_runner_itself(void **state)
{
    (void)state;
    struct prepared prepared;
    struct fill_value value;
    put("poem", "it's \"so\" $(id) `id`\n");
    scoped_buf struct buf command = {0}, filled = {0};
    buf_printf(&command, "grep -F <words> %s/poem", bench->runbooks);
    buf_printf(&filled, "grep -F 'it'\\''s \"so\" $(id) `id`' %s/poem", bench->runbooks);
    prepare_value(buf_text(&command), "it's \"so\" $(id) `id`", buf_text(&filled), &value, &prepared);
    assert_ran(run_order(&prepared.order), "it's \"so\" $(id) `id`\n");
}

static void values_other_than_those_approved_are_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    struct fill_value value;
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    value.value = "usr";
    assert_refused(run_order(&prepared.order), "not the one that was approved");
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    prepared.order.repairs = "curl-no-fail";
    assert_refused(run_order(&prepared.order), "repairs");
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    prepared.order.n_values = 0;
    assert_refused(run_order(&prepared.order), "placeholder");
}

static void a_value_that_nobody_saw_is_a_name_or_a_number_or_does_not_run(void **state)
{
    (void)state;
    struct prepared prepared;
    struct fill_value value;
    prepare_value("ls -d /<words>", "tmp", "ls -d /tmp", &value, &prepared);
    prepared.order.approved = false;
    assert_refused(run_order(&prepared.order), "nobody has looked at");
    prepare_value("ls -d /<name>", "tmp", "ls -d /tmp", &value, &prepared);
    value.name = "<name>";
    prepared.order.approved = false;
    assert_ran(run_order(&prepared.order), "/tmp\n");
}

static void a_repair_that_was_approved_is_made_by_the_runner(void **state)
{
    (void)state;
    struct prepared prepared;
    const char *command = "grep -c nothing /dev/null";
    prepare(command, 1, &prepared);
    prepared.order.repairs = "exit-status";
    assert_refused(run_order(&prepared.order), "not the one that was approved");
    assert_int_equal(run_approved(command)->state, STEP_FAILED); /* as written: 0 lines, exit 1 */
    prepare(command, 1, &prepared);
    prepared.order.repairs = "exit-status";
    command_sha256(command, "exit-status", NULL, 0, "grep -c nothing /dev/null || [ $? -eq 1 ]",
                   prepared.approved_sha256);
    assert_ran(run_order(&prepared.order), "0\n");
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

/* ---- refusals ---- */

static void a_changed_document_is_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    prepare("echo old", 1, &prepared);
    put(prepared.file, "# Service down\n\n## Symptom\n```bash\necho new\n```\n");
    assert_refused(run_order(&prepared.order), "has changed");
}

static void what_changes_something_is_refused_without_approval(void **state)
{
    (void)state;
    assert_refused(run_unasked("touch /tmp/never"), "Nobody has approved it");
    struct prepared prepared;
    prepare("touch /tmp/never", 1, &prepared);
    sha256_hex("touch /tmp/other", 16, prepared.approved_sha256);
    assert_refused(run_order(&prepared.order), "not the one that was approved");
}

static void what_cannot_run_is_refused_even_when_approved(void **state)
{
    (void)state;
    assert_refused(run_approved("cat '<file-name>'"), "placeholder");
}

static void a_line_without_a_command_is_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    prepare("echo x", 1, &prepared);
    prepared.order.line = 2;
    runner_start(bench->runner, &prepared.order);
    assert_refused(await_end(1, prepared.order.attempt), "no command on line 2");
}

static void a_path_out_of_the_folder_is_refused(void **state)
{
    (void)state;
    struct prepared prepared;
    char outside[128], link[160], absolute[160];
    snprintf(outside, sizeof outside, "%s/outside.md", bench->root);
    snprintf(absolute, sizeof absolute, "%s/doc-1.md", bench->runbooks);
    snprintf(link, sizeof link, "%s/link.md", bench->runbooks);
    prepare("echo x", 1, &prepared);
    assert_int_equal(rename(absolute, outside), 0);
    assert_int_equal(symlink(outside, link), 0);
    const char *paths[] = {"../outside.md", outside, "link.md", "sub/../../outside.md", "", "."};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        prepared.order.file = paths[i];
        prepared.order.attempt = 100 + (int)i;
        assert_refused(run_order(&prepared.order), "");
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        T(a_step_starts_and_ends_with_its_output_and_exit_code),
        T(steps_of_a_run_share_variables_functions_and_folder),
        T(a_step_that_exits_or_is_stopped_keeps_what_it_set),
        T(runs_do_not_share_anything),
        T(a_folder_that_is_gone_stops_the_next_step),
        T(a_command_is_never_part_of_another_text),
        T(a_failure_anywhere_in_a_pipe_is_a_failure),
        T(a_step_has_no_input_no_terminal_and_none_of_our_secrets),
        T(a_signal_is_told),
        T(hostile_output_is_made_harmless),
        T(secrets_do_not_leave_the_runner),
        T(a_time_limit_ends_everything_that_was_started),
        T(much_output_is_bounded_and_never_blocks),
        T(an_unasked_step_leaves_nothing_running),
        T(an_approved_step_may_start_a_service_but_not_hold_the_output),
        T(an_endless_command_is_time_boxed),
        T(the_end_of_the_runner_ends_its_steps),
        T(a_value_is_filled_by_the_runner_itself),
        T(values_other_than_those_approved_are_refused),
        T(a_value_that_nobody_saw_is_a_name_or_a_number_or_does_not_run),
        T(a_repair_that_was_approved_is_made_by_the_runner),
        T(an_order_is_carried_out_once),
        T(runs_are_at_once_and_steps_of_a_run_one_by_one),
        T(a_changed_document_is_refused),
        T(what_changes_something_is_refused_without_approval),
        T(what_cannot_run_is_refused_even_when_approved),
        T(a_line_without_a_command_is_refused),
        T(a_path_out_of_the_folder_is_refused),
    };
    log_setup("runner", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
