#include "runner/runner.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/must.h"
#include "config/config.h"
#include "loop/keeper.h"
#include "runner/step.h"

/* Bounds for a core that has been taken over; far above what a team's day needs. */
enum { WORKS = 1024, RUNNING = 256, SEEN = 1000000 };

enum { END_PATIENCE_MS = 2000, KILL_PATIENCE_MS = 7000 };

static int works_running(const struct runner *runner)
{
    int n = 0;
    for (const struct step_work *work = runner->works; work; work = work->next)
        n += work->running;
    return n;
}

static bool run_is_busy(const struct runner *runner, int64_t run)
{
    for (const struct step_work *work = runner->works; work; work = work->next)
        if (work->running && work->order.run == run)
            return true;
    return false;
}

/* Out of the list before anything is reported: the one who hears of it may give the next order at once, and
 * what is in the list and not running would be begun. */
static void work_unlink(struct runner *runner, struct step_work *gone)
{
    struct step_work **at = &runner->works;
    while (*at && *at != gone)
        at = &(*at)->next;
    must(*at);
    *at = gone->next;
    runner->n_works--;
}

static void refuse(struct runner *runner, const struct runner_order *order, const char *why)
{
    log_event(LOG_WARNING, "step.refused", "run=%lld line=%d why=%s", (long long)order->run, order->line,
              log_quote(why));
    struct runner_event event = {
        .run = order->run,
        .attempt = order->attempt,
        .line = order->line,
        .result = {.state = STEP_REFUSED, .exit_code = -1, .why = why, .output = ""},
    };
    runner->report(runner->context, &event);
}

/* Begins it, or refuses and removes it. */
static void work_try(struct runner *runner, struct step_work *work)
{
    const char *why = step_begin(work);
    if (!why)
        return;
    work_unlink(runner, work);
    /* Whether it had begun is not known, and that is what core says of it when this process has ended. */
    if (!launcher_is_lost(runner->launcher))
        refuse(runner, &work->order, why);
    step_discard(work);
}

/* Begins every waiting step that may begin now. Refusals change the list, so each round looks anew. */
static void works_advance(struct runner *runner)
{
    for (struct step_work *work = runner->works; work;) {
        if (works_running(runner) >= RUNNING)
            return;
        if (work->running || run_is_busy(runner, work->order.run)) {
            work = work->next;
            continue;
        }
        work_try(runner, work);
        work = runner->works;
    }
}

void step_done(struct step_work *work, const struct step_result *result)
{
    struct runner *runner = work->runner;
    struct runner_event event = {
        .run = work->order.run, .attempt = work->order.attempt, .line = work->order.line, .result = *result};
    log_event(LOG_INFO, "step.done", "run=%lld line=%d state=%s exit=%d ms=%lld", (long long)event.run,
              event.line, step_state_name(result->state), result->exit_code,
              (long long)(result->duration_us / 1000));
    work_unlink(runner, work);
    runner->report(runner->context, &event);
    step_discard(work);
    works_advance(runner);
}

/* True the first time. */
static bool order_is_new(struct runner *runner, const struct runner_order *order)
{
    int64_t key[] = {order->run, order->line, order->attempt};
    if (map_get(runner->seen, key, sizeof key))
        return false;
    map_put(runner->seen, key, sizeof key, runner);
    return true;
}

static void order_copy(struct arena *arena, const struct runner_order *order, struct runner_order *ret_order)
{
    *ret_order = *order;
    ret_order->file = arena_strdup(arena, order->file);
    ret_order->sha256 = arena_strdup(arena, order->sha256);
    ret_order->approved_by = arena_strdup(arena, order->approved_by);
    ret_order->approved_sha256 = arena_strdup(arena, order->approved_sha256);
    ret_order->repairs = arena_strdup(arena, order->repairs);
    ret_order->service = arena_strdup(arena, order->service);
    ret_order->target = arena_strdup(arena, order->target);
    struct fill_value *values = arena_alloc(arena, order->n_values * sizeof *values);
    for (size_t i = 0; i < order->n_values; i++)
        values[i] = (struct fill_value){.name = arena_strdup(arena, order->values[i].name),
                                        .value = arena_strdup(arena, order->values[i].value)};
    ret_order->values = values;
}

