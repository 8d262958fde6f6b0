/* The real supervisor, courier and runner; core is a stand-in that sends one order. This program is its own
 * image: the supervisor starts it again as each role. What they print comes to the test through one pipe,
 * which ends when the last of them has ended. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/map.h"
#include "base/testing.h"
#include "loop/listen.h"
#include "loop/sandbox.h"
#include "role/frames.h"
#include "role/role.h"
#include "runbook/library.h"
#include "runbook/runbook.h"
#include "runner/runner.h"

/* ---- the stand-in for core ---- */

struct stand_in {
    uv_loop_t loop;
    uv_signal_t term, reload;
    struct frames *courier, *runner;
};

static void on_frame(void *context, uint16_t kind, const char *payload, size_t n_bytes)
{
    (void)context;
    printf("frame %d %.*s\n", kind, (int)n_bytes, payload);
    fflush(stdout);
}

static void on_closed(void *context, const char *why)
{
    (void)context, (void)why;
    _exit(EXIT_RESTART);
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)handle;
    if (number == SIGTERM)
        _exit(0);
    puts("core reloads");
    fflush(stdout);
}

/* DATA/order holds a step to order, DATA/refuse makes core refuse to start. */
int role_core(const struct role_options *options)
{
    scoped_arena struct arena *arena = arena_new();
    struct stand_in core;
    struct frame_handlers handlers = {on_frame, on_closed, &core};
    char *order;
    size_t n_bytes;
    struct err err;
    if (access(arena_printf(arena, "%s/refuse", options->data), F_OK) == 0)
        return EXIT_CANNOT_OPEN;
    uv_loop_init(&core.loop);
    uv_signal_init(&core.loop, &core.term);
    uv_signal_init(&core.loop, &core.reload);
    uv_signal_start(&core.term, on_signal, SIGTERM);
    uv_signal_start(&core.reload, on_signal, SIGHUP);
    if (frames_open(&core.loop, options->courier_fd, frame_rules, "core", "courier", &handlers, &core.courier,
                    &err) < 0 ||
        frames_open(&core.loop, options->runner_fd, frame_rules, "core", "runner", &handlers, &core.runner,
                    &err) < 0 ||
        sandbox_enter(SANDBOX_CORE, &err) < 0)
        return 1;
    int listening = 0;
    socklen_t n = sizeof listening;
    getsockopt(options->listen_fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &n);
    close(options->started_fd);
    printf("core is up %d listening=%d\n", (int)getpid(), listening);
    fflush(stdout);
    if (file_read(arena, arena_printf(arena, "%s/order", options->data), 10000, &order, &n_bytes, &err) == 0)
        frames_send(core.runner, FRAME_STEP_START, order, n_bytes);
    uv_run(&core.loop, UV_RUN_DEFAULT);
    return 0;
}

/* ---- the test ---- */

struct show {
    char root[40], data[64], runbooks[64], config[64];
    pid_t supervisor;
    FILE *said;
};

static struct show show;

static int make(void **state)
{
    (void)state;
    show = (struct show){.root = "/tmp/supervisor-test-XXXXXX"};
    if (!mkdtemp(show.root))
        return -1;
    snprintf(show.data, sizeof show.data, "%s/data", show.root);
    snprintf(show.runbooks, sizeof show.runbooks, "%s/runbooks", show.root);
    snprintf(show.config, sizeof show.config, "%s/crashcart.yaml", show.root);
    return mkdir(show.data, 0700) | mkdir(show.runbooks, 0700);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int unmake(void **state)
{
    (void)state;
    if (show.supervisor) { /* the test has failed on the way */
        kill(show.supervisor, SIGKILL);
        waitpid(show.supervisor, NULL, 0);
    }
    if (show.said)
        fclose(show.said);
    return nftw(show.root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[128];
    struct err err;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(file_write(path, text, strlen(text), 0600, &err), 0);
}

static void serve_on(const char *listen, const char *config)
{
    int said[2];
    assert_int_equal(pipe2(said, O_CLOEXEC), 0);
    show.supervisor = fork();
    if (show.supervisor == 0) {
        dup2(said[1], 1);
        dup2(said[1], 2);
        struct role_options options = {
            .config_file = config, .runbooks = show.runbooks, .data = show.data, .listen = listen};
        _exit(role_supervise(&options));
    }
    close(said[1]);
    show.said = fdopen(said[0], "r");
}

static void serve(void)
{
    serve_on("127.0.0.1:0", NULL);
}

/* Reads until a line holds the words; gives what follows them. */
static const char *await(const char *words)
{
    static char line[10000];
    while (fgets(line, sizeof line, show.said)) {
        const char *found = strstr(line, words);
        if (found)
            return found + strlen(words);
    }
    fail_msg("they ended without saying \"%s\"", words);
    return NULL;
}

static void assert_exits(int exit_code)
{
    int status;
    assert_int_equal(waitpid(show.supervisor, &status, 0), show.supervisor);
    show.supervisor = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), exit_code);
}

/* Nobody holds the pipe any more. */
static void assert_all_gone(void)
{
    char line[10000];
    while (fgets(line, sizeof line, show.said))
        continue;
    assert_true(feof(show.said));
}

static void stop(void)
{
    kill(show.supervisor, SIGTERM);
    assert_exits(0);
    assert_all_gone();
}

