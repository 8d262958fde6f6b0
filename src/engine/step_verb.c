/* INPUT_STEP_VERB: what a person does with a row of a run besides approving and denying. Each says who and
 * when on the timeline; saying the same again changes nothing.
 *
 * A row under a decision, or among alternatives, brings those with it: who approves or does it has answered
 * yes, and has chosen it. That is on record as if it had been said first. */
#include <string.h>

#include "engine/engine_priv.h"

static bool is_under_way(const struct run_step *step)
{
    return step->state == STEP_STARTING || step->state == STEP_RUNNING || step->state == STEP_STOPPING ||
           (step->state == STEP_QUEUED && *step->approved_by);
}

/* It has not begun, and can be left out. */
static bool is_untouched(const struct run_step *step)
{
    return step->state == STEP_WAITING || step->state == STEP_HELD || step->state == STEP_OPEN;
}

static const char *row_text(struct turn *turn, const struct run_step *step)
{
    return text_head(turn->arena, step->kind == STEP_COMMAND ? step_text(step) : step->text, 200);
}

static struct json_writer *verb_event(struct turn *turn, const struct run_step *step, const char *note)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "file", step->file);
    jw_pair(body, step->kind == STEP_COMMAND ? "command" : "text", step->text);
    if (note && *note)
        jw_pair(body, "note", note);
    return body;
}

static const char *with_note(struct turn *turn, const char *note)
{
    return note && *note ? arena_printf(turn->arena, ": %s", text_head(turn->arena, note, 400)) : "";
}

static void set_by(struct turn *turn, struct run_step *step, const char *actor, const char *note)
{
    text_keep(&step->done_by, actor);
    text_keep(&step->note, note);
    step->finished_us = turn->now_us;
}

/* ---- branches and alternatives ---- */

static void row_reopen(struct turn *turn, struct run_step *step)
{
    text_keep(&step->answer, "");
    text_keep(&step->done_by, "");
    text_keep(&step->note, "");
    text_keep(&step->approved_by, "");
    text_keep(&step->why, "");
    step->approval_ends_us = step->started_us = step->finished_us = 0;
    step->exit_code = -1;
    if (step->kind == STEP_COMMAND)
        values_reopen(turn, step);
    else
        step->state = STEP_OPEN;
    turn_save_step(turn, step, NULL);
}

static void row_leave(struct turn *turn, struct incident_record *record, struct run_step *step,
                      const char *why);

static size_t branch_close(struct turn *turn, struct incident_record *record, int line, const char *why)
{
    size_t n = 0;
    for (size_t i = 0; i < record->n_steps; i++)
        if (record->steps[i].branch == line && is_untouched(&record->steps[i])) {
            row_leave(turn, record, &record->steps[i], why);
            n++;
        }
    return n;
}

static void row_leave(struct turn *turn, struct incident_record *record, struct run_step *step,
                      const char *why)
{
    step->state = STEP_NOT_TAKEN;
    text_keep(&step->why, why);
    text_keep(&step->approved_by, "");
    step->approval_ends_us = 0;
    turn_save_step(turn, step, NULL);
    if (step->kind == STEP_DECISION)
        branch_close(turn, record, step->line, why);
}

static void branch_open(struct turn *turn, struct incident_record *record, int line)
{
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *step = &record->steps[i];
        if (step->branch != line || step->state != STEP_NOT_TAKEN)
            continue;
        row_reopen(turn, step);
        if (step->kind == STEP_DECISION)
            branch_open(turn, record, step->line);
    }
}

