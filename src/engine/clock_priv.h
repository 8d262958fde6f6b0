/* The clocks of incidents and runbooks. Included by engine_priv.h only.
 *
 * Which clocks run follows from the plan of the incident's level (runbook/policy_plan.h) and from its state;
 * clocks_follow() brings the two together whenever one of them changes. Each kind has a file and a row in the
 * table of clocks.c. */
#pragma once

#include "engine/clock.h"
#include "engine/due.h"

struct incident_record;
struct turn;
struct json_writer;

/* The clocks of one incident, or those of none; the timer is of the one that fires first. */
struct clocks {
    struct runbook_clock *at; /* texts on the heap */
    size_t n;
    struct due due;
};

struct clock_rule {
    enum plan_kind plan; /* entries of a plan that become such a clock */
    /* May an entry of that kind be one? NULL: always. */
    bool (*takes)(const struct plan_entry *entry);
    /* Since when it counts as the incident is now; 0: it is not wanted. */
    int64_t (*since)(const struct incident_record *record, const struct runbook_clock *clock);
    /* It is not wanted because what it asks for was done. NULL: never. */
    bool (*is_met)(const struct incident_record *record);
    /* Counts from clock->since_us, for clock->after_s: sets due_us and fires_us, never before now. */
    void (*drive)(struct turn *turn, struct runbook_clock *clock);
    /* Its time has come, or more of it: says so, and sets fires_us to a later time, or to 0. */
    void (*due)(struct turn *turn, struct incident_record *record, struct runbook_clock *clock);
};

extern const struct clock_rule clock_response, clock_resolution, clock_update, clock_phase, clock_escalation,
    clock_follow_up;

/* ---- clocks.c ---- */

void clocks_add(struct clocks *clocks, const struct runbook_clock *clock);
void clocks_free(struct engine *engine, struct clocks *clocks);
/* The highest number given away; 0: none. One that never ran is not kept, and so may leave a hole. */
int clocks_last_number(const struct clocks *clocks);
/* Does one of them have something to say yet? */
bool clocks_pending(const struct clocks *clocks);
/* Sets the timer after a clock was changed. */
void clocks_arm(struct engine *engine, struct clocks *clocks);
void turn_save_clock(struct turn *turn, const struct runbook_clock *clock);
/* Since when it counts; now, when the clock was set back to before that. */
int64_t clock_begins_us(const struct turn *turn, const struct runbook_clock *clock);
/* Counts to since_us + after_s, and once more from there; the usual drive(). */
void clock_drive_once(struct turn *turn, struct runbook_clock *clock);
/* It is wanted, and burns: the clocks of work run, from the opening or from the acknowledgement. */
int64_t clock_since_open(const struct incident_record *record, const struct runbook_clock *clock);
/* "checkout.md line 12" */
const char *clock_place(struct turn *turn, const struct runbook_clock *clock);
/* Begins an event about the clock. */
struct json_writer *clock_event(struct turn *turn, const struct runbook_clock *clock);

/* The clock was set back by so much: they are due that much earlier by it. */
void clocks_move(struct turn *turn, struct incident_record *record, int64_t by_us);
/* After a restart: the same, when nobody knows by how much. */
void clocks_bring_near(struct turn *turn, struct incident_record *record);

/* The runbooks are new: plans are made anew, and the next turn brings every clock in line. */
void clocks_learn(struct engine *engine);
void clocks_review(struct turn *turn);

/* ---- remind.c: whom a clock tells ---- */

/* Whoever holds the general role in the incident, else whoever the configuration gives it to, now. */
void role_people(struct turn *turn, const struct incident_record *record, const char *general,
                 struct strings *ret_people);
/* Pages them although somebody may have the incident; when they are nobody or none can be reached, the
 * commander; when that is nobody, and somebody has the incident, the first step of its chain that reaches
 * anybody. ret_people (may be first): who is told. */
void remind_first(struct turn *turn, struct incident_record *record, const struct strings *first,
                  const char *why, struct strings *ret_people);
/* The commander: by role, else whoever acknowledged. */
void commanding_people(struct turn *turn, const struct incident_record *record, struct strings *ret_people);
/* The member of an event: "told": ["ana"]. */
void write_told(struct json_writer *body, const struct strings *people);

/* ---- recurring.c: maintenance and drills ---- */

/* Takes what the runbooks say now. */
void recurring_review(struct turn *turn);
/* INPUT_CLOCK_DONE of no incident. */
void recurring_done(struct turn *turn, const struct input *input);
