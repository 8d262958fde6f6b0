/* What a step costs over bare `bash -c`, both in turn in one run; and what many steps at once take of memory:
 * ours (the runner and the keepers), not the shells that they were asked to run. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "loop/sandbox_child.h"
#include "runner/launcher.h"
#include "runner/runner.h"

enum { ROUNDS = 200, AT_ONCE = 200, PAUSE_MS = 50 };

struct bench {
    uv_loop_t loop;
    uv_async_t alive; /* as a server's loop is between two steps */
    struct launcher *launcher;
    struct runner *runner;
    char root[64], sha256[SHA256_HEX_BYTES];
    int n_started, n_done;
};

static void on_event(void *context, const struct runner_event *event)
{
    struct bench *bench = context;
    bench->n_started += event->started;
    bench->n_done += !event->started;
    if (!event->started && event->result.state != STEP_SUCCEEDED) {
        fprintf(stderr, "a step did not succeed: %s\n", event->result.why ? event->result.why : "");
        exit(1);
    }
}

static int64_t now_us(void)
{
    return clock_monotonic_us(clock_system());
}

/* Of us and all that has ended below us: what else the machine does is left out. */
static int64_t cpu_us(void)
{
    int64_t us = 0;
    for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
        struct rusage usage;
        getrusage((__rusage_who_t)who, &usage);
        us += (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * US_PER_S + usage.ru_utime.tv_usec +
              usage.ru_stime.tv_usec;
    }
    return us;
}

static void order(struct bench *bench, int64_t run, int attempt, int line)
{
    runner_start(bench->runner,
                 &(struct runner_order){
                     .run = run, .attempt = attempt, .file = "x.md", .sha256 = bench->sha256, .line = line});
}

static int64_t step_us(struct bench *bench, int attempt)
{
    int done = bench->n_done;
    int64_t from_us = now_us();
    order(bench, 1, attempt, 5);
    while (bench->n_done == done)
        uv_run(&bench->loop, UV_RUN_ONCE);
    return now_us() - from_us;
}

/* Between two steps their results go on record and somebody looks at them: meanwhile a shell is started for
 * the next one. */
static void pause_make(struct bench *bench)
{
    int64_t until_us = now_us() + PAUSE_MS * 1000;
    while (now_us() < until_us) {
        uv_run(&bench->loop, UV_RUN_NOWAIT);
        usleep(500);
    }
}

static int64_t bare_us(void)
{
    char bash[] = "bash", option[] = "-c", command[] = "true";
    char *arguments[] = {bash, option, command, NULL};
    pid_t pid;
    int64_t from_us = now_us();
    if (posix_spawn(&pid, "/bin/bash", NULL, NULL, arguments, environ) != 0)
        exit(1);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return now_us() - from_us;
}

static int by_size(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static long pss_kib(const char *pid)
{
    char path[64], line[256];
    long kib = 0;
    snprintf(path, sizeof path, "/proc/%.20s/smaps_rollup", pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "Pss:", 4) == 0)
            kib = strtol(line + 4, NULL, 10);
    if (file)
        fclose(file);
    return kib;
}

static bool is_keeper_of(const char *pid, pid_t parent)
{
    char path[64], text[256] = "", wanted[32];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    FILE *file = fopen(path, "re");
    bool read = file && fgets(text, sizeof text, file);
    if (file)
        fclose(file);
    snprintf(wanted, sizeof wanted, ") S %d ", (int)parent);
    return read && strstr(text, wanted);
}

static long memory_kib(void)
{
    char self[16];
    snprintf(self, sizeof self, "%d", (int)getpid());
    long kib = pss_kib(self);
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc && (entry = readdir(proc));)
        if (is_keeper_of(entry->d_name, getpid()))
            kib += pss_kib(entry->d_name);
    if (proc)
        closedir(proc);
    return kib;
}

static double ms(int64_t us)
{
    return (double)us / 1000;
}

static void print_ms(const char *what, int64_t median_us, int64_t p90_us)
{
    printf("%-22s %6.2f ms median, %6.2f ms p90\n", what, ms(median_us), ms(p90_us));
}