static void answer(struct turn *turn, struct incident_record *record, struct run_step *step,
                   const struct input *input, const char *word)
{
    bool yes = strcmp(word, "yes") == 0, has_rows = false;
    for (size_t i = 0; i < record->n_steps; i++)
        has_rows |= record->steps[i].branch == step->line;
    text_keep(&step->answer, word);
    step->state = yes && !has_rows ? STEP_OPEN : STEP_DONE; /* what it says is to be done then */
    set_by(turn, step, text_or(input->actor, "somebody"), text_or(input->text, ""));
    turn_save_step(turn, step, NULL);
    size_t n_left = 0;
    if (yes)
        branch_open(turn, record, step->line);
    else
        n_left = branch_close(
            turn, record, step->line,
            arena_printf(turn->arena, "%s answered no on line %d.", step->done_by, step_line(step)));
    struct json_writer *body = verb_event(turn, step, input->text);
    jw_pair(body, "answer", word);
    jw_pair_int(body, "not_taken", (int64_t)n_left);
    event_end(turn, step->incident, step->done_by, "step.answered", "%s answers %s to \"%s\" (%s)%s",
              step->done_by, word, row_text(turn, step), place_text(turn->arena, step->file, step->line),
              with_note(turn, input->text));
}

/* The others are not taken. Says so when that changes something. */
static void choose(struct turn *turn, struct incident_record *record, const struct run_step *step,
                   const struct input *input)
{
    const char *actor = text_or(input->actor, "somebody");
    const char *why = arena_printf(turn->arena, "%s chose line %d instead.", actor, step->option);
    size_t n_left = 0, n_opened = 0;
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *row = &record->steps[i];
        if (row->choice != step->choice)
            continue;
        if (row->option != step->option && is_untouched(row)) {
            row_leave(turn, record, row, why);
            n_left++;
        } else if (row->option == step->option && row->state == STEP_NOT_TAKEN) {
            row_reopen(turn, row);
            n_opened++;
        }
    }
    if (!n_left && !n_opened)
        return;
    struct json_writer *body = verb_event(turn, step, input->text);
    jw_pair_int(body, "choice", step->choice);
    jw_pair_int(body, "option", step->option);
    jw_pair_int(body, "not_taken", (int64_t)n_left);
    event_end(turn, step->incident, actor, "step.chosen", "%s chooses `%s` (%s): %zu %s not taken%s", actor,
              row_text(turn, step), place_text(turn->arena, step->file, step->option), n_left,
              n_left == 1 ? "step is" : "steps are", with_note(turn, input->text));
}

/* An alternative that is under way; NULL: it may be chosen. */
static const struct run_step *other_under_way(const struct incident_record *record,
                                              const struct run_step *step)
{
    for (size_t i = 0; step->choice && i < record->n_steps; i++) {
        const struct run_step *row = &record->steps[i];
        if (row->choice == step->choice && row->option != step->option && is_under_way(row))
            return row;
    }
    return NULL;
}

bool step_may_be_taken(struct turn *turn, const struct incident_record *record, const struct run_step *step)
{
    const struct run_step *other = other_under_way(record, step);
    if (other)
        turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                    "Line %d is an alternative to line %d, which is %s: wait for what comes of it.",
                    step_line(step), other->line, step_state_name(other->state));
    return !other;
}

void step_take(struct turn *turn, struct incident_record *record, struct run_step *step,
               const struct input *input)
{
    struct run_step *decision = step_on_line(record, step->branch);
    struct input said = *input;
    said.text = arena_printf(turn->arena, "by taking line %d", step_line(step));
    if (decision && !*decision->answer && decision->state == STEP_OPEN) {
        step_take(turn, record, decision, input);
        answer(turn, record, decision, &said, "yes");
    }
    if (step->choice) /* among what the answer has opened */
        choose(turn, record, step, &said);
}

/* ---- the verbs ---- */

static void say_again(struct turn *turn, const struct run_step *step)
{
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is %s already (%s).", step_line(step),
                step_state_name(step->state), step->done_by);
}

