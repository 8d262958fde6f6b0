/* A step in another place: what its marks mean. The launcher feeds it when it is told to. */
#include <sys/wait.h>

#include "runner/step.h"

bool step_remote_stop(struct step_work *work)
{
    if (!work->remote->ready)
        return false;
    launcher_hang_up(work->runner->launcher, work->launched.id);
    return true;
}

void step_remote_output(struct step_work *work, const char *bytes, size_t n_bytes)
{
    struct remote *marks = work->remote;
    scoped_buf struct buf text = {0};
    bool was_ready = marks->ready, had_ended = marks->ended;
    remote_take(marks, bytes, n_bytes, &text);
    output_add(work->output, text.at, text.n_bytes);
    if (marks->ready && !was_ready) {
        launcher_feed(work->runner->launcher, work->launched.id);
        step_begun_there(work);
    }
    if (marks->ended && !had_ended) {
        launcher_hang_up(work->runner->launcher, work->launched.id);
        step_ended_there(work);
    }
}

static void judge_end(struct step_work *work, struct step_result *result)
{
    const struct remote *marks = work->remote;
    result->exit_code = marks->exit_code;
    if (work->limit == LIMIT_NONE) {
        step_judge_exit(result);
        if (marks->n_left)
            result->why = arena_printf(work->arena, "it left %d running", marks->n_left);
        return;
    }
    const char *after = arena_printf(work->arena, "after %.1f s", (double)work->limit_us / 1e6);
    result->state = work->limit == LIMIT_ENDLESS ? STEP_SUCCEEDED
                    : work->limit == LIMIT_TIME  ? STEP_TIMED_OUT
                                                 : STEP_FAILED;
    result->why = arena_printf(
        work->arena, "%s %s; nothing of it is left there",
        work->limit == LIMIT_ENDLESS ? "endless command, stopped" : "stopped",
        work->limit == LIMIT_PERSON ? arena_printf(work->arena, "by %s", work->stopped_by) : after);
}

void step_remote_judge(struct step_work *work, struct step_result *result)
{
    const struct remote *marks = work->remote;
    int status = work->keeper.status;
    const char *name = work->launched.place;
    if (marks->ended) {
        judge_end(work, result);
        return;
    }
    result->exit_code = work->keeper.program_ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (!marks->ready) {
        result->state =
            work->limit == LIMIT_TIME || work->limit == LIMIT_ENDLESS ? STEP_TIMED_OUT : STEP_FAILED;
        result->why = arena_printf(work->arena, "%s could not be reached; nothing has run there", name);
    } else if (work->launched.class == RISK_READ) {
        result->state =
            work->limit == LIMIT_TIME || work->limit == LIMIT_ENDLESS ? STEP_TIMED_OUT : STEP_FAILED;
        result->why = arena_printf(work->arena, "the connection to %s was lost", name);
    } else {
        result->state = STEP_EFFECT_UNKNOWN;
        result->why =
            arena_printf(work->arena,
                         "the connection to %s was lost while it ran; whether it did its work is not "
                         "known: look there before it runs again",
                         name);
    }
}
