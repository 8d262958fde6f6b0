/* INPUT_APPROVE and INPUT_DENY: touching asks. A step that destroys needs two different people, or one who
 * breaks the glass and says why; that is never quiet. */
#include <string.h>

#include "base/hash.h"
#include "engine/engine_priv.h"

static struct json_writer *approval_begin(struct turn *turn, const struct run_step *step, const char *text)
{
    char sha256[SHA256_HEX_BYTES];
    step_sha256(step, sha256);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "file", step->file);
    jw_pair(body, "document_sha256", step->sha256);
    jw_pair(body, "command", step->text);
    if (*step->prepared)
        jw_pair(body, "runs", step->prepared);
    if (*step->repairs)
        jw_pair(body, "repairs", step->repairs);
    if (*step->given)
        step_values_tell(body, step->given);
    jw_pair(body, "command_sha256", sha256);
    if (*step->target)
        jw_pair(body, "target", step->target);
    jw_pair(body, "risk", risk_name(step->risk));
    if (*step->changes)
        jw_pair(body, "changes", step->changes);
    if (*step->way_back)
        jw_pair(body, "way_back", step->way_back);
    if (text && *text)
        jw_pair(body, "text", text_head(turn->arena, text, 4096));
    return body;
}

/* The step of the input when it waits, else NULL after answering why not. */
static struct run_step *waiting_step(struct turn *turn, const struct input *input,
                                     struct incident_record **ret_record)
{
    struct run_step *step = step_wanted(turn, input, ret_record);
    if (!step)
        return NULL;
    if (!incident_is_open(*ret_record)) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "Incident %lld is %s: nothing runs for it.",
                    (long long)step->incident, incident_state_name((*ret_record)->incident.state));
        return NULL;
    }
    if (step->kind != STEP_COMMAND) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                    "Line %d is for a person to do: it is ticked or answered, not approved.",
                    step_line(step));
        return NULL;
    }
    if (step->state != STEP_WAITING) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "The step on line %d is %s.%s%s", step_line(step),
                    step_state_name(step->state), *step->why ? " " : "", step->why);
        return NULL;
    }
    return step;
}

/* The first of two: it is on record, and the step goes on waiting. */
static void approve_first(struct turn *turn, struct incident_record *record, struct run_step *step,
                          const struct input *input)
{
    const char *why =
        arena_printf(turn->arena, "%s approves; it destroys, so a second person must too.", input->actor);
    text_keep(&step->approved_by, input->actor);
    text_keep(&step->why, why);
    step->approval_ends_us = approval_ends_us(turn);
    turn_save_step(turn, step, NULL);
    approval_begin(turn, step, input->text);
    event_end(turn, step->incident, input->actor, "approval.requested",
              "%s approves `%s` (%s): a second person is asked", input->actor,
              text_head(turn->arena, step_text(step), 200), place_text(turn->arena, step->file, step->line));
    approvals_follow(turn, record);
    incident_progress(turn, record, input->actor);
    turn_answer(turn, OUTCOME_DONE, step->incident,
                "Line %d destroys something (%s). A second person must approve it too.", step_line(step),
                step->risk_why);
}

static void approve(struct turn *turn, struct incident_record *record, struct run_step *step,
                    const struct input *input, bool breaks_glass)
{
    bool is_second = *step->approved_by && strcmp(step->approved_by, input->actor) != 0;
    const char *by =
        is_second ? arena_printf(turn->arena, "%s, %s", step->approved_by, input->actor) : input->actor;
    step_take(turn, record, step, input);
    step->state = STEP_QUEUED;
    step->approval_ends_us = approval_ends_us(turn);
    text_keep(&step->approved_by, by);
    text_keep(&step->why, "");
    text_keep(&step->note, breaks_glass ? arena_printf(turn->arena, "%s broke the glass: %s", input->actor,
                                                       text_head(turn->arena, input->text, 1000))
                                        : text_or(input->text, ""));
    approval_begin(turn, step, input->text);
    event_end(turn, step->incident, input->actor, breaks_glass ? "approval.break_glass" : "approval.given",
              breaks_glass ? "%s breaks the glass and lets `%s` run alone (%s): %s" : "%s lets `%s` run (%s)",
              input->actor, text_head(turn->arena, step_text(step), 200),
              place_text(turn->arena, step->file, step->line),
              text_head(turn->arena, text_or(input->text, ""), 400));
    turn_save_step(turn, step, NULL);
    way_back_look(turn, record, step);
    turn_touch(turn, record);
    run_continue(turn, record);
    incident_progress(turn, record, input->actor);
    if (breaks_glass) /* after the progress, which calls off pages that nobody needs any more */
        break_glass_tell(turn, record, step, input->actor, input->text);
    bool starts = step->state == STEP_STARTING;
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is %s.%s%s", step_line(step),
                starts ? "started" : "next, after the step that is running", starts || !*step->why ? "" : " ",
                starts ? "" : step->why);
}

