/* The clocks of an incident: which of its plan run now, and what happens when one comes due.
 *
 * A clock is kept as long as its incident, so that a level that comes back, or an incident that is opened
 * again, goes on from what was said already. One timer serves all clocks of an incident. */
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "engine/engine_priv.h"

enum { MOST_CLOCKS = 60 };

static const struct clock_rule *const rules[N_CLOCK_KINDS] = {
    [CLOCK_RESPONSE] = &clock_response,     [CLOCK_RESOLUTION] = &clock_resolution,
    [CLOCK_UPDATE] = &clock_update,         [CLOCK_PHASE] = &clock_phase,
    [CLOCK_ESCALATION] = &clock_escalation, [CLOCK_FOLLOW_UP] = &clock_follow_up,
};

/* ---- the list ---- */

void clocks_add(struct clocks *clocks, const struct runbook_clock *clock)
{
    clocks->at = heap_resize(clocks->at, (clocks->n + 1) * sizeof *clocks->at);
    clocks->at[clocks->n] = *clock;
    texts_to_heap(&clock_texts, &clocks->at[clocks->n++]);
}

void clocks_free(struct engine *engine, struct clocks *clocks)
{
    due_clear(&engine->due, &clocks->due);
    for (size_t i = 0; i < clocks->n; i++)
        texts_free(&clock_texts, &clocks->at[i]);
    free(clocks->at);
    clocks->at = NULL;
    clocks->n = 0;
}

static const struct runbook_clock *next_clock(const struct clocks *clocks)
{
    const struct runbook_clock *next = NULL;
    for (size_t i = 0; i < clocks->n; i++)
        if (clocks->at[i].fires_us && (!next || clocks->at[i].fires_us < next->fires_us))
            next = &clocks->at[i];
    return next;
}

int clocks_last_number(const struct clocks *clocks)
{
    int last = 0;
    for (size_t i = 0; i < clocks->n; i++)
        last = clocks->at[i].number > last ? clocks->at[i].number : last;
    return last;
}

bool clocks_pending(const struct clocks *clocks)
{
    return next_clock(clocks) != NULL;
}

void clocks_arm(struct engine *engine, struct clocks *clocks)
{
    const struct runbook_clock *next = next_clock(clocks);
    if (next)
        due_set(&engine->due, &clocks->due, next->fires_us);
    else
        due_clear(&engine->due, &clocks->due);
}

/* ---- what the kinds share ---- */

int64_t clock_begins_us(const struct turn *turn, const struct runbook_clock *clock)
{
    return clock->since_us < turn->now_us ? clock->since_us : turn->now_us;
}

void clock_drive_once(struct turn *turn, struct runbook_clock *clock)
{
    clock->due_us = time_after_s(clock_begins_us(turn, clock), clock->after_s);
    clock->fires_us = clock->due_us > turn->now_us ? clock->due_us : turn->now_us;
}

int64_t clock_since_open(const struct incident_record *record, const struct runbook_clock *clock)
{
    if (!incident_is_open(record))
        return 0;
    return clock->event == PLAN_AFTER_ANSWERED ? record->incident.acknowledged_us : incident_since_us(record);
}

const char *clock_place(struct turn *turn, const struct runbook_clock *clock)
{
    return place_text(turn->arena, clock->file, clock->line);
}

struct json_writer *clock_event(struct turn *turn, const struct runbook_clock *clock)
{
    struct json_writer *body = event_begin(turn);
    jw_pair_int(body, "clock", clock->number);
    jw_pair(body, "what", clock->what);
    if (*clock->audience)
        jw_pair(body, "audience", clock->audience);
    jw_pair_time(body, "due", clock->due_us);
    jw_pair(body, "file", clock->file);
    jw_pair_int(body, "line", clock->line);
    return body;
}

/* ---- the plan of the incident ---- */

/* NULL: neither its level nor its procedure is known. */
static const struct plan *plan_of(struct engine *engine, const struct runbook *runbook,
                                  const struct severity *level, const struct procedure *procedure)
{
    const void *key[] = {level, procedure};
    struct plan *plan = map_get(engine->plans, key, sizeof key);
    if (plan || (!level && !procedure))
        return plan;
    plan = arena_alloc(engine->plan_arena, sizeof *plan);
    incident_plan(engine->plan_arena, runbook, level, procedure, plan);
    map_put(engine->plans, key, sizeof key, plan);
    return plan;
}

static int kind_of(const struct plan_entry *entry)
{
    bool has_time = entry->kind == PLAN_UPDATE ? entry->every_s > 0 : entry->after_s >= 0;
    for (int kind = 0; has_time && kind < N_CLOCK_KINDS; kind++)
        if (rules[kind] && rules[kind]->plan == entry->kind &&
            (!rules[kind]->takes || rules[kind]->takes(entry)))
            return kind;
    return -1;
}

