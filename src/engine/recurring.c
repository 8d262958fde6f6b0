/* CLOCK_MAINTENANCE, CLOCK_DRILL: what the runbooks want done again and again, and the dates they name. Each
 * is a clock of no incident, known by its file and its words; when it is due the system's stream says so, and
 * again after a day and every week, until a person says that it is done. That counts for all that was due by
 * then, or, when nothing is, for the next time.
 *
 *   running, due Monday  ->  overdue since Monday  ->  done: running, due the Monday after
 *   since_us: when it was last said, from which the next occurrence counts */
#include <string.h>

#include "engine/engine_priv.h"
#include "roster/recurrence.h"
#include "roster/zone.h"

enum { REMINDED_FIRST_S = 86400, REMINDED_EVERY_S = 7 * 86400 };

static const struct zone *zone_of(const struct engine *engine)
{
    const struct config *config = engine->config;
    const struct zone *zone = config->schedules.n ? zone_find(config->schedules.at[0].timezone) : NULL;
    return zone ? zone : zone_find("UTC");
}

static bool is_date(const char *rule)
{
    return strncmp(rule, "FREQ=", 5) != 0;
}

static struct runbook_clock *find(struct clocks *clocks, const struct runbook_clock *wanted)
{
    for (size_t i = 0; i < clocks->n; i++) {
        struct runbook_clock *clock = &clocks->at[i];
        if (clock->kind == wanted->kind && strcmp(clock->file, wanted->file) == 0 &&
            strcmp(clock->what, wanted->what) == 0)
            return clock;
    }
    return NULL;
}

static void start(struct turn *turn, struct runbook_clock *clock)
{
    const struct zone *zone = zone_of(turn->engine);
    clock->since_us = turn->now_us;
    clock->due_us = is_date(clock->rule) ? recurrence_day_us(clock->rule, zone)
                                         : recurrence_next_us(clock->rule, zone, turn->now_us);
    clock->fires_us = clock->due_us && clock->due_us < turn->now_us ? turn->now_us : clock->due_us;
    clock->state = clock->due_us ? CLOCK_RUNNING : CLOCK_STOPPED;
    clock->said = 0;
    clock->ended_us = 0;
}

/* Marks the clock as wanted by a line that is not negative. */
static void want(struct turn *turn, const struct runbook_clock *wanted)
{
    struct clocks *clocks = &turn->engine->recurring;
    struct runbook_clock *clock = find(clocks, wanted);
    if (!clock) {
        int number = clocks_last_number(clocks) + 1;
        clocks_add(clocks, wanted);
        clock = &clocks->at[clocks->n - 1];
        clock->number = number;
        clock->state = CLOCK_STOPPED;
    }
    bool moved = clock->line != wanted->line;
    clock->line = wanted->line;
    if (clock->state == CLOCK_STOPPED || strcmp(clock->rule, wanted->rule) != 0) {
        text_keep(&clock->rule, wanted->rule);
        start(turn, clock);
        moved = true;
    }
    if (moved)
        turn_save_clock(turn, clock);
}

static bool is_wanted(const struct engine *engine, const struct runbook_clock *clock)
{
    const struct runbook *runbook = engine->library ? library_find(engine->library, clock->file) : NULL;
    if (!runbook)
        return false;
    list_each (task, &runbook->parts.maintenance)
        if (clock->kind == CLOCK_MAINTENANCE && task->rrule && strcmp(task->task, clock->what) == 0)
            return true;
    list_each (drill, &runbook->parts.drills)
        if (clock->kind == CLOCK_DRILL && strcmp(drill->name, clock->what) == 0)
            return true;
    return false;
}

/* "Run a restore drill every month" is read as both. */
static bool is_drill(const struct runbook *runbook, int line)
{
    list_each (drill, &runbook->parts.drills)
        if (drill->line == line)
            return true;
    return false;
}

static void want_all(struct turn *turn, const struct runbook *runbook)
{
    list_each (task, &runbook->parts.maintenance)
        if (task->rrule && !is_drill(runbook, task->line))
            want(turn, &(struct runbook_clock){.kind = CLOCK_MAINTENANCE,
                                               .what = task->task,
                                               .file = runbook->file,
                                               .line = task->line,
                                               .rule = task->rrule});
    list_each (drill, &runbook->parts.drills) {
        const char *rule = drill->date ? drill->date : drill->rrule;
        if (rule)
            want(turn, &(struct runbook_clock){.kind = CLOCK_DRILL,
                                               .what = drill->name,
                                               .file = runbook->file,
                                               .line = drill->line,
                                               .rule = rule});
    }
}

void recurring_review(struct turn *turn)
{
    struct engine *engine = turn->engine;
    struct clocks *clocks = &engine->recurring;
    for (size_t i = 0; i < clocks->n; i++) {
        struct runbook_clock *clock = &clocks->at[i];
        if (clock->state == CLOCK_STOPPED || is_wanted(engine, clock))
            continue;
        clock->state = CLOCK_STOPPED;
        clock->fires_us = 0;
        clock->ended_us = turn->now_us;
        turn_save_clock(turn, clock);
    }
    for (size_t i = 0; engine->library && i < engine->library->n_runbooks; i++)
        want_all(turn, engine->library->runbooks[i]);
    clocks_arm(engine, clocks);
}

