/* The fleet runs in a child of the test, its members are shells; a pipe tells what they do. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/testing.h"
#include "loop/child.h"
#include "loop/fleet.h"

struct stage {
    const char *scripts[2]; /* of the two members */
    int words_fd;           /* where they write: descriptor 1 */
    int round;
    bool mends;         /* once */
    bool replaces;      /* the second, once */
    const char *awaits; /* a reload is due, once, when that file is gone */
    const uint64_t *const *beats;
};

static const struct fleet_member members[] = {{"first", .hears_reload = true},
                                              {"second", .slow_start = true}};

static int stage_start_from(struct stage *stage, int from, pid_t *ret_pids, struct err *err)
{
    char round[32];
    snprintf(round, sizeof round, "ROUND=%d", ++stage->round);
    const char *environment[] = {"PATH=/usr/bin:/bin", round, NULL};
    for (int i = from; i < 2; i++) {
        int fds[] = {-1, stage->words_fd, 2};
        const char *arguments[] = {"sh", "-c", stage->scripts[i], NULL};
        struct child_options options = {.path = "/bin/sh",
                                        .arguments = arguments,
                                        .environment = environment,
                                        .fds = fds,
                                        .n_fds = 3,
                                        .death_signal = SIGKILL,
                                        .cgroup_fd = -1};
        if (child_start(&options, &ret_pids[i], err) < 0)
            return -1;
    }
    return 0;
}

static int stage_start(void *context, pid_t *ret_pids, struct err *err)
{
    return stage_start_from(context, 0, ret_pids, err);
}

static int stage_replace(void *context, pid_t *pids, struct err *err)
{
    struct stage *stage = context;
    if (!stage->replaces)
        return 1;
    stage->replaces = false;
    return stage_start_from(stage, 1, pids, err);
}

static bool stage_mend(void *context)
{
    struct stage *stage = context;
    bool mends = stage->mends;
    stage->mends = false;
    return mends;
}

static int stage_reload_due_ms(void *context)
{
    struct stage *stage = context;
    if (!stage->awaits)
        return -1;
    if (access(stage->awaits, F_OK) == 0)
        return 10;
    stage->awaits = NULL;
    return 0;
}

struct show {
    pid_t fleet;
    int words;
};

static void show_begin_stage(struct stage stage, struct show *show)
{
    int words[2];
    assert_int_equal(pipe2(words, O_CLOEXEC), 0);
    show->fleet = fork();
    assert_true(show->fleet >= 0);
    if (show->fleet == 0) {
        stage.words_fd = words[1];
        log_setup("fleet", LOG_ERROR + 1);
        _exit(fleet_run(&(struct fleet){.members = members,
                                        .n_members = 2,
                                        .start = stage_start,
                                        .replace = stage_replace,
                                        .mend = stage_mend,
                                        .reload_due_ms = stage_reload_due_ms,
                                        .beats = stage.beats,
                                        .look_ms = 20,
                                        .context = &stage}));
    }
    close(words[1]);
    show->words = words[0];
}

static void show_begin_mended(const char *first, const char *second, bool mends, struct show *show)
{
    show_begin_stage((struct stage){.scripts = {first, second}, .mends = mends}, show);
}

static void show_begin(const char *first, const char *second, struct show *show)
{
    show_begin_mended(first, second, false, show);
}

static void assert_says(const struct show *show, const char *word)
{
    char text[64];
    size_t n = 0;
    while (n < sizeof text - 1 && read(show->words, text + n, 1) == 1 && text[n] != '\n')
        n++;
    text[n] = '\0';
    assert_string_equal(text, word);
}

static void assert_ends(const struct show *show, int exit_code)
{
    int status;
    assert_int_equal(waitpid(show->fleet, &status, 0), show->fleet);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), exit_code);
    char rest;
    assert_int_equal(read(show->words, &rest, 1), 0); /* nobody holds the pipe any more */
    close(show->words);
}

#define WAITING "while :; do sleep 0.01; done"

static void a_stop_ends_the_first_before_the_others(void **state)
{
    (void)state;
    struct show show;
    show_begin("trap 'echo first; exit 0' TERM; echo up; " WAITING,
               "trap 'echo second; exit 0' TERM; echo up; " WAITING, &show);
    assert_says(&show, "up");
    assert_says(&show, "up");
    kill(show.fleet, SIGTERM);
    assert_says(&show, "first");
    assert_says(&show, "second");
    assert_ends(&show, 0);
}

static void one_that_ends_takes_all_down_and_all_start_again(void **state)
{
    (void)state;
    struct show show;
    show_begin("trap 'kill -9 $$' HUP; echo up $ROUND; " WAITING,
               "trap 'echo told; exit 0' TERM; echo up $ROUND; " WAITING, &show);
    static const char *const up[] = {"up 1", "up 2", "up 3"};
    for (int round = 0; round < 3; round++) {
        assert_says(&show, up[round]);
        assert_says(&show, up[round]);
        kill(show.fleet, round < 2 ? SIGHUP : SIGTERM);
        assert_says(&show, "told");
    }
    assert_ends(&show, 0);
}

