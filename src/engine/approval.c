/* How long an approval holds, and who hears when one person approves alone what wants two.
 *
 * What was approved and has not started by then waits again: the first of two people, or a step behind one
 * that takes long, saw the world as it was. */
#include <string.h>

#include "base/words.h"
#include "engine/engine_priv.h"

int64_t approval_ends_us(const struct turn *turn)
{
    return time_after_s(turn->now_us, turn->engine->config->runner.approval_time_s);
}

/* It has been given and nothing has come of it yet. */
static bool is_pending(const struct run_step *step)
{
    return *step->approved_by && step->approval_ends_us &&
           (step->state == STEP_WAITING || step->state == STEP_QUEUED);
}

void approvals_follow(struct turn *turn, struct incident_record *record)
{
    int64_t next_us = INT64_MAX;
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *step = &record->steps[i];
        if (!is_pending(step))
            continue;
        if (step->approval_ends_us > approval_ends_us(turn)) /* the clock was set back */
            step->approval_ends_us = approval_ends_us(turn);
        if (step->approval_ends_us < next_us)
            next_us = step->approval_ends_us;
    }
    if (next_us == INT64_MAX)
        due_clear(&turn->engine->due, &record->approval);
    else
        due_set(&turn->engine->due, &record->approval, next_us);
}

void approvals_move(struct turn *turn, struct incident_record *record, int64_t back_us)
{
    for (size_t i = 0; i < record->n_steps; i++) {
        struct run_step *step = &record->steps[i];
        if (!is_pending(step))
            continue;
        step->approval_ends_us -= back_us;
        turn_save_step(turn, step, NULL);
    }
    approvals_follow(turn, record);
}

static void expire(struct turn *turn, struct run_step *step)
{
    const char *who = arena_strdup(turn->arena, step->approved_by);
    const char *held = duration_text(turn->arena, turn->engine->config->runner.approval_time_s * US_PER_S);
    text_keep(&step->why,
              arena_printf(turn->arena, "The approval by %s has expired: it holds for %s.", who, held));
    text_keep(&step->approved_by, "");
    text_keep(&step->note, "");
    step->approval_ends_us = 0;
    step->state = STEP_WAITING;
    turn_save_step(turn, step, NULL);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "file", step->file);
    jw_pair(body, "command", step->text);
    jw_pair(body, "approved_by", who);
    event_end(turn, step->incident, NULL, "approval.expired",
              "The approval of `%s` by %s has expired (%s): it waits again",
              text_head(turn->arena, step_text(step), 200), who,
              place_text(turn->arena, step->file, step->line));
}

void due_approval(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, approval);
    due_clear(&turn->engine->due, due);
    for (size_t i = 0; i < record->n_steps; i++)
        if (is_pending(&record->steps[i]) && record->steps[i].approval_ends_us <= turn->now_us)
            expire(turn, &record->steps[i]);
    approvals_follow(turn, record);
}

void approval_void(struct turn *turn, struct run_step *step, const char *why)
{
    step->state = STEP_WAITING;
    step->approval_ends_us = 0;
    text_keep(&step->approved_by, "");
    text_keep(&step->note, "");
    text_keep(&step->why, why);
    turn_save_step(turn, step, NULL);
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    jw_pair(body, "command", step->text);
    jw_pair(body, "way_back", step->way_back);
    event_end(turn, step->incident, NULL, "approval.void", "`%s` (%s) waits again: %s",
              text_head(turn->arena, step_text(step), 160), place_text(turn->arena, step->file, step->line),
              why);
}

/* Of one actor, or of two with a comma between them. */
static bool approved(const struct run_step *step, const char *actor)
{
    size_t n_bytes = strlen(actor);
    for (const char *at = step->approved_by; (at = strstr(at, actor)); at += n_bytes)
        if ((at == step->approved_by || at[-1] == ' ') && (at[n_bytes] == '\0' || at[n_bytes] == ','))
            return true;
    return false;
}

void approvals_of(struct turn *turn, const char *person)
{
    const char *actor = arena_printf(turn->arena, "person:%s", person);
    const char *why = arena_printf(turn->arena, "%s, who approved it, may not approve any more.", person);
    for (struct incident_record *record = turn->engine->first; record; record = record->next) {
        size_t n = 0;
        for (size_t i = 0; i < record->n_steps; i++) {
            struct run_step *step = &record->steps[i];
            if (!is_pending(step) || !approved(step, actor))
                continue;
            approval_void(turn, step, why);
            n++;
        }
        if (n)
            approvals_follow(turn, record);
    }
}

static void add_others(struct turn *turn, const struct strings *people, const char *actor,
                       struct strings *others)
{
    static const char prefix[] = "person:";
    if (strncmp(actor, prefix, strlen(prefix)) == 0)
        actor += strlen(prefix);
    list_each (person, people) {
        bool known = strcmp(*person, actor) == 0;
        list_each (other, others)
            known |= strcmp(*other, *person) == 0;
        if (!known)
            strings_add(turn->arena, others, *person);
    }
}

void break_glass_tell(struct turn *turn, struct incident_record *record, const struct run_step *step,
                      const char *actor, const char *reason)
{
    struct strings people = {0}, others = {0}, told = {0};
    for (size_t i = 0; i < chain_length(turn->engine, record); i++) {
        chain_people(turn, record, i, &people);
        add_others(turn, &people, actor, &others);
    }
    commanding_people(turn, record, &people);
    add_others(turn, &people, actor, &others);
    const char *why = arena_printf(turn->arena, "%s approved alone what wants two people, %s (%s): %s", actor,
                                   words_quoted(turn->arena, text_head(turn->arena, step_text(step), 120)),
                                   place_text(turn->arena, step->file, step->line),
                                   words_quoted(turn->arena, text_head(turn->arena, reason, 300)));
    /* A page of its own, whatever else is on its way to the person. */
    list_each (id, &others) {
        const struct person *person = config_person(turn->engine->config, *id);
        if (person && page_notice(turn, record, person, 0, why))
            strings_add(turn->arena, &told, *id);
    }
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "run", step->run);
    jw_pair_int(body, "line", step->line);
    write_told(body, &told);
    const char *whom = told.n == 0   ? "Nobody else can be"
                       : told.n == 1 ? "One other person is"
                                     : "All others are";
    event_end(turn, step->incident, NULL, "approval.announced", "%s told that %s approved alone", whom,
              actor);
}
