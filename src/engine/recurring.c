/* CLOCK_MAINTENANCE, CLOCK_DRILL: what the runbooks want done again and again, and the dates they name. Each
 * is a clock of no incident, known by its file and its words; when it is due the system's stream says so. */
#include <string.h>

#include "engine/engine_priv.h"
#include "roster/recurrence.h"
#include "roster/zone.h"

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

static void say_due(struct turn *turn, const struct runbook_clock *clock)
{
    bool drill = clock->kind == CLOCK_DRILL;
    const char *next = clock->fires_us ? arena_printf(turn->arena, "; next time %.10s",
                                                      time_text(turn->arena, clock->fires_us))
                                       : "";
    const char *was = "";
    if (turn->now_us - clock->due_us >= US_PER_S)
        was = arena_printf(turn->arena, " since %.10s", time_text(turn->arena, clock->due_us));
    jw_pair(clock_event(turn, clock), "rule", clock->rule);
    event_end(turn, 0, NULL, drill ? "drill.due" : "maintenance.due", "%s is due%s: %s (%s)%s",
              drill ? "A drill" : "Maintenance", was, clock->what, clock_place(turn, clock), next);
}

void due_recurring(struct turn *turn, struct due *due)
{
    struct clocks *clocks = DUE_HOLDER(due, struct clocks, due);
    for (size_t i = 0; i < clocks->n; i++) {
        struct runbook_clock *clock = &clocks->at[i];
        if (!clock->fires_us || clock->fires_us > turn->now_us)
            continue;
        bool once = is_date(clock->rule);
        int64_t next_us = once ? 0 : recurrence_next_us(clock->rule, zone_of(turn->engine), turn->now_us);
        clock->fires_us = next_us;
        clock->said++;
        say_due(turn, clock);
        clock->state = once ? CLOCK_OVERDUE : CLOCK_RUNNING;
        clock->due_us = once ? clock->due_us : next_us;
        turn_save_clock(turn, clock);
    }
    clocks_arm(turn->engine, clocks);
}
