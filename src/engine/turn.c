#include "engine/engine_priv.h"

#include <stdio.h>

void turn_begin(struct turn *turn, struct engine *engine, int64_t now_us, struct decisions *decisions)
{
    if (now_us > engine->now_us)
        engine->now_us = now_us;
    *turn = (struct turn){
        .engine = engine,
        .now_us = engine->now_us,
        .arena = decisions->arena,
        .decisions = decisions,
    };
    decisions->outcome = (struct outcome){.code = OUTCOME_DONE};
}

struct decision *turn_push(struct turn *turn, enum decision_kind kind)
{
    struct decision *decision = list_push(turn->decisions->arena, &turn->decisions->list);
    decision->kind = kind;
    return decision;
}

void turn_touch(struct turn *turn, struct incident_record *record)
{
    record->unsaved = true;
    turn_note(turn, record);
}

void turn_note(struct turn *turn, struct incident_record *record)
{
    if (record->touched)
        return;
    record->touched = true;
    record->touched_next = NULL;
    if (turn->touched_last)
        turn->touched_last->touched_next = record;
    else
        turn->touched_first = record;
    turn->touched_last = record;
}

static void save_move(struct turn *turn, struct incident_record *record)
{
    const struct incident *incident = &record->incident;
    if (record->moved_to == (int)incident->state)
        return;
    record->moved_to = (int)incident->state;
    turn_push(turn, DECISION_MOVE)->move =
        (struct incident_move){.incident = incident->number, .at_us = turn->now_us, .state = incident->state};
}

void turn_end(struct turn *turn)
{
    alerts_join_fired(turn);
    hold_review_wanted(turn);
    step_places_review(turn);
    for (struct incident_record *record = turn->touched_first; record; record = record->touched_next)
        news_settle(turn, record);
    for (struct incident_record *record = turn->touched_first; record; record = record->touched_next)
        incident_hush(turn, record);
    hold_settle(turn);
    for (struct incident_record *record = turn->touched_first; record; record = record->touched_next) {
        record->touched = false;
        record->opener = NULL;
        if (!record->unsaved)
            continue;
        struct decision *decision = turn_push(turn, DECISION_INCIDENT);
        decision->incident = record->incident;
        texts_to_arena(&incident_texts, &decision->incident, turn->arena);
        record->unsaved = false;
        save_move(turn, record);
    }
}

void turn_save_delivery(struct turn *turn, const struct delivery *delivery)
{
    struct decision *decision = turn_push(turn, DECISION_DELIVERY);
    decision->delivery = *delivery;
    texts_to_arena(&delivery_texts, &decision->delivery, turn->arena);
}

static struct decision *push_step(struct turn *turn, const struct run_step *step, const char *output)
{
    struct decision *decision = turn_push(turn, DECISION_STEP);
    decision->step = *step;
    decision->step.output = output;
    texts_to_arena(&step_texts, &decision->step, turn->arena);
    if (!output)
        decision->step.output = NULL; /* what is stored stays */
    return decision;
}

void turn_save_step(struct turn *turn, const struct run_step *step, const char *output)
{
    push_step(turn, step, output);
}

void turn_start_step(struct turn *turn, const struct run_step *step)
{
    push_step(turn, step, "")->starts = true;
}

void turn_save_role(struct turn *turn, const struct role_holder *holder)
{
    struct decision *decision = turn_push(turn, DECISION_ROLE);
    decision->role = *holder;
    texts_to_arena(&role_texts, &decision->role, turn->arena);
}

void turn_save_check(struct turn *turn, const struct check_item *item)
{
    struct decision *decision = turn_push(turn, DECISION_CHECK);
    decision->check = *item;
    texts_to_arena(&check_texts, &decision->check, turn->arena);
}

void turn_save_clock(struct turn *turn, const struct runbook_clock *clock)
{
    struct decision *decision = turn_push(turn, DECISION_CLOCK);
    decision->clock = *clock;
    texts_to_arena(&clock_texts, &decision->clock, turn->arena);
}

void turn_set_timer(struct turn *turn, struct due *due, int64_t subject, int64_t at_us)
{
    due_set(&turn->engine->due, due, at_us);
    turn_push(turn, DECISION_TIMER_SET)->timer =
        (struct timer){.kind = due->kind, .subject = subject, .due_us = at_us};
}

void turn_clear_timer(struct turn *turn, struct due *due, int64_t subject)
{
    if (!due_is_set(due))
        return;
    turn_push(turn, DECISION_TIMER_CLEAR)->timer =
        (struct timer){.kind = due->kind, .subject = subject, .due_us = due->at_us};
    due_clear(&turn->engine->due, due);
}

struct json_writer *event_begin(struct turn *turn)
{
    buf_clear(&turn->engine->body);
    turn->json = jw_start(&turn->engine->body);
    jw_begin_object(&turn->json);
    return &turn->json;
}

void event_end(struct turn *turn, int64_t incident, const char *actor, const char *kind, const char *summary,
               ...)
{
    jw_end_object(&turn->json);
    va_list ap;
    va_start(ap, summary);
    const char *text = arena_vprintf(turn->arena, summary, ap);
    va_end(ap);
    turn_push(turn, DECISION_EVENT)->event = (struct event){
        .incident = incident,
        .actor = arena_strdup(turn->arena, text_or(actor, "system")),
        .kind = kind,
        .summary = text,
        .body = arena_strdup(turn->arena, buf_text(&turn->engine->body)),
    };
}

void turn_answer(struct turn *turn, enum outcome_code code, int64_t incident, const char *message, ...)
{
    struct outcome *outcome = &turn->decisions->outcome;
    outcome->code = code;
    outcome->incident = incident;
    va_list ap;
    va_start(ap, message);
    const char *text = arena_vprintf(turn->arena, message, ap);
    va_end(ap);
    snprintf(outcome->message, sizeof outcome->message, "%s",
             text_head(turn->arena, text, sizeof outcome->message - 1));
}

const char *lateness(struct turn *turn, int64_t due_us)
{
    if (due_us >= turn->engine->restored_us || turn->now_us - due_us < US_PER_S)
        return "";
    return arena_printf(turn->arena, " (%s late: the server was not running)",
                        duration_text(turn->arena, turn->now_us - due_us));
}

const char *place_text(struct arena *arena, const char *file, int line)
{
    if (!file || !*file)
        return "";
    static const char *const parts[N_STEP_PARTS] = {
        [PART_ITSELF] = "", [PART_BEFORE] = ", the look before it", [PART_BACK] = ", its way back"};
    return line > 0 ? arena_printf(arena, "%s line %d%s", file, part_line(line), parts[part_of(line)])
                    : arena_strdup(arena, file);
}

const char *duration_text(struct arena *arena, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    duration_format(us > 0 ? us : 0, text); /* the clock may have been set back */
    return arena_strdup(arena, text);
}

const char *minute_text(struct arena *arena, int64_t us)
{
    const char *text = time_text(arena, us);
    return arena_printf(arena, "%.10s %.5s UTC", text, text + 11);
}

const char *time_text(struct arena *arena, int64_t us)
{
    char text[TIME_TEXT_BYTES];
    time_format_rfc3339(us, text);
    return arena_strdup(arena, text);
}

bool decision_sends(const struct decisions *decisions, const struct decision *decision)
{
    if (decision->kind != DECISION_DELIVERY || decision->delivery.state != DELIVERY_DUE)
        return false;
    for (const struct decision *later = decision + 1; later < decisions->list.at + decisions->list.n; later++)
        if (later->kind == DECISION_DELIVERY && later->delivery.id == decision->delivery.id)
            return false; /* the later value has the say */
    return true;
}