static const char *joined(struct turn *turn, const struct strings *names)
{
    const char *text = "";
    list_each (name, names)
        text = arena_printf(turn->arena, "%s%s%s", text, *text ? ", " : "", *name);
    return text;
}

static struct runbook_clock *find(struct clocks *clocks, enum runbook_clock_kind kind,
                                  const struct plan_entry *entry, const char *audience)
{
    for (size_t i = 0; i < clocks->n; i++) {
        struct runbook_clock *clock = &clocks->at[i];
        if (clock->kind == kind && clock->event == entry->event && strcmp(clock->what, entry->what) == 0 &&
            strcmp(clock->audience, audience) == 0)
            return clock;
    }
    return NULL;
}

/* Where each clock of the plan should be: what it counts from is looked at later. */
struct wanted {
    bool planned;
    int64_t after_s;
};

static void want(struct turn *turn, struct incident_record *record, const struct runbook *runbook,
                 const struct plan_entry *entry, struct wanted *wanted)
{
    struct clocks *clocks = &record->clocks;
    int kind = kind_of(entry);
    if (kind < 0)
        return;
    const char *audience = joined(turn, &entry->to);
    struct runbook_clock *clock = find(clocks, (enum runbook_clock_kind)kind, entry, audience);
    if (!clock && clocks->n == MOST_CLOCKS)
        return;
    if (!clock) {
        clocks_add(clocks, &(struct runbook_clock){
                               .incident = record->incident.number,
                               .number = clocks_last_number(clocks) + 1,
                               .kind = (enum runbook_clock_kind)kind,
                               .state = CLOCK_STOPPED,
                               .what = entry->what,
                               .audience = audience,
                               .event = entry->event,
                               .is_review = entry->event == PLAN_AFTER_RESOLVED &&
                                            entry->after_s == runbook->parts.review_due_s,
                           });
        clock = &clocks->at[clocks->n - 1];
    }
    struct wanted *place = &wanted[clock - clocks->at];
    int64_t after_s = entry->kind == PLAN_UPDATE ? entry->every_s : entry->after_s;
    if (place->planned && place->after_s <= after_s)
        return; /* said twice: the shorter counts */
    *place = (struct wanted){true, after_s};
    clock->line = entry->line;
    text_keep(&clock->file, runbook->file);
}

static void stop(struct turn *turn, struct incident_record *record, struct runbook_clock *clock)
{
    const struct clock_rule *rule = rules[clock->kind];
    if (clock->state == CLOCK_STOPPED || clock->state == CLOCK_MET)
        return;
    clock->state = rule->is_met && rule->is_met(record) ? CLOCK_MET : CLOCK_STOPPED;
    clock->ended_us = turn->now_us;
    clock->fires_us = 0;
    turn_save_clock(turn, clock);
}

static void follow(struct turn *turn, struct incident_record *record, struct runbook_clock *clock,
                   const struct wanted *wanted)
{
    const struct clock_rule *rule = rules[clock->kind];
    int64_t since_us = wanted->planned ? rule->since(record, clock) : 0;
    if (since_us == 0) {
        stop(turn, record, clock);
        return;
    }
    bool same = since_us == clock->since_us;
    if (same &&
        (clock->state == CLOCK_MET || (wanted->after_s == clock->after_s && clock->state != CLOCK_STOPPED)))
        return;
    clock->since_us = since_us;
    clock->after_s = wanted->after_s;
    clock->state = CLOCK_RUNNING;
    clock->said = 0;
    clock->ended_us = 0;
    rule->drive(turn, clock);
    turn_save_clock(turn, clock);
}

static void settle(struct turn *turn, struct incident_record *record)
{
    clocks_arm(turn->engine, &record->clocks);
    if (!incident_is_open(record) && !clocks_pending(&record->clocks))
        incident_retire(turn->engine, record);
}

void clocks_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    const struct procedure *procedure;
    struct clocks *clocks = &record->clocks;
    struct wanted wanted[MOST_CLOCKS] = {0};
    if (what == CHANGE_ALERTS || what == CHANGE_PROGRESS)
        return;
    const struct runbook *runbook = incident_runbook(turn->engine, record, &procedure);
    const struct severity *level = incident_level(turn->engine, record);
    const struct plan *plan =
        runbook ? plan_of(turn->engine, runbook, level, incident_procedure(turn->engine, record)) : NULL;
    if (plan)
        list_each (entry, &plan->entries)
            want(turn, record, runbook, entry, wanted);
    for (size_t i = 0; i < clocks->n; i++) {
        if (!level && !wanted[i].planned) /* it is gone, or has another name now: what was promised stands */
            wanted[i] = (struct wanted){clocks->at[i].state != CLOCK_STOPPED, clocks->at[i].after_s};
        follow(turn, record, &clocks->at[i], &wanted[i]);
    }
    settle(turn, record);
}

