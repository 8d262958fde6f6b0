/* The watcher on this host, by a shell, without anything between: what ssh and the others add is theirs. */
#include "runner/remote.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/testing.h"
#include "runner/shell.h"

#define assert_text_has(text, part) assert_non_null(strstr((text), (part)))

static struct arena *arena;
static char folder[40];

static int shell(const char *command)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return waitpid(pid, &status, 0) == pid ? status : -1;
}

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    snprintf(folder, sizeof folder, "/tmp/remote-test-XXXXXX");
    return mkdtemp(folder) && setenv("TMPDIR", folder, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    unsetenv("TMPDIR");
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return shell(command);
}

struct session {
    struct remote remote;
    pid_t pid;
    int input, output;
    struct buf text;
};

static void write_all(int fd, const struct buf *bytes)
{
    for (size_t n = 0; n < bytes->n_bytes;) {
        ssize_t written = write(fd, bytes->at + n, bytes->n_bytes - n);
        assert_true(written > 0);
        n += (size_t)written;
    }
}

static bool session_read(struct session *s)
{
    char bytes[4096];
    ssize_t n = read(s->output, bytes, sizeof bytes);
    if (n > 0)
        remote_take(&s->remote, bytes, (size_t)n, &s->text);
    return n > 0;
}

static void session_begin(struct session *s, const char *path)
{
    int input[2], output[2];
    *s = (struct session){0};
    remote_begin(&s->remote);
    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    assert_int_equal(pipe2(output, O_CLOEXEC), 0);
    s->pid = fork();
    if (s->pid == 0) {
        dup2(input[0], 0), dup2(output[1], 1), dup2(output[1], 2);
        if (path)
            setenv("PATH", path, 1);
        execl("/bin/sh", "sh", "-c", remote_greeting, (char *)NULL);
        _exit(127);
    }
    close(input[0]), close(output[1]);
    s->input = input[1], s->output = output[0];
    struct buf word = {0};
    remote_word(&s->remote, &word);
    write_all(s->input, &word);
    buf_free(&word);
    while (!s->remote.ready)
        assert_true(session_read(s));
}

static void session_send(struct session *s, const char *pins, const char *command, bool keeps)
{
    struct buf prelude = {0}, step = {0};
    shell_prelude_write(&prelude, pins, NULL, true);
    remote_step_write(&s->remote,
                      &(struct remote_step){.folder = "run-1",
                                            .prelude = buf_text(&prelude),
                                            .pins = pins,
                                            .command = command,
                                            .keeps = keeps},
                      &step);
    write_all(s->input, &step);
    buf_free(&prelude), buf_free(&step);
}

static void session_end(struct session *s)
{
    while (!s->remote.ended && session_read(s))
        ;
    if (s->input >= 0)
        close(s->input);
    close(s->output);
    assert_int_equal(waitpid(s->pid, NULL, 0), s->pid);
}

static const char *run_in(const char *path, const char *pins, const char *command, int *ret_exit)
{
    struct session s;
    session_begin(&s, path);
    session_send(&s, pins, command, true);
    session_end(&s);
    assert_true(s.remote.ended);
    *ret_exit = s.remote.exit_code;
    const char *text = arena_strdup(arena, buf_text(&s.text));
    buf_free(&s.text);
    return text;
}

static void assert_runs(const char *command, const char *output, int exit_code)
{
    int got;
    assert_string_equal(run_in(NULL, "", command, &got), output);
    assert_int_equal(got, exit_code);
}

static void a_command_arrives_as_it_is_and_its_exit_code_comes_back(void **state)
{
    (void)state;
    assert_runs("printf '%s' 'it'\\''s \"so\" $HOME `id` \\n %s'; exit 7", "it's \"so\" $HOME `id` \\n %s",
                7);
    assert_runs("cat <<'__COMMAND'\n__PRELUDE\n$x\n__COMMAND\ntrue", "__PRELUDE\n$x\n", 0);
    assert_runs("cat; echo \"$0 $#\"", "bash 0\n", 0); /* no input, no arguments */
    assert_runs("echo err >&2; false | true", "err\n", 1);
    assert_runs("exit 255", "", 255);
}

static void steps_of_a_run_share_folder_and_variables_there_too(void **state)
{
    (void)state;
    assert_runs("cd /usr; a='x  y'; f() { echo f; }", "", 0);
    assert_runs("pwd; echo \"$a\"; f", "/usr\nx  y\nf\n", 0);
}

static void pins_hold_in_every_step_whatever_the_one_before_set(void **state)
{
    (void)state;
    int got;
    const char *pins = "export PGHOST='d'\\''b'\n";
    assert_string_equal(run_in(NULL, pins, "echo \"$PGHOST\"; PGHOST=other", &got), "d'b\n");
    assert_string_equal(run_in(NULL, pins, "echo \"$PGHOST\"; env | grep -c ^PGHOST=", &got), "d'b\n1\n");
}

/* A folder of links to what a small image has. */
static const char *small_path(void)
{
    const char *path = arena_printf(arena, "%s/bin", folder);
    const char *command = arena_printf(
        arena,
        "mkdir -p %s && for p in sh cat dd grep id kill ls mkdir mv readlink rm setsid sleep tail; "
        "do ln -sf $(command -v $p) %s/$p 2>/dev/null; done; ls %s >/dev/null",
        path, path, path);
    assert_int_equal(shell(command), 0);
    return path;
}

