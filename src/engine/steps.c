/* INPUT_STEP_STARTED and INPUT_STEP_DONE: one step of a run at a time, approved ones before the rest. */
#include <stdio.h>
#include <string.h>

#include "engine/engine_priv.h"

enum { COMMAND_BYTES = 200, LINE_BYTES = 160, OUTPUT_BYTES = 64 * 1024 };

static bool is_under_way(const struct run_step *step)
{
    return step->state == STEP_STARTING || step->state == STEP_RUNNING || step->state == STEP_STOPPING;
}

static const char *command_text(struct turn *turn, const struct run_step *step)
{
    return text_head(turn->arena, step_text(step), COMMAND_BYTES);
}

static struct json_writer *step_event(struct turn *turn, const struct run_step *step)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "file", step->file);
    jw_pair(body, "command", step->text);
    if (*step->prepared)
        jw_pair(body, "runs", step->prepared);
    if (*step->target)
        jw_pair(body, "target", step->target);
    jw_pair(body, "risk", risk_name(step->risk));
    jw_pair_int(body, "attempt", step->attempt);
    if (*step->approved_by)
        jw_pair(body, "approved_by", step->approved_by);
    return body;
}

struct run_step *step_on_line(struct incident_record *record, int line)
{
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].line == line)
            return &record->steps[i];
    return NULL;
}

struct run_step *step_wanted(struct turn *turn, const struct input *input,
                             struct incident_record **ret_record)
{
    struct incident_record *record = incident_find(turn->engine, input->run);
    if (!record || !record->n_steps) {
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "There is no run %lld.", (long long)input->run);
        return NULL;
    }
    struct run_step *step = step_on_line(record, input->step);
    if (step) {
        *ret_record = record;
        return step;
    }
    turn_answer(turn, OUTCOME_NOT_FOUND, record->incident.number, "Run %lld has nothing on line %d of %s.",
                (long long)input->run, input->step, record->incident.runbook_file);
    return NULL;
}

/* It still runs where it was seen to run, and nobody else changes something there. */
static bool step_may_start(struct turn *turn, const struct incident_record *record, struct run_step *step)
{
    bool approved = *step->approved_by != '\0';
    return (step_place_stands(turn, record, step) || (!approved && step->state == STEP_QUEUED)) &&
           !stage_waits(turn, record, step) && !step_place_waits(turn, record, step);
}

/* Approved steps go first: somebody waits for them. */
static bool goes_before(const struct run_step *step, const struct run_step *next)
{
    if (evidence_goes_first(step, next) || evidence_goes_first(next, step))
        return evidence_goes_first(step, next);
    return *step->approved_by && !*next->approved_by;
}

static struct run_step *next_step(struct turn *turn, struct incident_record *record)
{
    struct run_step *next = NULL;
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *step = &record->steps[i];
        if (is_under_way(step))
            return NULL;
        if (step->state == STEP_QUEUED && step_may_start(turn, record, step) &&
            (!next || goes_before(step, next)))
            next = step;
    }
    return next;
}

static void say_diagnosed(struct turn *turn, struct incident_record *record)
{
    size_t n_good = 0, n_done = 0;
    for (size_t i = 0; i < record->n_steps; i++) {
        const struct run_step *step = &record->steps[i];
        if (*step->approved_by || step->attempt == 0)
            continue;
        if (step->state == STEP_QUEUED || is_under_way(step))
            return;
        n_done++;
        n_good += step->state == STEP_SUCCEEDED;
    }
    record->diagnosed = true;
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", record->incident.number);
    jw_pair_int(body, "steps", (int64_t)n_done);
    jw_pair_int(body, "succeeded", (int64_t)n_good);
    event_end(turn, record->incident.number, NULL, "run.diagnosed",
              "Diagnosis is complete: %zu of %zu steps succeeded", n_good, n_done);
    chat_diagnosed(turn, record);
}

void run_continue(struct turn *turn, struct incident_record *record)
{
    struct run_step *step = next_step(turn, record);
    if (step) {
        step->state = STEP_STARTING;
        step->approval_ends_us = 0;
        text_keep(&step->why, "");
        step->attempt++;
        if (step->risk != RISK_READ) { /* what was said of an earlier time */
            step->verdict = VERDICT_NONE;
            text_keep(&step->verdict_why, "");
        }
        step_event(turn, step);
        event_end(turn, step->incident, NULL, "step.started", "Running `%s` (%s)", command_text(turn, step),
                  place_text(turn->arena, step->file, step->line));
        turn_start_step(turn, step);
    }
    approvals_follow(turn, record);
    if (!record->diagnosed && incident_is_open(record) && (!step || *step->approved_by))
        say_diagnosed(turn, record);
}