void due_clocks(struct turn *turn, struct due *due)
{
    struct incident_record *record = DUE_HOLDER(due, struct incident_record, clocks.due);
    struct clocks *clocks = &record->clocks;
    for (size_t i = 0; i < clocks->n; i++) {
        struct runbook_clock *clock = &clocks->at[i];
        if (!clock->fires_us || clock->fires_us > turn->now_us)
            continue;
        rules[clock->kind]->due(turn, record, clock);
        must(!clock->fires_us || clock->fires_us > turn->now_us);
        clock->said++;
        turn_save_clock(turn, clock);
    }
    settle(turn, record);
    review_follow(turn, record, CHANGE_STATE);
}

/* ---- a clock that was set back ---- */

static void move(struct turn *turn, struct runbook_clock *clock, int64_t by_us)
{
    clock->due_us -= by_us;
    clock->fires_us -= by_us;
    if (clock->fires_us < turn->now_us)
        clock->fires_us = turn->now_us;
    turn_save_clock(turn, clock);
}

void clocks_move(struct turn *turn, struct incident_record *record, int64_t by_us)
{
    for (size_t i = 0; i < record->clocks.n; i++)
        if (record->clocks.at[i].fires_us)
            move(turn, &record->clocks.at[i], by_us);
    clocks_arm(turn->engine, &record->clocks);
}

void clocks_bring_near(struct turn *turn, struct incident_record *record)
{
    for (size_t i = 0; i < record->clocks.n; i++) {
        struct runbook_clock *clock = &record->clocks.at[i], fresh = *clock;
        rules[clock->kind]->drive(turn, &fresh);
        if (clock->fires_us && fresh.due_us < clock->due_us)
            move(turn, clock, clock->due_us - fresh.due_us);
    }
    clocks_arm(turn->engine, &record->clocks);
}

/* ---- new runbooks ---- */

void clocks_learn(struct engine *engine)
{
    engine->learned = true;
    arena_reset(engine->plan_arena);
    map_free(engine->plans);
    engine->plans = map_new();
}

void clocks_review(struct turn *turn)
{
    turn->engine->learned = false;
    for (struct incident_record *record = turn->engine->first; record; record = record->next)
        if (!news_opens(record))
            clocks_follow(turn, record, CHANGE_STATE);
    recurring_review(turn);
    actions_learn(turn);
    proofs_learn(turn);
}

/* ---- INPUT_CLOCK_DONE ---- */

void decide_clock_done(struct turn *turn, const struct input *input)
{
    if (input->incident == 0) {
        recurring_done(turn, input);
        return;
    }
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    int64_t number = record->incident.number;
    struct clocks *clocks = &record->clocks;
    struct runbook_clock *clock = NULL;
    for (size_t i = 0; i < clocks->n; i++)
        if (clocks->at[i].number == input->item && clocks->at[i].since_us)
            clock = &clocks->at[i];
    if (!clock) {
        turn_answer(turn, OUTCOME_NOT_FOUND, number, "Incident %lld has no clock %d.", (long long)number,
                    input->item);
        return;
    }
    if (clock->kind != CLOCK_FOLLOW_UP && clock->kind != CLOCK_PHASE && clock->kind != CLOCK_ESCALATION) {
        turn_answer(turn, OUTCOME_CONFLICT, number,
                    "\"%s\" is not ticked off: acknowledge, resolve, or record an update.", clock->what);
        return;
    }
    if (clock->state == CLOCK_MET || clock->state == CLOCK_STOPPED) {
        turn_answer(turn, clock->state == CLOCK_MET ? OUTCOME_DONE : OUTCOME_CONFLICT, number,
                    "\"%s\" is %s already.", clock->what, clock->state == CLOCK_MET ? "done" : "not wanted");
        return;
    }
    const char *actor = text_or(input->actor, "somebody");
    const char *late =
        turn->now_us > clock->due_us
            ? arena_printf(turn->arena, ", %s late", duration_text(turn->arena, turn->now_us - clock->due_us))
            : ", in time";
    clock->state = CLOCK_MET;
    clock->ended_us = turn->now_us;
    clock->fires_us = 0;
    turn_save_clock(turn, clock);
    struct json_writer *body = clock_event(turn, clock);
    if (input->text && *input->text)
        jw_pair(body, "text", text_head(turn->arena, input->text, 4096));
    event_end(turn, number, actor, "clock.met", "%s: \"%s\" is done%s (%s)", actor, clock->what, late,
              clock_place(turn, clock));
    incident_progress(turn, record, actor);
    clocks_follow(turn, record, CHANGE_STATE); /* what follows from the review */
    review_follow(turn, record, CHANGE_STATE);
    turn_answer(turn, OUTCOME_DONE, number, "\"%s\" is done%s.", clock->what, late);
}