static void without_bash_the_steps_run_in_sh_and_share_the_folder(void **state)
{
    (void)state;
    int got;
    assert_string_equal(run_in(small_path(), "export A='b'\n", "cd /usr; echo $A", &got), "b\n");
    assert_string_equal(run_in(small_path(), "", "pwd; exit 3", &got), "/usr\n");
    assert_int_equal(got, 3);
}

/* Dead: gone, or a zombie that its new parent has not collected yet. What is killed is so a moment later. */
static void assert_gone(const char *text)
{
    pid_t pid = (pid_t)strtol(text, NULL, 10);
    char path[40];
    assert_true(pid > 1);
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    for (bool gone = false; !gone; usleep(1000)) {
        char line[300] = "";
        FILE *file = fopen(path, "re");
        gone = !file || !fgets(line, sizeof line, file) || strstr(line, ") Z ") || strstr(line, ") X ");
        if (file)
            fclose(file);
    }
}

/* The end of the input is what a stop and a lost connection look like from there. */
static void the_end_of_the_input_ends_everything_even_daemons_that_ignore_it(void **state)
{
    (void)state;
    struct session s;
    session_begin(&s, NULL);
    session_send(
        &s, "",
        "trap '' TERM; (setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' &) ; sleep 1000",
        true);
    while (!strchr(buf_text(&s.text), '\n'))
        assert_true(session_read(&s));
    close(s.input);
    s.input = -1;
    session_end(&s);
    assert_true(s.remote.ended);
    assert_int_equal(s.remote.n_left, 0);
    assert_gone(buf_text(&s.text));
    buf_free(&s.text);
}

static void an_unapproved_step_leaves_nothing_there(void **state)
{
    (void)state;
    struct session s;
    session_begin(&s, NULL);
    session_send(&s, "", "setsid sleep 1000 >/dev/null 2>&1 & echo $!", false);
    session_end(&s);
    assert_gone(buf_text(&s.text));
    buf_free(&s.text);
}

static void an_approved_step_may_start_a_service_that_lets_go_of_its_output(void **state)
{
    (void)state;
    struct session s;
    session_begin(&s, NULL);
    session_send(&s, "", "setsid sleep 1000 >/dev/null 2>&1 & echo $!; setsid sleep 1001 & echo $!", true);
    session_end(&s);
    assert_int_equal(s.remote.n_left, 1);
    char *second;
    pid_t service = (pid_t)strtol(buf_text(&s.text), &second, 10);
    assert_int_equal(kill(service, SIGKILL), 0);
    assert_gone(second);
    buf_free(&s.text);
}

static void a_large_command_arrives_whole(void **state)
{
    (void)state;
    int got;
    struct buf command = {0};
    buf_puts(&command, "a='");
    for (int i = 0; i < 200000; i++)
        buf_putc(&command, 'x');
    buf_puts(&command, "'; echo ${#a}");
    assert_string_equal(run_in(NULL, "", buf_text(&command), &got), "200000\n");
    buf_free(&command);
}

/* However the stream is cut, and whatever looks like a mark. */
static void marks_are_found_at_every_cut_and_nothing_else_is_taken(void **state)
{
    (void)state;
    struct remote first;
    remote_begin(&first);
    const char *stream =
        arena_printf(arena, "banner\n[%s ready]\nout[%s [%.10s[%s exit x]\nmore[%s exit 7 left 2]\nlate",
                     first.nonce, first.nonce, first.nonce, first.nonce, first.nonce);
    const char *wanted =
        arena_printf(arena, "banner\nout[%s [%.10s[%s exit x]\nmore", first.nonce, first.nonce, first.nonce);
    size_t n = strlen(stream);
    for (size_t cut = 0; cut <= n; cut++)
        for (size_t length = 1; length < 60; length += 13) {
            struct remote remote = first;
            struct buf text = {0};
            for (size_t at = 0; at < n;) {
                size_t end = at < cut ? cut : at + length;
                end = end < n ? end : n;
                remote_take(&remote, stream + at, end - at, &text);
                at = end;
            }
            remote_finish(&remote, &text);
            assert_true(remote.ready && remote.ended);
            assert_int_equal(remote.exit_code, 7);
            assert_int_equal(remote.n_left, 2);
            assert_string_equal(buf_text(&text), wanted);
            buf_free(&text);
        }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_command_arrives_as_it_is_and_its_exit_code_comes_back),
        T(steps_of_a_run_share_folder_and_variables_there_too),
        T(pins_hold_in_every_step_whatever_the_one_before_set),
        T(without_bash_the_steps_run_in_sh_and_share_the_folder),
        T(the_end_of_the_input_ends_everything_even_daemons_that_ignore_it),
        T(an_unapproved_step_leaves_nothing_there),
        T(an_approved_step_may_start_a_service_that_lets_go_of_its_output),
        T(a_large_command_arrives_whole),
        T(marks_are_found_at_every_cut_and_nothing_else_is_taken),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