/* Times of the rule after that moment; 0: there are none, or it is one date. */
static int64_t next_us(struct turn *turn, const struct runbook_clock *clock, int64_t after_us)
{
    return is_date(clock->rule) ? 0 : recurrence_next_us(clock->rule, zone_of(turn->engine), after_us);
}

static const char *day_text(struct turn *turn, int64_t at_us)
{
    return arena_printf(turn->arena, "%.10s", time_text(turn->arena, at_us));
}

static void say_due(struct turn *turn, const struct runbook_clock *clock, bool again, int64_t next)
{
    bool drill = clock->kind == CLOCK_DRILL;
    const char *kinds[2][2] = {{"maintenance.due", "maintenance.overdue"}, {"drill.due", "drill.overdue"}};
    const char *then = next ? arena_printf(turn->arena, "; next time %s", day_text(turn, next)) : "";
    bool late = turn->now_us - clock->due_us >= US_PER_S;
    struct json_writer *body = clock_event(turn, clock);
    jw_pair(body, "rule", clock->rule);
    jw_pair_int(body, "clock", clock->number);
    event_end(turn, 0, NULL, kinds[drill][again], "%s is %s%s%s: %s (%s)%s%s%s",
              drill ? "A drill" : "Maintenance", again ? "not done, and due" : "due", late ? " since " : "",
              late ? day_text(turn, clock->due_us) : "", clock->what, clock_place(turn, clock), then,
              drill ? "; `crashcart drill due` says which one to run" : "", lateness(turn, clock->fires_us));
}

static void fire(struct turn *turn, struct runbook_clock *clock)
{
    int64_t next = next_us(turn, clock, turn->now_us), wanted = next_us(turn, clock, clock->since_us);
    bool first = clock->state == CLOCK_RUNNING;
    say_due(turn, clock, !first && (wanted == 0 || wanted > turn->now_us), next);
    int64_t remind = time_after_s(turn->now_us, first ? REMINDED_FIRST_S : REMINDED_EVERY_S);
    clock->state = CLOCK_OVERDUE;
    clock->said++;
    clock->since_us = turn->now_us;
    clock->fires_us = next && next < remind ? next : remind;
    turn_save_clock(turn, clock);
}

void due_recurring(struct turn *turn, struct due *due)
{
    struct clocks *clocks = DUE_HOLDER(due, struct clocks, due);
    for (size_t i = 0; i < clocks->n; i++)
        if (clocks->at[i].fires_us && clocks->at[i].fires_us <= turn->now_us)
            fire(turn, &clocks->at[i]);
    clocks_arm(turn->engine, clocks);
}

void recurring_done(struct turn *turn, const struct input *input)
{
    struct clocks *clocks = &turn->engine->recurring;
    struct runbook_clock *clock = NULL;
    for (size_t i = 0; i < clocks->n; i++)
        if (clocks->at[i].number == input->item)
            clock = &clocks->at[i];
    if (!clock) {
        turn_answer(turn, OUTCOME_NOT_FOUND, 0, "There is no maintenance and no drill %d.", input->item);
        return;
    }
    if (clock->state == CLOCK_MET || clock->state == CLOCK_STOPPED) {
        turn_answer(turn, clock->state == CLOCK_MET ? OUTCOME_DONE : OUTCOME_CONFLICT, 0,
                    "\"%s\" is %s already.", clock->what, clock->state == CLOCK_MET ? "done" : "not wanted");
        return;
    }
    const char *actor = text_or(input->actor, "somebody");
    int64_t was_us = clock->due_us, far_us = was_us > turn->now_us ? was_us : turn->now_us;
    const char *how = was_us > turn->now_us ? "early" : "late";
    const char *length =
        duration_text(turn->arena, was_us > turn->now_us ? was_us - turn->now_us : turn->now_us - was_us);
    int64_t next = next_us(turn, clock, far_us);
    clock->state = next ? CLOCK_RUNNING : CLOCK_MET;
    clock->since_us = turn->now_us;
    clock->said = 0;
    clock->due_us = next ? next : was_us;
    clock->fires_us = next;
    clock->ended_us = next ? 0 : turn->now_us;
    turn_save_clock(turn, clock);
    clocks_arm(turn->engine, clocks);
    const char *then = next ? arena_printf(turn->arena, "; next time %s", day_text(turn, next)) : "";
    struct json_writer *body = clock_event(turn, clock);
    jw_pair_int(body, "clock", clock->number);
    if (input->text && *input->text)
        jw_pair(body, "text", text_head(turn->arena, input->text, 4096));
    event_end(turn, 0, actor, clock->kind == CLOCK_DRILL ? "drill.done" : "maintenance.done",
              "%s: \"%s\" is done, %s %s (%s)%s", actor, clock->what, length, how, clock_place(turn, clock),
              then);
    turn_answer(turn, OUTCOME_DONE, 0, "\"%s\" is done%s.", clock->what, then);
}
