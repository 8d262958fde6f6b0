/* The review that a runbook promises: made by the resolve as an action item of the commander's, at ten
 * o'clock of the first working day that leaves time to sleep and lies inside the deadline; closed with its
 * clock, by either name. And items that ask for a change of a runbook: they close when the file changed and
 * lint finds no error. */
#include <string.h>

#include "engine/engine_priv.h"
#include "roster/zone.h"
#include "runbook/lint.h"

enum { HOUR_S = 3600, DAY_S = 86400, MEETING_S = 10 * HOUR_S, REST_S = 12 * HOUR_S, DAYS_LOOKED_AT = 60 };

static struct runbook_clock *review_clock(struct incident_record *record)
{
    for (size_t i = 0; i < record->clocks.n; i++)
        if (record->clocks.at[i].is_review && record->clocks.at[i].kind == CLOCK_FOLLOW_UP)
            return &record->clocks.at[i];
    return NULL;
}

static struct action_item *review_item(struct incident_record *record)
{
    for (size_t i = 0; i < record->actions.n; i++)
        if (record->actions.at[i].kind == ACTION_REVIEW)
            return &record->actions.at[i];
    return NULL;
}

/* Before the deadline with an hour to hold it; a working day when there is one, else any day, else the
 * deadline. */
static int64_t meeting_us(const struct engine *engine, int64_t resolved_us, int64_t deadline_us)
{
    const struct config *config = engine->config;
    const struct zone *zone = config->schedules.n ? zone_find(config->schedules.at[0].timezone) : NULL;
    zone = zone ? zone : zone_find("UTC");
    int64_t first = local_day(zone_local_s(zone, resolved_us / US_PER_S));
    for (int any = 0; any < 2; any++)
        for (int64_t day = first; day < first + DAYS_LOOKED_AT; day++) {
            int64_t weekday = (day + 3) % 7; /* Monday is 0: 1970-01-01 was a Thursday */
            int64_t at_us = zone_utc_s(zone, day * DAY_S + MEETING_S) * US_PER_S;
            if (at_us + HOUR_S * US_PER_S > deadline_us)
                break;
            if (at_us >= resolved_us + REST_S * US_PER_S && (any || weekday < 5))
                return at_us;
        }
    return deadline_us;
}

static void schedule(struct turn *turn, struct incident_record *record, const struct runbook_clock *clock)
{
    struct strings people = {0};
    int64_t number = record->incident.number;
    int64_t at_us = meeting_us(turn->engine, record->incident.resolved_us, clock->due_us);
    struct action_item *item = review_item(record);
    commanding_people(turn, record, &people);
    if (!item)
        item = action_add(turn, record,
                          &(struct action_item){.kind = ACTION_REVIEW,
                                                .priority = ACTION_HIGH,
                                                .what = clock->what,
                                                .owner = people.n ? people.at[0] : "",
                                                .file = clock->file,
                                                .line = clock->line,
                                                .made_by = "system",
                                                .due_us = at_us});
    else { /* it was resolved before */
        item->state = ACTION_OPEN;
        item->ended_us = 0;
        item->said = 0;
        item->due_us = at_us;
        item->fires_us = at_us > turn->now_us ? at_us : turn->now_us + 1;
        action_save(turn, item);
        actions_arm(turn->engine, record);
    }
    struct json_writer *body = action_event(turn, item);
    jw_pair_time(body, "deadline", clock->due_us);
    event_end(turn, number, NULL, "review.scheduled", "The review is on %s%s%s, inside its deadline %s (%s)",
              minute_text(turn->arena, at_us), *item->owner ? ", by " : "", item->owner,
              minute_text(turn->arena, clock->due_us), clock_place(turn, clock));
}