static void cost_measure(struct bench *bench)
{
    static int64_t step[ROUNDS], bare[ROUNDS], behind[ROUNDS];
    int64_t steps_cpu_us = 0, bare_cpu_us = 0;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t before_us = cpu_us();
        pause_make(bench);
        step[i] = step_us(bench, 2 * i + 1);
        behind[i] = step_us(bench, 2 * i + 2);
        pause_make(bench);
        int64_t last_us = cpu_us();
        bare[i] = bare_us();
        steps_cpu_us += last_us - before_us;
        bare_cpu_us += cpu_us() - last_us;
    }
    qsort(step, ROUNDS, sizeof *step, by_size);
    qsort(behind, ROUNDS, sizeof *behind, by_size);
    qsort(bare, ROUNDS, sizeof *bare, by_size);
    print_ms("a step", step[ROUNDS / 2], step[ROUNDS * 9 / 10]);
    print_ms("a step right behind it", behind[ROUNDS / 2], behind[ROUNDS * 9 / 10]);
    print_ms("bare bash -c", bare[ROUNDS / 2], bare[ROUNDS * 9 / 10]);
    printf("more a step            %6.2f ms median; of the processor %.2f ms, bare %.2f ms\n",
           ms(step[ROUNDS / 2] - bare[ROUNDS / 2]), ms(steps_cpu_us) / (2 * ROUNDS),
           ms(bare_cpu_us) / ROUNDS);
}

static void memory_measure(struct bench *bench)
{
    bench->n_started = 0;
    int64_t from_us = now_us();
    for (int run = 0; run < AT_ONCE; run++)
        order(bench, 100 + run, 1, 8);
    while (bench->n_started < AT_ONCE)
        uv_run(&bench->loop, UV_RUN_ONCE);
    printf("%d steps started     %6.1f ms, together\n", AT_ONCE, ms(now_us() - from_us));
    printf("%d steps at once     %6.1f MB\n", AT_ONCE, (double)memory_kib() / 1024);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

int main(void)
{
    static const char document[] =
        "# Service down\n\n## Symptom\n```bash\ntrue\n```\n```bash\nsleep 20\n```\n";
    struct bench bench = {.root = "/var/tmp/bench-steps-XXXXXX"}; /* where little else is made meanwhile */
    struct runner_limits limits = {.step_time_us = 60 * US_PER_S, .output_bytes = 65536};
    const struct cgroup_bounds bounds = {.processes = 1024, .memory_bytes = INT64_C(2048) << 20};
    struct redact_rules *rules;
    struct err err;
    char path[96], work[96];
    log_setup("bench", LOG_ERROR);
    uv_loop_init(&bench.loop);
    uv_async_init(&bench.loop, &bench.alive, NULL);
    if (!mkdtemp(bench.root) || redact_rules_read(NULL, &rules, &err) < 0)
        return 1;
    snprintf(path, sizeof path, "%s/x.md", bench.root);
    snprintf(work, sizeof work, "%s/work", bench.root);
    sha256_hex(document, sizeof document - 1, bench.sha256);
    if (file_write(path, document, sizeof document - 1, 0600, &err) < 0 ||
        launcher_new(&bench.loop, bench.root, work, &bounds, &bench.launcher, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    /* As on a server: its data folder is hidden from looks. */
    const char *hidden[] = {bench.root};
    struct sandbox_child *sandbox = sandbox_child_new(&(struct strings){.at = hidden, .n = 1}, work, &err);
    if (!sandbox) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    launcher_confine(bench.launcher, sandbox, true);
    bench.runner = runner_new(&bench.loop, bench.launcher, &limits, rules, on_event, &bench);
    cost_measure(&bench);
    memory_measure(&bench);
    runner_free(bench.runner);
    launcher_free(bench.launcher);
    uv_close((uv_handle_t *)&bench.alive, NULL);
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    redact_rules_free(rules);
    nftw(bench.root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