static void order_step(const char *command)
{
    scoped_buf struct buf document = {0};
    scoped_buf struct buf order = {0};
    char sha256[65], approved[65];
    buf_printf(&document, "# Service down\n\n## Symptom\n```bash\n%s\n```\n", command);
    sha256_hex(document.at, document.n_bytes, sha256);
    sha256_hex(command, strlen(command), approved);
    put(show.runbooks, "service.md", document.at);
    runner_order_write(&order, &(struct runner_order){.run = 1,
                                                      .attempt = 1,
                                                      .file = "service.md",
                                                      .sha256 = sha256,
                                                      .line = 5,
                                                      .approved = true,
                                                      .approved_by = "ana",
                                                      .approved_sha256 = approved});
    put(show.data, "order", order.at);
}

static void assert_ends_soon(pid_t pid)
{
    assert_true(pid > 1);
    while (kill(pid, 0) == 0)
        poll(NULL, 0, 1);
    assert_int_equal(errno, ESRCH);
}

static void three_processes_start_and_stop_in_order(void **state)
{
    (void)state;
    serve();
    assert_non_null(strstr(await("core is up "), "listening=1"));
    stop();
}

static void a_step_goes_from_core_to_the_runner_and_its_result_comes_back(void **state)
{
    (void)state;
    order_step("echo from the step; id -u");
    serve();
    assert_non_null(strstr(await("\"started\":"), "true"));
    assert_non_null(strstr(await("\"state\":"), "\"succeeded\""));
    stop();
}

static void the_end_of_core_starts_all_again_with_the_port_still_open(void **state)
{
    (void)state;
    serve();
    for (int i = 0; i < 3; i++) {
        const char *said = await("core is up ");
        assert_non_null(strstr(said, "listening=1"));
        if (i < 2)
            kill((pid_t)strtol(said, NULL, 10), SIGKILL);
    }
    stop();
}

static void kill_9_of_the_supervisor_takes_everything_down(void **state)
{
    (void)state;
    order_step("trap '' TERM; (setsid sh -c 'echo $$ > ../daemon' &); echo $$ > ../made; mv ../made ../pid; "
               "while :; do sleep 1; done");
    serve();
    char path[128];
    scoped_arena struct arena *arena = arena_new();
    char *bytes;
    size_t n_bytes;
    struct err err;
    await("\"started\":true");
    snprintf(path, sizeof path, "%s/runner/pid", show.data);
    while (file_read(arena, path, 100, &bytes, &n_bytes, &err) < 0)
        poll(NULL, 0, 1);
    kill(show.supervisor, SIGKILL);
    waitpid(show.supervisor, NULL, 0);
    show.supervisor = 0;
    assert_all_gone();
    assert_ends_soon((pid_t)strtol(bytes, NULL, 10));
}

static void what_core_refuses_at_the_start_ends_the_supervisor(void **state)
{
    (void)state;
    put(show.data, "refuse", "");
    serve();
    assert_exits(EXIT_CANNOT_OPEN);
    assert_all_gone();
}

static void an_address_in_use_ends_it_before_anything_starts(void **state)
{
    (void)state;
    int fd;
    struct err err;
    char address[32];
    int port = 20000; /* any that we can take will do */
    do
        snprintf(address, sizeof address, "127.0.0.1:%d", port++);
    while (listen_open(address, &fd, &err) < 0);
    serve_on(address, NULL);
    await("is in use by another program");
    assert_exits(EXIT_CANNOT_OPEN);
    close(fd);
}

static void a_wrong_configuration_ends_it_with_file_and_line(void **state)
{
    (void)state;
    put(show.root, "crashcart.yaml", "data: elsewhere\npeeple: []\n");
    serve_on(NULL, show.config);
    await("crashcart.yaml:2");
    assert_exits(EXIT_CANNOT_OPEN);
}

static void a_changed_configuration_reaches_core_and_courier(void **state)
{
    (void)state;
    static const char person[] =
        "people:\n  - id: ana\n    name: Ana\n    contacts:\n      - webhook: http://127.0.0.1:9/page\n";
    put(show.root, "crashcart.yaml", "data: elsewhere\n");
    serve_on("127.0.0.1:0", show.config);
    await("courier.ready");
    put(show.root, "crashcart.yaml", person); /* a new file in place of the old, as editors do */
    kill(show.supervisor, SIGHUP);
    await("config.loaded people=1");
    put(show.root, "crashcart.yaml", "people: 7\n");
    kill(show.supervisor, SIGHUP);
    await("config.kept");
    stop();
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "role") == 0)
        return role_main(argc - 2, argv + 2);
#define T(name) cmocka_unit_test_setup_teardown(name, make, unmake)
    const struct CMUnitTest tests[] = {
        T(three_processes_start_and_stop_in_order),
        T(a_step_goes_from_core_to_the_runner_and_its_result_comes_back),
        T(the_end_of_core_starts_all_again_with_the_port_still_open),
        T(kill_9_of_the_supervisor_takes_everything_down),
        T(what_core_refuses_at_the_start_ends_the_supervisor),
        T(an_address_in_use_ends_it_before_anything_starts),
        T(a_wrong_configuration_ends_it_with_file_and_line),
        T(a_changed_configuration_reaches_core_and_courier),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