/* Is this the one of two people that is still missing? Says so when it is not. */
static bool is_second_person(struct turn *turn, struct incident_record *record, struct run_step *step,
                             const struct input *input)
{
    if (!*step->approved_by) {
        approve_first(turn, record, step, input);
        return false;
    }
    if (strcmp(step->approved_by, input->actor) == 0) {
        turn_answer(
            turn, OUTCOME_CONFLICT, step->incident,
            "%s has approved line %d already. It destroys something: a second person must approve it.",
            input->actor, step_line(step));
        return false;
    }
    return true;
}

/* The person has looked at something else than what would run. */
static bool is_another_command(struct turn *turn, const struct input *input, const struct run_step *step)
{
    char sha256[SHA256_HEX_BYTES];
    step_sha256(step, sha256);
    if (!input->sha256 || strcmp(sha256, input->sha256) == 0)
        return false;
    turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                "Line %d is not what you looked at any more: it would run `%s` now.", step_line(step),
                text_head(turn->arena, step_text(step), 120));
    return true;
}

/* Whoever sits down at a console that somebody has left must not get far with it. A token has nobody who
 * could be asked. */
static bool is_signed_in_too_long(struct turn *turn, const struct input *input, const struct run_step *step)
{
    int64_t most_us = turn->engine->config->runner.approval_sign_in_s * US_PER_S;
    int64_t since_us = turn->now_us - input->signed_in_us;
    if (!input->signed_in_us || !most_us || since_us <= most_us)
        return false;
    turn_answer(turn, OUTCOME_SIGN_IN_AGAIN, step->incident,
                "This cannot be undone, and you did not show who you are in the last %s: sign in again, then "
                "approve.",
                duration_text(turn->arena, most_us));
    return true;
}

void decide_approve(struct turn *turn, const struct input *input)
{
    struct incident_record *record;
    struct run_step *step = step_wanted(turn, input, &record);
    if (!step || ((input->n_values || input->repairs) && !values_give(turn, input, record, step)))
        return;
    step = waiting_step(turn, input, &record);
    if (!step || !step_place_may(turn, record, step) || is_another_command(turn, input, step) ||
        !step_may_be_taken(turn, record, step))
        return;
    const char *limit = step_place_limit(turn, record, step);
    bool destroys = step->risk == RISK_DESTRUCTIVE, breaks_glass = (destroys || limit) && input->force;
    if (!input->actor || !*input->actor) {
        turn_answer(turn, OUTCOME_INVALID, step->incident, "An approval needs a name.");
        return;
    }
    if (breaks_glass && (!input->text || !*input->text)) {
        turn_answer(turn, OUTCOME_INVALID, step->incident, "Breaking the glass needs a reason.");
        return;
    }
    if ((destroys || breaks_glass) && is_signed_in_too_long(turn, input, step))
        return;
    if (limit && !breaks_glass) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                    "%s One person can let it run all the same, with "
                    "--break-glass and a reason.",
                    limit);
        return;
    }
    if (custody_refuses(turn, record, step))
        return;
    const char *missing = evidence_missing(turn, record, step);
    if (missing && (!input->text || !*input->text)) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                    "%s Capture or skip it first, or approve with --reason why it cannot wait.", missing);
        return;
    }
    if (missing)
        evidence_left(turn, step, input, missing);
    if (limit)
        step_place_override(turn, step, input, limit);
    if (!destroys || breaks_glass || is_second_person(turn, record, step, input))
        approve(turn, record, step, input, breaks_glass);
}

void decide_deny(struct turn *turn, const struct input *input)
{
    struct incident_record *record;
    struct run_step *step = waiting_step(turn, input, &record);
    if (!step)
        return;
    const char *actor = text_or(input->actor, "somebody");
    step->state = STEP_DENIED;
    text_keep(&step->why, arena_printf(turn->arena, "%s denied it%s%s", actor,
                                       input->text && *input->text ? ": " : "", text_or(input->text, "")));
    turn_save_step(turn, step, NULL);
    turn_touch(turn, record);
    approval_begin(turn, step, input->text);
    event_end(turn, step->incident, actor, "approval.denied", "%s denies `%s` (%s)", actor,
              text_head(turn->arena, step_text(step), 200), place_text(turn->arena, step->file, step->line));
    run_continue(turn, record);
    incident_progress(turn, record, actor);
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d will not run.", step_line(step));
}