static void start(struct turn *turn, struct incident_record *record, struct run_step *step,
                  const struct input *input)
{
    const char *before = step_state_name(step->state);
    if (input->item && input->item != step->attempt) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                    "Line %d has been started since you looked: attempt %d is %s.", step_line(step),
                    step->attempt, before);
        return;
    }
    bool was_waiting = step->state == STEP_WAITING, unknown = step->state == STEP_EFFECT_UNKNOWN;
    if (!step_may_be_taken(turn, record, step))
        return;
    if (was_waiting && !values_harmless(turn, step)) {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "Line %d wants an approval. %s", step_line(step),
                    step->why);
        return;
    }
    bool harmless = step->kind == STEP_COMMAND && values_harmless(turn, step);
    row_reopen(turn, step);
    if (unknown)
        text_keep(&step->why,
                  arena_printf(turn->arena, "Its effect is not known: look first. %s", step->why));
    if (harmless) {
        step->state = STEP_QUEUED;
        text_keep(&step->approved_by, input->actor);
        text_keep(&step->why, "");
    }
    step_take(turn, record, step, input);
    turn_save_step(turn, step, NULL);
    struct json_writer *body = verb_event(turn, step, input->text);
    jw_pair(body, "before", before);
    jw_pair_int(body, "attempt", step->attempt);
    event_end(turn, step->incident, input->actor, "step.reopened", "%s %s `%s` (%s)%s", input->actor,
              harmless ? "starts" : "opens again", row_text(turn, step),
              place_text(turn->arena, step->file, step->line), with_note(turn, input->text));
    run_continue(turn, record);
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is %s. %s", step_line(step),
                step_state_name(step->state), step->why);
}

static void done(struct turn *turn, struct incident_record *record, struct run_step *step,
                 const struct input *input)
{
    if (step->kind == STEP_COMMAND && !*text_or(input->text, "")) {
        turn_answer(turn, OUTCOME_INVALID, step->incident,
                    "Line %d is a command: say with a note how it was done, or what you saw.",
                    step_line(step));
        return;
    }
    if (!step_may_be_taken(turn, record, step))
        return;
    if (step->kind != STEP_DECISION)
        step_take(turn, record, step, input);
    step->state = STEP_DONE;
    text_keep(&step->why, "");
    text_keep(&step->approved_by, "");
    step->approval_ends_us = 0;
    set_by(turn, step, input->actor, input->text);
    turn_save_step(turn, step, NULL);
    verb_event(turn, step, input->text);
    event_end(turn, step->incident, input->actor, "step.done",
              step->kind == STEP_COMMAND ? "%s did `%s` by hand (%s)%s" : "%s did \"%s\" (%s)%s",
              input->actor, row_text(turn, step), place_text(turn->arena, step->file, step->line),
              with_note(turn, input->text));
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is done.", step_line(step));
}

static void skip(struct turn *turn, struct incident_record *record, struct run_step *step,
                 const struct input *input)
{
    if (!*text_or(input->text, "")) {
        turn_answer(turn, OUTCOME_INVALID, step->incident, "Skipping line %d needs a reason.",
                    step_line(step));
        return;
    }
    step->state = STEP_SKIPPED;
    text_keep(&step->why, arena_printf(turn->arena, "%s skipped it: %s", input->actor, input->text));
    text_keep(&step->approved_by, "");
    step->approval_ends_us = 0;
    set_by(turn, step, input->actor, input->text);
    turn_save_step(turn, step, NULL);
    if (step->kind == STEP_DECISION)
        branch_close(turn, record, step->line, step->why);
    verb_event(turn, step, input->text);
    event_end(turn, step->incident, input->actor, "step.skipped", "%s skips `%s` (%s)%s", input->actor,
              row_text(turn, step), place_text(turn->arena, step->file, step->line),
              with_note(turn, input->text));
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is skipped.", step_line(step));
}

static void answer_verb(struct turn *turn, struct incident_record *record, struct run_step *step,
                        const struct input *input)
{
    const char *word = text_or(input->word, "");
    if (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0) {
        turn_answer(turn, OUTCOME_INVALID, step->incident, "The answer to line %d is yes or no.",
                    step_line(step));
        return;
    }
    if (strcmp(step->answer, word) == 0) {
        turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is answered %s already (%s).",
                    step_line(step), word, step->done_by);
        return;
    }
    for (size_t i = 0; i < record->n_steps; i++) {
        const struct run_step *row = &record->steps[i];
        if (row->branch != step->line || strcmp(word, "no") != 0 || is_untouched(row) ||
            row->state == STEP_NOT_TAKEN || row->state == STEP_SKIPPED || row->state == STEP_DENIED)
            continue;
        turn_answer(turn, OUTCOME_CONFLICT, step->incident,
                    "Line %d, which follows from yes, is %s already: the answer to line %d stays yes.",
                    row->line, step_state_name(row->state), step_line(step));
        return;
    }
    if (!step_may_be_taken(turn, record, step))
        return;
    if (strcmp(word, "yes") == 0)
        step_take(turn, record, step, input);
    answer(turn, record, step, input, word);
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is answered %s.", step_line(step), word);
}