void review_follow(struct turn *turn, struct incident_record *record, enum incident_change what)
{
    const struct runbook_clock *clock = review_clock(record);
    struct action_item *item = review_item(record);
    bool wanted = clock && (clock->state == CLOCK_RUNNING || clock->state == CLOCK_OVERDUE);
    if (what == CHANGE_ALERTS)
        return;
    if (wanted && (!item || (item->state != ACTION_OPEN && clock->since_us > item->ended_us))) {
        schedule(turn, record, clock);
    } else if (!wanted && clock && item && item->state == ACTION_OPEN) {
        bool met = clock->state == CLOCK_MET;
        action_end(turn, record, item, met ? ACTION_DONE : ACTION_DROPPED, "system", NULL);
        action_event(turn, item);
        event_end(turn, record->incident.number, NULL, met ? "action.done" : "action.dropped",
                  "The review (action item %d) is %s with its clock", item->item,
                  met ? "done" : "not wanted any more");
    }
}

void review_end(struct turn *turn, struct incident_record *record, struct action_item *item,
                const struct input *input, enum action_state state)
{
    const struct runbook_clock *clock = review_clock(record);
    int64_t number = record->incident.number;
    bool runs = clock && (clock->state == CLOCK_RUNNING || clock->state == CLOCK_OVERDUE);
    if (state != ACTION_DONE) {
        turn_answer(turn, OUTCOME_CONFLICT, number,
                    "The runbook promises the review: it is done, or its incident is closed.");
        return;
    }
    if (runs) {
        struct input done = *input;
        done.item = clock->number;
        done.text = input->action->note;
        decide_clock_done(turn, &done); /* which ends the item */
    }
    if (item->state == ACTION_OPEN) { /* it was given up, or the runbook has changed */
        const char *actor = text_or(input->actor, "somebody");
        action_end(turn, record, item, ACTION_DONE, actor, input->action->note);
        action_event(turn, item);
        event_end(turn, number, actor, "action.done", "The review (action item %d) is done", item->item);
    }
    turn_answer(turn, OUTCOME_DONE, number, "The review of incident %lld is done.", (long long)number);
}

/* ---- items that ask for a change of a runbook ---- */

static const struct defect *first_error(struct turn *turn, const struct runbook *runbook, size_t *ret_n)
{
    const struct lint_surroundings surroundings = {.today_us = turn->now_us};
    const struct defect *first = NULL;
    struct defect_list found = {0};
    lint_runbook(turn->arena, runbook, &surroundings, &found);
    *ret_n = 0;
    list_each (defect, &found) {
        if (strcmp(defect->level, "error") != 0)
            continue;
        if (!first)
            first = defect;
        ++*ret_n;
    }
    return first;
}

static void look(struct turn *turn, struct incident_record *record, struct action_item *item)
{
    const struct engine *engine = turn->engine;
    const struct runbook *runbook = engine->library ? library_find(engine->library, item->file) : NULL;
    int64_t number = record->incident.number;
    size_t n_errors;
    if (!runbook || strcmp(runbook->sha256, item->sha256) == 0)
        return;
    const struct defect *error = first_error(turn, runbook, &n_errors);
    text_keep(&item->sha256, runbook->sha256);
    if (error) {
        action_save(turn, item);
        action_event(turn, item);
        event_end(turn, number, NULL, "action.refused",
                  "%s has changed, but lint finds %zu %s (line %d: %s): action item %d stays open",
                  item->file, n_errors, n_errors == 1 ? "error" : "errors", error->line, error->message,
                  item->item);
        return;
    }
    action_end(turn, record, item, ACTION_DONE, "system",
               arena_printf(turn->arena, "%s changed (SHA-256 %.12s), and lint finds no error", item->file,
                            runbook->sha256));
    jw_pair(action_event(turn, item), "sha256", runbook->sha256);
    event_end(turn, number, NULL, "action.done",
              "Action item %d is done: %s changed, and lint finds no error", item->item, item->file);
}

void actions_learn(struct turn *turn)
{
    for (struct incident_record *record = turn->engine->first, *next; record; record = next) {
        next = record->next;
        for (size_t i = 0; i < record->actions.n; i++)
            if (record->actions.at[i].kind == ACTION_RUNBOOK && record->actions.at[i].state == ACTION_OPEN)
                look(turn, record, &record->actions.at[i]);
    }
}