static void one_that_is_replaced_takes_nobody_down_and_refuses_nothing(void **state)
{
    (void)state;
    struct show show;
    show_begin_stage(
        (struct stage){
            .scripts = {"[ $ROUND = 1 ] && trap 'echo first; exit 0' TERM; " WAITING,
                        "echo second $ROUND; [ $ROUND = 1 ] && exit 3; [ $ROUND = 2 ] && exit 1; " WAITING},
            .replaces = true},
        &show);
    assert_says(&show, "second 1");
    assert_says(&show, "second 2");
    assert_says(&show, "first"); /* this time nobody is replaced */
    assert_says(&show, "second 3");
    kill(show.fleet, SIGTERM);
    assert_ends(&show, 0);
}

static void a_refusal_at_the_first_start_ends_it(void **state)
{
    (void)state;
    struct show show;
    show_begin("exit 3", WAITING, &show);
    assert_ends(&show, FLEET_REFUSED);
}

static void what_is_mended_after_a_refusal_is_tried_once(void **state)
{
    (void)state;
    struct show show;
    show_begin_mended("[ $ROUND = 1 ] && exit 3; echo up; " WAITING, WAITING, true, &show);
    assert_says(&show, "up");
    kill(show.fleet, SIGTERM);
    assert_ends(&show, 0);
    show_begin_mended("exit 3", WAITING, true, &show);
    assert_ends(&show, FLEET_REFUSED);
}

static void a_refusal_later_does_not(void **state)
{
    (void)state;
    struct show show;
    show_begin("[ $ROUND = 1 ] && exit 1; [ $ROUND = 2 ] && exit 3; echo up; " WAITING, WAITING, &show);
    assert_says(&show, "up");
    kill(show.fleet, SIGTERM);
    assert_ends(&show, 0);
}

static void a_reload_reaches_those_that_hear_it(void **state)
{
    (void)state;
    struct show show;
    show_begin("trap 'echo reload' HUP; echo up; " WAITING, WAITING, &show);
    assert_says(&show, "up");
    kill(show.fleet, SIGHUP);
    assert_says(&show, "reload");
    kill(show.fleet, SIGTERM);
    assert_ends(&show, 0);
}

static void a_reload_that_is_due_needs_no_signal(void **state)
{
    (void)state;
    struct show show;
    char path[] = "/tmp/crashcart-fleet-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    show_begin_stage(
        (struct stage){.scripts = {"trap 'echo reload' HUP; echo up; " WAITING, WAITING}, .awaits = path},
        &show);
    assert_says(&show, "up");
    unlink(path);
    assert_says(&show, "reload");
    kill(show.fleet, SIGTERM);
    assert_ends(&show, 0);
}

static void one_that_hangs_is_killed_and_all_start_again(void **state)
{
    (void)state;
    struct show show;
    uint64_t *both = mmap(NULL, 2 * sizeof *both, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(both, MAP_FAILED);
    both[0] = 1; /* and no more */
    show_begin_stage((struct stage){.scripts = {"trap '' TERM; echo up $ROUND; " WAITING,
                                                "trap 'echo told; exit 0' TERM; " WAITING},
                                    .beats = (const uint64_t *const[]){&both[0], &both[1]}},
                     &show);
    assert_says(&show, "up 1");
    assert_says(&show, "told");
    assert_says(&show, "up 2");
    kill(show.fleet, SIGKILL);
    waitpid(show.fleet, NULL, 0);
    close(show.words);
    munmap(both, 2 * sizeof *both);
}

static void kill_9_takes_all_down(void **state)
{
    (void)state;
    struct show show;
    show_begin("echo up; exec sleep 1000", "exec sleep 1000", &show);
    assert_says(&show, "up");
    kill(show.fleet, SIGKILL);
    waitpid(show.fleet, NULL, 0);
    char rest;
    assert_int_equal(read(show.words, &rest, 1), 0);
    close(show.words);
}

static void a_held_signal_waits_for_its_handler(void **state)
{
    (void)state;
    const char *environment[] = {"PATH=/usr/bin:/bin", NULL};
    const char *arguments[] = {"sleep", "1000", NULL};
    struct child_options options = {
        .path = "/bin/sleep", .arguments = arguments, .environment = environment, .cgroup_fd = -1};
    struct err err;
    for (int held = 0; held < 2; held++) {
        pid_t pid;
        int status;
        options.held_signal = held ? SIGHUP : 0;
        assert_int_equal(child_start(&options, &pid, &err), 0);
        kill(pid, SIGHUP); /* comes before the other one, but for one that holds it */
        kill(pid, SIGTERM);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), held ? SIGTERM : SIGHUP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stop_ends_the_first_before_the_others),
        cmocka_unit_test(one_that_is_replaced_takes_nobody_down_and_refuses_nothing),
        cmocka_unit_test(one_that_ends_takes_all_down_and_all_start_again),
        cmocka_unit_test(a_refusal_at_the_first_start_ends_it),
        cmocka_unit_test(what_is_mended_after_a_refusal_is_tried_once),
        cmocka_unit_test(a_refusal_later_does_not),
        cmocka_unit_test(a_reload_reaches_those_that_hear_it),
        cmocka_unit_test(a_held_signal_waits_for_its_handler),
        cmocka_unit_test(a_reload_that_is_due_needs_no_signal),
        cmocka_unit_test(one_that_hangs_is_killed_and_all_start_again),
        cmocka_unit_test(kill_9_takes_all_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