void run_stop(struct turn *turn, struct incident_record *record)
{
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *step = &record->steps[i];
        if (step->state != STEP_QUEUED && (step->state != STEP_WAITING || !*step->approved_by))
            continue;
        if (step->state == STEP_QUEUED)
            step->state = STEP_HELD;
        step->approval_ends_us = 0;
        text_keep(&step->approved_by, "");
        text_keep(&step->why, "The incident was resolved before it ran.");
        turn_save_step(turn, step, NULL);
    }
    approvals_follow(turn, record);
    verify_stop(turn, record);
}

void decide_step_started(struct turn *turn, const struct input *input)
{
    struct incident_record *record;
    struct run_step *step = step_wanted(turn, input, &record);
    if (!step)
        return;
    if (step->state != STEP_STARTING) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "The step on line %d is %s, not starting.",
                    step_line(step), step_state_name(step->state));
        return;
    }
    step->state = STEP_RUNNING;
    step->started_us = turn->now_us;
    turn_save_step(turn, step, NULL);
}

static const char *took_text(struct turn *turn, int64_t us)
{
    if (us >= 60 * US_PER_S)
        return duration_text(turn->arena, us);
    return arena_printf(turn->arena, "%.1f s", (double)us / (double)US_PER_S);
}

/* The line that says most: programs tell their findings first, and what went wrong last. */
static const char *telling_line(struct turn *turn, const struct run_step *step, const char *output)
{
    size_t n = strlen(output);
    const char *line = output;
    if (step->state != STEP_SUCCEEDED) {
        while (n && output[n - 1] == '\n')
            n--;
        const char *before = n ? memrchr(output, '\n', n) : NULL;
        line = before ? before + 1 : output;
    }
    size_t line_bytes = strcspn(line, "\n");
    return text_head(turn->arena, line, line_bytes < LINE_BYTES ? line_bytes : LINE_BYTES);
}

/* How it ended; a line of output only of what ran unasked, which is known to show no secrets. */
static void say_finished(struct turn *turn, const struct run_step *step, const struct step_result *result)
{
    const char *line = *step->approved_by ? "" : telling_line(turn, step, text_or(result->output, ""));
    const char *why = text_head(turn->arena, text_or(step->why, ""), LINE_BYTES);
    const char *redacted = text_head(turn->arena, text_or(result->redacted, ""), LINE_BYTES);
    const char *took = took_text(turn, result->duration_us);
    struct json_writer *body = step_event(turn, step);
    jw_pair(body, "state", step_state_name(step->state));
    jw_pair_int(body, "exit_code", step->exit_code);
    jw_pair_int(body, "duration_ms", result->duration_us / 1000);
    if (*line)
        jw_pair(body, "line", line);
    if (*why)
        jw_pair(body, "why", why);
    if (*redacted)
        jw_pair(body, "redacted", redacted);
    const char *how = step->state == STEP_FAILED
                          ? arena_printf(turn->arena, "failed with exit %d", step->exit_code)
                          : step_state_name(step->state);
    event_end(turn, step->incident, "runner", "step.finished", "`%s` %s after %s%s%s%s%s%s%s",
              command_text(turn, step), how, took, *why ? ": " : "", why,
              *redacted ? "; output redacted: " : "", redacted, *line ? ": " : "", line);
}

static bool is_result(enum step_state state)
{
    return state == STEP_SUCCEEDED || state == STEP_FAILED || state == STEP_TIMED_OUT ||
           state == STEP_REFUSED || state == STEP_EFFECT_UNKNOWN;
}

void decide_step_done(struct turn *turn, const struct input *input)
{
    struct incident_record *record;
    const struct step_result *result = input->step_result;
    struct run_step *step = step_wanted(turn, input, &record);
    if (!step)
        return;
    if (!is_result(result->state) || (!is_under_way(step) && step->state != STEP_EFFECT_UNKNOWN)) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "The step on line %d is %s, not running.",
                    step_line(step), step_state_name(step->state));
        return;
    }
    step->state = result->state;
    step->exit_code = result->exit_code;
    step->finished_us = turn->now_us;
    if (!step->started_us)
        step->started_us = turn->now_us - result->duration_us;
    text_keep(&step->why, result->why);
    const char *output = text_or(result->output, "");
    size_t n_bytes = utf8_cut(output, OUTPUT_BYTES);
    step->output_cut = result->output_cut || output[n_bytes];
    output = arena_strndup(turn->arena, output, n_bytes);
    turn_save_step(turn, step, output);
    say_finished(turn, step, result);
    evidence_kept(turn, step, output, result);
    turn_touch(turn, record);
    if (*step->approved_by)
        incident_progress(turn, record, "runner");
    way_back_seen(turn, record, step, result);
    verify_done(turn, record, step, result->output);
    run_continue(turn, record);
}