void runner_start(struct runner *runner, const struct runner_order *order)
{
    if (runner->n_works >= WORKS || map_count(runner->seen) >= SEEN) {
        refuse(runner, order, "The runner has too many orders.");
        return;
    }
    if (!order_is_new(runner, order)) {
        log_event(LOG_WARNING, "step.again", "run=%lld line=%d attempt=%d", (long long)order->run,
                  order->line, order->attempt);
        return;
    }
    struct arena *arena = arena_new();
    struct step_work *work = arena_alloc(arena, sizeof *work);
    work->runner = runner;
    work->arena = arena;
    order_copy(arena, order, &work->order);
    struct step_work **end = &runner->works;
    while (*end)
        end = &(*end)->next;
    *end = work;
    runner->n_works++;
    works_advance(runner);
}

void runner_watch(struct runner *runner,
                  void (*watch)(void *context, int64_t run, const char *bytes, size_t n_bytes), void *context)
{
    runner->watch = watch;
    runner->watch_context = context;
}

bool runner_stop(struct runner *runner, int64_t run, const char *stopped_by)
{
    for (struct step_work *work = runner->works; work; work = work->next)
        if (work->running && work->order.run == run) {
            step_stop(work, stopped_by);
            return true;
        }
    return false;
}

struct runner_limits runner_limits_of(const struct config *config)
{
    const struct config_runner *runner = &config->runner;
    return (struct runner_limits){.step_time_us = runner->step_time_s * US_PER_S,
                                  .output_bytes = (size_t)runner->step_output_bytes,
                                  .output_rate = runner->step_output_rate,
                                  .processes = runner->step_processes,
                                  .memory_bytes = runner->step_memory_bytes};
}

struct runner *runner_new(uv_loop_t *loop, struct launcher *launcher, const struct runner_limits *limits,
                          const struct redact_rules *rules,
                          void (*report)(void *context, const struct runner_event *), void *context)
{
    struct arena *arena = arena_new();
    struct runner *runner = arena_alloc(arena, sizeof *runner);
    *runner = (struct runner){.loop = loop,
                              .arena = arena,
                              .launcher = launcher,
                              .limits = *limits,
                              .rules = rules,
                              .report = report,
                              .context = context,
                              .read_buffer = arena_alloc(arena, RUNNER_READ_BYTES),
                              .seen = map_new()};
    return runner;
}

/* ---- the end ---- */

/* Waits until the keeper has closed its socket; false after patience_ms. Its reports do not matter any more.
 */
static bool keeper_await(int control_fd, int64_t until_us)
{
    for (;;) {
        struct keeper_report report;
        ssize_t n = recv(control_fd, &report, sizeof report, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return true;
        int64_t left_us = until_us - clock_monotonic_us(clock_system());
        if (n < 0 && left_us <= 0)
            return false;
        struct pollfd wait = {.fd = control_fd, .events = POLLIN};
        if (n < 0)
            poll(&wait, 1, (int)(left_us / 1000) + 1);
    }
}

static void works_end(struct runner *runner)
{
    for (struct step_work *work = runner->works; work; work = work->next)
        if (work->running)
            keeper_term(work->launched.control_fd);
    int64_t until_us = clock_monotonic_us(clock_system()) + END_PATIENCE_MS * 1000;
    for (struct step_work *work = runner->works; work; work = work->next)
        if (work->running && !keeper_await(work->launched.control_fd, until_us))
            keeper_kill(work->launched.control_fd);
    /* The program may have ended at TERM and left others: those end now, as the keepers bound it in 5 s. */
    until_us = clock_monotonic_us(clock_system()) + KILL_PATIENCE_MS * 1000;
    for (struct step_work *work = runner->works; work; work = work->next)
        if (work->running) {
            keeper_await(work->launched.control_fd, until_us);
            launcher_settle(runner->launcher, work->launched.id, work->keeper.program_ended);
        }
}

void runner_free(struct runner *runner)
{
    if (!runner)
        return;
    works_end(runner);
    for (struct step_work *work = runner->works, *next; work; work = next) {
        next = work->next;
        step_discard(work);
    }
    map_free(runner->seen);
    arena_free(runner->arena);
}