static void choose_verb(struct turn *turn, struct incident_record *record, struct run_step *step,
                        const struct input *input)
{
    if (!step_may_be_taken(turn, record, step))
        return;
    choose(turn, record, step, input);
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is chosen.", step->option);
}

static void stop(struct turn *turn, struct incident_record *record, struct run_step *step,
                 const struct input *input)
{
    (void)record;
    step->state = STEP_STOPPING;
    text_keep(&step->done_by, input->actor);
    turn_save_step(turn, step, NULL);
    verb_event(turn, step, input->text);
    event_end(turn, step->incident, input->actor, "step.stopped", "%s stops `%s` (%s)%s", input->actor,
              row_text(turn, step), place_text(turn->arena, step->file, step->line),
              with_note(turn, input->text));
    turn_answer(turn, OUTCOME_DONE, step->incident, "Line %d is being stopped.", step_line(step));
}

typedef void verb_handler(struct turn *turn, struct incident_record *record, struct run_step *step,
                          const struct input *input);

static const struct {
    verb_handler *handle;
    enum step_state result; /* in which it changes nothing any more; N_STEP_STATES: none */
} verbs[N_STEP_VERBS] = {
    [VERB_START] = {start, N_STEP_STATES},        [VERB_DONE] = {done, STEP_DONE},
    [VERB_ANSWER] = {answer_verb, N_STEP_STATES}, [VERB_CHOOSE] = {choose_verb, N_STEP_STATES},
    [VERB_SKIP] = {skip, STEP_SKIPPED},           [VERB_STOP] = {stop, STEP_STOPPING},
};

static const char *kind_text(const struct run_step *step)
{
    return step->kind == STEP_COMMAND ? "a command" : step->kind == STEP_DECISION ? "a decision" : "a task";
}

/* Tasks of the time afterwards are ticked then; commands belong to the incident while it is open, and what
 * still runs when it is over can be stopped. */
static bool is_too_late(struct turn *turn, const struct incident_record *record, const struct run_step *step,
                        enum step_verb verb)
{
    if (incident_is_open(record) || step->kind != STEP_COMMAND || verb == VERB_STOP)
        return false;
    turn_answer(turn, OUTCOME_CONFLICT, step->incident, "Incident %lld is %s: nothing runs for it.",
                (long long)step->incident, incident_state_name(record->incident.state));
    return true;
}

void decide_step_verb(struct turn *turn, const struct input *input)
{
    struct incident_record *record;
    struct run_step *step = step_wanted(turn, input, &record);
    if (!step || is_too_late(turn, record, step, input->verb) ||
        (input->verb == VERB_START && custody_refuses(turn, record, step)))
        return;
    struct input by = *input;
    by.actor = text_or(input->actor, "somebody");
    bool known = input->verb < N_STEP_VERBS && verbs[input->verb].handle;
    if (known && step->state == verbs[input->verb].result && step->kind != STEP_DECISION) {
        say_again(turn, step);
    } else if (known && step_verb_fits(input->verb, step, incident_is_open(record))) {
        verbs[input->verb].handle(turn, record, step, &by);
        if (turn->decisions->list.n) { /* it has changed something */
            turn_touch(turn, record);
            if (incident_is_open(record)) /* it may have been what another one waited for */
                run_continue(turn, record);
            incident_progress(turn, record, by.actor);
        }
    } else {
        turn_answer(turn, OUTCOME_CONFLICT, step->incident, "Line %d is %s (%s%s%s): no `%s` now.%s%s",
                    step_line(step), kind_text(step), step_state_name(step->state), *step->answer ? ", " : "",
                    step->answer, known ? step_verb_name(input->verb) : "such verb", *step->why ? " " : "",
                    step->why);
    }
}
