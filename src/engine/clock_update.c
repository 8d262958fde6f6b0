/* CLOCK_UPDATE: the runbook's cadence, an audience each. A little before one is due the timeline says that
 * its draft is there. When an update is due the communications lead is paged; when it is still not recorded a
 * little later, the commander; where there are no such people, who is on call. Recording one starts the time
 * anew. */
#include <string.h>

#include "engine/engine_priv.h"

enum { READY_MOST_S = 300, READY_PART = 5 };
enum { GRACE_LEAST_S = 300, GRACE_MOST_S = 900, TEXT_BYTES = 16 * 1024, AUDIENCE_BYTES = 80 };

static int64_t since(const struct incident_record *record, const struct runbook_clock *clock)
{
    int64_t open_us = clock_since_open(record, clock);
    return open_us && clock->since_us > open_us ? clock->since_us : open_us; /* the last one recorded */
}

static int64_t grace_s(const struct runbook_clock *clock)
{
    int64_t grace = clock->after_s / 3;
    grace = grace < GRACE_LEAST_S ? GRACE_LEAST_S : grace > GRACE_MOST_S ? GRACE_MOST_S : grace;
    return grace < clock->after_s ? grace : clock->after_s / 2;
}

/* The draft is looked at before it is due. */
static void drive(struct turn *turn, struct runbook_clock *clock)
{
    int64_t lead_s = clock->after_s / READY_PART;
    int64_t lead_us = (lead_s < READY_MOST_S ? lead_s : READY_MOST_S) * US_PER_S;
    clock_drive_once(turn, clock);
    if (clock->due_us - lead_us > turn->now_us)
        clock->fires_us = clock->due_us - lead_us;
}

/* Odd times it is said are the grace after the even ones. */
static bool is_grace(const struct runbook_clock *clock)
{
    return clock->said % 2 == 1;
}

/* "to stakeholder", "to everybody concerned" */
static const char *audience_text(struct turn *turn, const struct runbook_clock *clock)
{
    return *clock->audience ? arena_printf(turn->arena, " to %s", clock->audience) : "";
}

static void set_next(struct turn *turn, struct runbook_clock *clock, bool grace)
{
    int64_t every_us = clock->after_s * US_PER_S;
    int64_t periods = (turn->now_us - clock->due_us) / every_us + 1;
    clock->fires_us = grace ? clock->due_us + periods * every_us : time_after_s(turn->now_us, grace_s(clock));
}

static void say_ready(struct turn *turn, const struct incident_record *record, struct runbook_clock *clock)
{
    clock_event(turn, clock);
    event_end(turn, record->incident.number, NULL, "update.ready",
              "The draft of the next update%s is ready; it is due at %s (%s)", audience_text(turn, clock),
              minute_text(turn->arena, clock->due_us), clock_place(turn, clock));
    clock->fires_us = clock->due_us;
    clock->said--; /* that is no reminder */
}

static void due(struct turn *turn, struct incident_record *record, struct runbook_clock *clock)
{
    if (turn->now_us < clock->due_us) {
        say_ready(turn, record, clock);
        return;
    }
    struct arena *arena = turn->arena;
    struct strings people = {0};
    bool grace = is_grace(clock);
    const char *late = lateness(turn, clock->fires_us), *place = clock_place(turn, clock);
    const char *every = duration_text(arena, clock->after_s * US_PER_S);
    const char *whom = audience_text(turn, clock);
    const char *what =
        grace ? arena_printf(arena, "No update%s for %s, and one is wanted every %s (%s)%s", whom,
                             duration_text(arena, turn->now_us - clock->due_us + clock->after_s * US_PER_S),
                             every, place, late)
              : arena_printf(arena, "An update%s is due, as every %s (%s)%s", whom, every, place, late);
    clock->state = CLOCK_OVERDUE;
    set_next(turn, clock, grace);
    if (!grace)
        role_people(turn, record, "communications-lead", &people);
    remind_first(turn, record, &people, what, &people);
    write_told(clock_event(turn, clock), &people);
    event_end(turn, record->incident.number, NULL, grace ? "update.overdue" : "update.due", "%s%s", what,
              people.n                     ? ""
              : incident_has_owner(record) ? ": nobody is there to be reminded"
                                           : ": nobody has the incident yet");
}

const struct clock_rule clock_update = {PLAN_UPDATE, NULL, since, NULL, drive, due};

/* ---- INPUT_UPDATE ---- */

static bool is_for(const struct runbook_clock *clock, const char *audience)
{
    return clock->kind == CLOCK_UPDATE && clock->state != CLOCK_STOPPED &&
           (!*audience || audience_among(clock->audience, audience));
}

static const char *audiences_text(struct turn *turn, const struct clocks *clocks)
{
    const char *text = "";
    for (size_t i = 0; i < clocks->n; i++)
        if (is_for(&clocks->at[i], "") && *clocks->at[i].audience)
            text = arena_printf(turn->arena, "%s%s%s", text, *text ? "; " : "", clocks->at[i].audience);
    return text;
}

static size_t count_for(const struct clocks *clocks, const char *audience)
{
    size_t n = 0;
    for (size_t i = 0; i < clocks->n; i++)
        n += is_for(&clocks->at[i], audience);
    return n;
}

void updates_start_anew(struct turn *turn, struct incident_record *record, const char *audience)
{
    for (size_t i = 0; i < record->clocks.n; i++) {
        struct runbook_clock *clock = &record->clocks.at[i];
        if (!is_for(clock, audience))
            continue;
        clock->since_us = turn->now_us;
        clock->state = CLOCK_RUNNING;
        clock->said = 0;
        drive(turn, clock);
        turn_save_clock(turn, clock);
    }
    clocks_arm(turn->engine, &record->clocks);
}

void decide_update(struct turn *turn, const struct input *input)
{
    struct incident_record *record = incident_wanted(turn, input->incident);
    if (!record)
        return;
    int64_t number = record->incident.number;
    const char *actor = text_or(input->actor, "somebody");
    const char *audience = text_head(turn->arena, text_or(input->word, ""), AUDIENCE_BYTES);
    if (!input->text || !*input->text) {
        turn_answer(turn, OUTCOME_INVALID, number, "An update needs a text.");
        return;
    }
    if (*audience && count_for(&record->clocks, audience) == 0) {
        const char *known = audiences_text(turn, &record->clocks);
        turn_answer(turn, OUTCOME_INVALID, number, "No update is promised to \"%s\". %s%s%s", audience,
                    *known ? "They are to: " : "None is promised to anybody", known, ".");
        return;
    }
    const char *text = arena_strndup(turn->arena, input->text, strnlen(input->text, TEXT_BYTES));
    struct json_writer *body = event_begin(turn);
    jw_pair(body, "text", text);
    if (*audience)
        jw_pair(body, "audience", audience);
    event_end(turn, number, actor, "update.recorded", "Update%s%s: %s", *audience ? " to " : "", audience,
              text_head(turn->arena, text, 300));
    if (incident_is_open(record))
        updates_start_anew(turn, record, audience);
    incident_progress(turn, record, actor);
    turn_answer(turn, OUTCOME_DONE, number, "Recorded on incident %lld.", (long long)number);
}
