/* The launcher in another process: what the runner has there, and what it can not have there. */
#include <sys/socket.h>
#include <sys/wait.h>

#include "runner/runner_fixture.h"

static pid_t other;
static int line_fd; /* to the launcher there */

__attribute__((noreturn)) static void serve(int fd)
{
    uv_loop_t loop;
    struct launcher *launcher;
    struct err err;
    char work[96];
    uv_loop_init(&loop);
    snprintf(work, sizeof work, "%s/work", bench->root);
    if (launcher_new(&loop, bench->runbooks, work, &(struct cgroup_bounds){0}, &launcher, &err) < 0)
        _exit(1);
    while (launcher_serve(launcher, fd) == 0)
        uv_run(&loop, UV_RUN_NOWAIT);
    launcher_free(launcher);
    _exit(0);
}

/* The bench, with its launcher in another process instead. */
static int make_apart(void **state)
{
    struct runner_limits limits = {.step_time_us = 30 * US_PER_S, .output_bytes = 4096};
    int pair[2];
    if (runner_test_make(state) < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    runner_close();
    other = fork();
    if (other == 0) {
        close(pair[0]);
        serve(pair[1]);
    }
    close(pair[1]);
    line_fd = pair[0];
    bench->launcher = launcher_of(line_fd);
    bench->runner = runner_new(&bench->loop, bench->launcher, &limits, bench->rules, on_event, bench);
    return 0;
}

static int other_end(void)
{
    int status = -1;
    return waitpid(other, &status, 0) == other && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int unmake_apart(void **state)
{
    if (bench->runner)
        runner_close();
    int ended = other_end(); /* while its folder is still there */
    return runner_test_unmake(state) || ended != 0;
}

static void a_step_is_started_there_and_read_here(void **state)
{
    (void)state;
    const struct happened *happened = run_approved("read -r _ _ _ parent _ < /proc/$PPID/stat; echo $parent");
    char text[32];
    snprintf(text, sizeof text, "%d\n", (int)other); /* shell, keeper, launcher */
    assert_ran(happened, text);
    assert_ran(run_unasked("echo 'only a look'"), "only a look\n");
    assert_ran(run_approved("x=kept"), "");
    assert_ran(run_approved("echo $x"), "kept\n");
}

/* What the keeper of a step holds for itself when its document goes on for so many lines. */
static long keeper_kib(size_t n_lines)
{
    scoped_buf struct buf text = {0};
    struct prepared prepared;
    static const char look[] = "awk '/^Anonymous:/ { print $2 }' /proc/$PPID/smaps_rollup";
    prepare(look, 1, &prepared);
    buf_printf(&text, "# Service down\n\n## Symptom\n```bash\n%s\n```\n\n", look);
    for (size_t i = 0; i < n_lines; i++)
        buf_printf(&text, "- Ask the team of service %zu whether it is well.\n", i);
    put(prepared.file, text.at);
    sha256_hex(text.at, text.n_bytes, prepared.sha256);
    const struct happened *happened = run_order(&prepared.order);
    assert_int_equal(happened->state, STEP_SUCCEEDED);
    return strtol(happened->output, NULL, 10);
}

static void a_keeper_holds_nothing_of_the_document(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* what is freed is kept there */
#endif
    keeper_kib(0); /* what is read once for all */
    assert_in_range(keeper_kib(5000), 1, keeper_kib(0) + 1024);
}

static void what_is_not_permitted_is_refused_with_the_reason(void **state)
{
    (void)state;
    struct prepared prepared;
    prepare("touch ../done", 1, &prepared);
    prepared.order.approved = false;
    assert_refused(run_order(&prepared.order), "Nobody has approved it");
    prepare("touch ../done", 2, &prepared);
    prepared.order.file = "../elsewhere/x.md";
    assert_refused(run_order(&prepared.order), "leads out of the folder");
}

static void a_stop_and_the_end_of_the_runner_reach_what_runs(void **state)
{
    (void)state;
    struct prepared prepared;
    pid_t step = start_stubborn(&prepared);
    runner_close();
    assert_gone(step);
}

/* As somebody would say it who has taken the runner over. */
static void say(const char *json, size_t n_bytes)
{
    unsigned char head[4];
    for (int i = 0; i < 4; i++)
        head[i] = (unsigned char)(n_bytes >> (8 * i));
    assert_int_equal(write(line_fd, head, sizeof head), sizeof head);
    assert_int_equal(write(line_fd, json, strlen(json)), strlen(json));
}

static void hear(char *text, size_t text_bytes)
{
    unsigned char head[4];
    assert_int_equal(recv(line_fd, head, sizeof head, MSG_WAITALL), sizeof head);
    size_t n_bytes = head[0] | (size_t)head[1] << 8;
    assert_true(n_bytes < text_bytes && !head[2] && !head[3]);
    assert_int_equal(recv(line_fd, text, n_bytes, MSG_WAITALL), (ssize_t)n_bytes);
    text[n_bytes] = '\0';
}

static void a_runner_that_was_taken_over_has_nothing_run_that_is_no_step(void **state)
{
    (void)state;
    static const char *const orders[] = {
        "{\"do\":\"step\",\"order\":{\"run\":1,\"attempt\":1,\"command\":\"touch /tmp/x\"}}",
        "{\"do\":\"step\",\"order\":\"touch /tmp/x\"}",
        "{\"do\":\"step\"}",
        "{\"do\":\"step\",\"order\":{\"run\":1,\"attempt\":1,\"line\":5,\"file\":\"none.md\"}}",
        "{\"do\":\"check\",\"check\":\"touch /tmp/x\"}",
        "{\"do\":\"check\"}",
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        char answer[1000];
        say(orders[i], strlen(orders[i]));
        hear(answer, sizeof answer);
        assert_non_null(strstr(answer, "\"why\":"));
    }
    static const char feed[] = "{\"do\":\"feed\",\"id\":7}", settle[] = "{\"do\":\"settle\",\"id\":7}";
    char answer[100];
    say(feed, sizeof feed - 1); /* nothing of that number is there */
    say(settle, sizeof settle - 1);
    hear(answer, sizeof answer);
    assert_string_equal(answer, "{\"full\":false}");
}

static void what_is_no_call_ends_the_conversation(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n_bytes; /* that it says it has; 0: as it is */
    } said[] = {{"{\"do\":\"exec\",\"path\":\"/bin/true\"}", 0}, {"[]", 0}, {"{", 0}, {"", (size_t)1 << 31}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char byte;
        say(said[i].text, said[i].n_bytes ? said[i].n_bytes : strlen(said[i].text));
        assert_int_equal(recv(line_fd, &byte, 1, 0), 0);
        struct prepared prepared;
        prepare("true", 1, &prepared);
        runner_start(bench->runner, &prepared.order);
        assert_true(launcher_is_lost(bench->launcher));
        assert_int_equal(bench->n_events, 0); /* whether it has begun is not known here */
        assert_int_equal(unmake_apart(state), 0);
        assert_int_equal(make_apart(state), 0);
    }
}

int main(void)
{
    log_setup("test", LOG_ERROR + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_step_is_started_there_and_read_here, make_apart, unmake_apart),
        cmocka_unit_test_setup_teardown(a_keeper_holds_nothing_of_the_document, make_apart, unmake_apart),
        cmocka_unit_test_setup_teardown(what_is_not_permitted_is_refused_with_the_reason, make_apart,
                                        unmake_apart),
        cmocka_unit_test_setup_teardown(a_stop_and_the_end_of_the_runner_reach_what_runs, make_apart,
                                        unmake_apart),
        cmocka_unit_test_setup_teardown(a_runner_that_was_taken_over_has_nothing_run_that_is_no_step,
                                        make_apart, unmake_apart),
        cmocka_unit_test_setup_teardown(what_is_no_call_ends_the_conversation, make_apart, unmake_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
