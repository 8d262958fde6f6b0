/* The inside of the engine: what it keeps, and the turn, which is one input (or what is due) being decided.
 *
 * A handler changes the records and pushes decisions through the turn. An incident that it touched is saved
 * once, when the turn ends, so that the ledger gets one value of it a turn. What alerts did to an incident is
 * gathered as news over the whole turn and becomes one event a kind. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/map.h"
#include "engine/actions_priv.h"
#include "engine/alert_table.h"
#include "engine/chain.h"
#include "engine/clock_priv.h"
#include "engine/engine.h"
#include "engine/evidence_priv.h"
#include "engine/hold_priv.h"
#include "engine/step_values.h"
#include "engine/texts.h"
#include "runbook/measure.h"
#include "runbook/policy.h"
#include "runbook/severity_scale.h"

struct delivery_record {
    struct delivery delivery; /* texts on the heap */
    struct due retry;
    struct delivery_record *next; /* of the same incident, in the order of their numbers */
};

/* One kind of alert that an incident knows: by service, alert name and runbook URL, whose like joins without
 * asking the runbooks again; or by alert name and severity labels, whose like is as severe. */
struct kin {
    struct kin *next;
    size_t n_bytes;
    char key[];
};

enum { WORDINGS = 8 };

struct incident_record {
    struct incident incident; /* texts on the heap */
    int moved_to;             /* the state that the ledger knows; -1: none yet */
    struct due escalate, hold_down, tell, lease, mute, flapping, calm, approval, verify;
    struct clocks clocks;
    struct actions actions;
    struct delivery_record *deliveries; /* that are not settled */
    struct run_step *steps;             /* by position; texts on the heap, without output */
    size_t n_steps;
    struct role_holder *roles; /* texts on the heap */
    size_t n_roles;
    struct check_item *checks; /* in their order; texts on the heap */
    size_t n_checks;
    struct kin *kin;
    int n_severities; /* looked up for alerts that joined */
    int n_looked_at;  /* of those whose wording was looked at */
    struct wordings {
        size_t n;
        uint64_t of[WORDINGS];
    } wordings;                                              /* of wording.c */
    struct custody custody;                                  /* who has read its evidence lately */
    struct heard_values *heard;                              /* of measured.c, or NULL */
    struct incident_record *next, *previous;                 /* by number */
    struct incident_record *retired_next, *retired_previous; /* of those that are resolved */
    const struct alert *opener;                              /* in the turn that opened it, else NULL */
    struct news *news;                                       /* not told yet, or NULL */
    int64_t told_since_us;                                   /* when n_told began to be counted */
    int n_told;                                              /* news that were told at once since then */
    struct incident_record *touched_next;
    int64_t *swings_us; /* the last ones between burning and quiet, the oldest first, or NULL */
    int n_swings;       /* of swings_us */
    struct {
        char **at;
        size_t n;
    } paged;                  /* people, of a storm */
    int64_t n_held;           /* of the alerts that fire and that it counts */
    const char *released_why; /* why it may page again, in this turn */
    int64_t restored_firing;  /* alerts, as the ledger has it */
    bool fired, ended;        /* alerts of it, in this turn */
    bool touched;             /* in this turn */
    bool unsaved;             /* and the ledger must get the value */
    bool in_maintenance;      /* that is what holds alerts of it back */
    bool hushed;              /* the timeline says that all its alerts are held back */
    bool diagnosed;           /* all steps that run by themselves are done */
    int n_reached;            /* pages of the last step of the chain that arrived */
    bool round_reached;       /* one of this round did, or may have before a restart */
    bool everyone_paged;      /* in this round, because nobody of the chain could be reached */
    bool unreachable_said;    /* the timeline says that there is nobody to page */
    bool retired;             /* stands in the list of those */
};

struct engine {
    const struct config *config;
    const struct library *library;
    struct arena *arena; /* of what never changes */
    const struct severity_scale *scale;
    char *instance;
    int64_t now_us;
    int64_t *at_work; /* where it says which incident it is at; or NULL */
    LIST(int64_t) left_out;
    int64_t restored_us; /* when this process took over; 0: nothing was restored */
    bool brought_back;   /* from a backup */
    int64_t shift_us;    /* the clock was behind this at the start: who is on call then is until then */
    int64_t listened_us; /* when the process before was last seen alive */
    struct arena *restoring;
    LIST(struct timer) restored_timers;
    int64_t n_on_hold;      /* incidents under legal hold */
    bool places_wanted;     /* a step waits for a place that another one holds */
    bool places_changed;    /* the configuration is new, and steps may run elsewhere */
    bool expect_heartbeats; /* the configuration is new */
    bool checks_changed;    /* the same, and alerts of checks may stand */
    bool chains_changed;    /* the same, and chains may be others */
    struct due_heap due;
    struct alert_table alerts;
    uint64_t n_batches;
    struct silences silences;
    struct inhibition inhibition;
    struct dependencies dependencies;
    struct due maintenance;   /* a window of the configuration begins, or another may */
    bool maintenance_changed; /* the configuration is new */
    struct due review;        /* of what holds alerts back */
    int64_t reviewed_us;      /* the last one */
    char *released_why;       /* what the silence was that ended, for the next one */

    struct incident_record *first, *last; /* all that are remembered, by number */
    struct incident_record *retired_first, *retired_last;
    struct map *incidents;  /* number -> record */
    struct map *troubles;   /* trouble -> its latest record, open or not */
    struct map *keyed;      /* what a sender calls a trouble -> the latest record that it opened */
    struct map *kin;        /* kin key -> open record */
    struct map *deliveries; /* id -> record */
    struct map *causes;     /* of storms, key -> struct cause */
    size_t causes_limit;    /* more than that are looked through */
    struct map *budgets;    /* person -> struct budget */
    int64_t last_incident, last_delivery;
    struct clocks recurring; /* of no incident */
    struct proofs proofs;
    duty_overrides overrides; /* by people; on the heap */
    int64_t last_override;
    bool learned; /* the runbooks are new, and clocks must follow them */
    struct arena *plan_arena;
    struct map *plans; /* of incidents: addresses of the level and the procedure -> struct plan */
    struct buf body;   /* of the event that is being written */
    struct buf kin_key;
};

struct fired_alert {
    struct alert_record *record;
    const struct alert *alert; /* of the batch, or NULL */
};

struct turn {
    struct engine *engine;
    int64_t now_us;
    struct arena *arena; /* of the decisions */
    struct decisions *decisions;
    struct incident_record *touched_first, *touched_last;
    int n_severities; /* that were looked up */
    int n_measured;   /* alerts whose values were looked at */
    struct json_writer json;
    struct held_news *held_news;    /* alerts that stay apart, or NULL */
    const char *released_why;       /* the alert at hand was held until now, or NULL */
    bool review_wanted;             /* of what holds alerts back */
    LIST(struct fired_alert) fired; /* that wait for the rest of their batch */
};

static inline int64_t time_after_s(int64_t at_us, int64_t seconds)
{
    int64_t longest_s = INT64_C(100) * 366 * 86400;
    return at_us + (seconds > longest_s ? longest_s : seconds) * US_PER_S;
}

/* ---- turn.c: decisions ---- */

void turn_begin(struct turn *turn, struct engine *engine, int64_t now_us, struct decisions *decisions);
/* One more decision, zeroed but for its kind. */
struct decision *turn_push(struct turn *turn, enum decision_kind kind);
/* Settles what alerts did, and saves the incidents that were touched. */
void turn_end(struct turn *turn);
void turn_touch(struct turn *turn, struct incident_record *record);
/* The incident has news to settle; whether its value is saved is decided then. */
void turn_note(struct turn *turn, struct incident_record *record);
void turn_save_delivery(struct turn *turn, const struct delivery *delivery);
/* output may be NULL */
void turn_save_step(struct turn *turn, const struct run_step *step, const char *output);
/* The same, and its command is to run: once an attempt. */
void turn_start_step(struct turn *turn, const struct run_step *step);
void turn_save_role(struct turn *turn, const struct role_holder *holder);
void turn_save_check(struct turn *turn, const struct check_item *item);
/* away.c, at a start. last_us: of what is on record; 0: nothing is. */
void away_settle(struct turn *turn, int64_t last_us);
void clock_doubt(struct turn *turn, int64_t last_us);

/* It is at hand; 0: none is. */
static inline void work_at(const struct engine *engine, int64_t incident)
{
    if (engine->at_work)
        __atomic_store_n(engine->at_work, incident, __ATOMIC_RELEASE);
}

void turn_set_timer(struct turn *turn, struct due *due, int64_t subject, int64_t at_us);
void turn_clear_timer(struct turn *turn, struct due *due, int64_t subject);

/* An event: members of its body are written between the two; the summary is one sentence without a period.
 * actor NULL: the system. */
struct json_writer *event_begin(struct turn *turn);
void event_end(struct turn *turn, int64_t incident, const char *actor, const char *kind, const char *summary,
               ...) __attribute__((format(printf, 5, 6)));

void turn_answer(struct turn *turn, enum outcome_code code, int64_t incident, const char *message, ...)
    __attribute__((format(printf, 4, 5)));

/* " (12 min 00 s late: the server was not running)" for what came due before this process took over, else "".
 */
const char *lateness(struct turn *turn, int64_t due_us);
/* "pneumonia.md line 10", or the file alone, or "" */
const char *place_text(struct arena *arena, const char *file, int line);
const char *duration_text(struct arena *arena, int64_t us);
const char *time_text(struct arena *arena, int64_t us);
const char *minute_text(struct arena *arena, int64_t us); /* "2026-03-01 09:00 UTC" */

/* ---- incidents.c: the records ---- */

struct incident_record *incident_find(const struct engine *engine, int64_t number);
/* The latest incident of that trouble, open or not, or NULL. */
struct incident_record *incident_of_trouble(const struct engine *engine, const char *trouble);
/* Takes the value (texts are copied) into the engine. */
struct incident_record *incident_add(struct engine *engine, const struct incident *incident);
void incident_free(struct engine *engine, struct incident_record *record);
/* It is over: no alert joins it any more, and a day later it is forgotten. */
void incident_retire(struct engine *engine, struct incident_record *record);
void incident_unretire(struct engine *engine, struct incident_record *record);
/* Forgets incidents that were resolved more than a day ago. */
void incidents_forget(struct engine *engine);
bool incident_is_open(const struct incident_record *record);
/* Moves it along the table of legal moves. */
void incident_move(struct turn *turn, struct incident_record *record, enum incident_state to);
/* The incident an input names, or NULL after answering why not. */
struct incident_record *incident_wanted(struct turn *turn, int64_t number);
/* The runbook and procedure it was opened with, as they are now; NULL when they are gone or changed. */
const struct runbook *incident_runbook(const struct engine *engine, const struct incident_record *record,
                                       const struct procedure **ret_procedure);

/* ---- trouble.c: what an alert is about ---- */

struct finding {
    const char *service, *alertname;
    const struct service *configured;
    struct match best, second;
    const struct runbook *runbook; /* whose levels count */
    struct severity_choice severity;
    const char *trouble, *sender_key;
};

const char *alert_service(const struct config *config, const struct alert *alert,
                          const struct service **ret_configured);
const char *alert_name(const struct alert *alert);
/* "ServiceDown on checkout" */
const char *trouble_title(struct arena *arena, const struct finding *finding);
struct finding *trouble_find(struct arena *arena, const struct engine *engine, const struct alert *alert);
struct severity_choice trouble_severity(struct arena *arena, const struct runbook *runbook,
                                        const struct procedure *procedure, const struct alert *alert);
/* What the alert says was measured. */
void trouble_measures(struct arena *arena, const struct alert *alert, struct measures *ret_measures);
struct incident_record *kin_find(struct engine *engine, const struct alert *alert);
void kin_add(struct engine *engine, struct incident_record *record, const struct alert *alert);
/* What the sender of the alert calls its trouble, as incidents keep it; "": nothing. */
const char *trouble_key(struct arena *arena, const struct alert_record *record);
/* The open incident that an alert of that key joined, else the last that one opened, or NULL. */
struct incident_record *kin_find_keyed(struct engine *engine, const char *sender_key);
void kin_add_keyed(struct engine *engine, struct incident_record *record, const char *sender_key);
/* False when an alert of that name with the same severity labels was asked about before. */
bool kin_new_severity(struct engine *engine, struct incident_record *incident,
                      const struct alert_record *record, const struct alert *alert);
void kin_drop(struct engine *engine, struct incident_record *record);

/* ---- hear.c: the state of alerts, without incidents ---- */

enum alert_change {
    ALERT_FIRED,
    ALERT_RESOLVED,
    ALERT_STALE,
    ALERT_HELD,
    N_ALERT_CHANGES,
    ALERT_SAYS_MORE /* other annotations: no news of its own */
};

/* alert: as it was just heard, or NULL. */
typedef void alert_changed(void *context, struct alert_record *record, const struct alert *alert,
                           enum alert_change change, const char *how);

/* Who hears when, and who is told what came of it. */
struct hearing {
    struct engine *engine;
    int64_t now_us;
    alert_changed *changed;
    void *context;
};
void alerts_hear(const struct hearing *hearing, const struct alert_batch *batch);
void alert_hear(const struct hearing *hearing, const struct alert_batch *batch, const struct alert *alert);
/* Its time has come: it ends, or is forgotten. */
void alert_due(const struct hearing *hearing, struct alert_record *record);
void alert_end(struct engine *engine, struct alert_record *record, int64_t ends_us, int64_t now_us);

/* ---- duty.c ---- */

void duty_free(struct engine *engine);

/* ---- heartbeat.c: alarms that are silence ---- */

#define HEARTBEAT_LABEL   "heartbeat" /* which one it is */
#define HEARTBEAT_MISSING "HeartbeatMissing"
#define HEARTBEAT_FAILED  "HeartbeatFailed"

enum alert_role alert_role_of(const struct config *config, const struct alert *alert);
/* The watchdog is heard again, or not any more. */
void watchdog_changed(const struct hearing *hearing, struct alert_record *record, enum alert_change change,
                      const char *how);
void heartbeat_hear(const struct hearing *hearing, const struct alert_batch *batch);
void sign_of_life_heard(const struct hearing *hearing, const struct alert *alert);
/* What the configuration names is missed from now on, and what it does not name is not. */
void heartbeats_expect(const struct hearing *hearing);
/* Of the alerts that were made here, whether they fire or not, the one after that (NULL: the first), or NULL.
 */
const struct alert_record *made_next(const struct engine *engine, const struct alert_record *record);

/* ---- checked.c ---- */

void checked_forget(const struct hearing *hearing);

/* ---- alerts.c, join.c, news.c ---- */

void heartbeats_review(struct turn *turn); /* when the configuration is new */
void checked_review(struct turn *turn);    /* when the configuration is new */
/* alert: the texts of the record where they are at hand, else NULL. */
void alert_join(struct turn *turn, struct alert_record *record, const struct alert *alert);
/* Those that fired in this turn and waited for the rest of their batch. */
void alerts_join_fired(struct turn *turn);
/* The alert counts for the incident from now on. */
void alert_attach(struct incident_record *incident, struct alert_record *record);
/* May make the incident more severe. */
void alert_weigh(struct turn *turn, struct incident_record *incident, const struct alert_record *record,
                 const struct alert *alert);
/* It says something else than before: what it measured may be worse by now. */
void alert_weigh_again(struct turn *turn, const struct alert_record *record);
/* measured.c: whether the alert measures something that no alert of the incident did, or a value beyond
 * theirs. */
/* Whether no alert of the incident was worded so yet; from then on one was. wording.c. */
bool wording_is_new(struct incident_record *incident, const struct alert *alert);
bool measured_beyond(struct turn *turn, struct incident_record *incident, const struct alert *alert);
/* earlier: the last incident of the same trouble, or NULL */
struct incident_record *incident_open(struct turn *turn, const struct finding *finding,
                                      const struct incident_record *earlier);
/* alert: as it was heard just now, or NULL. */
void news_add(struct turn *turn, struct incident_record *incident, const struct alert_record *record,
              const struct alert *alert, enum alert_change change, const char *how);
void news_opened(struct turn *turn, struct incident_record *incident);
/* It opened or reopened in this turn, and begins when that ends. */
bool news_opens(const struct incident_record *incident);
size_t news_count(const struct incident_record *incident, enum alert_change change);
/* Events of what alerts did to the incident, now or gathered until later, and what follows from it. */
void news_settle(struct turn *turn, struct incident_record *incident);
/* Whatever was gathered is told now. */
void news_tell(struct turn *turn, struct incident_record *incident);
void news_free(struct incident_record *incident);
/* Moves an incident to monitoring when its last alert has ended, and back when a new one fires. */
void incident_follow(struct turn *turn, struct incident_record *record);

/* ---- chain.c, escalate.c ---- */

/* The chain of the incident as it is now. */
void incident_chain(struct arena *arena, const struct engine *engine, const struct incident_record *record,
                    struct chain *ret_chain);
/* Steps of the incident's escalation chain; 0: there is nobody at all. */
size_t chain_length(const struct engine *engine, const struct incident_record *record);
/* The people that a step notifies now, each once. */
void chain_people(struct turn *turn, const struct incident_record *record, size_t index,
                  struct strings *ret_people);
/* What the configuration says of the time before that step; UNSTATED: nothing. */
int64_t chain_after_s(const struct engine *engine, const struct incident_record *record, size_t index);
/* The people of such a list now, each once. */
void chain_notified(struct turn *turn, const struct strings *notify, struct strings *people);
/* Says which roles of the chain nobody fills; nothing when there are none. */
void chain_say_unfilled(struct turn *turn, const struct incident_record *record);
/* Adds whom the roles of those names mean now, as the configuration fills them. */
void chain_roles(struct turn *turn, const struct strings *names, struct strings *people);
/* Pages that wait for an address that is not in the configuration any more are looked at now. */
void deliveries_learn(struct turn *turn, struct incident_record *incident);
/* chain_learn.c. chain_keep: the incident's step counts in the chain as it is now. chains_review: each walk
 * goes on where the configuration in force wants it. */
void chain_keep(struct turn *turn, struct incident_record *record);
void chains_review(struct turn *turn);
/* How long an incident may stay unacknowledged before the next person is paged; 0: its level is paged once.
 */
int64_t patience_s(const struct engine *engine, const struct incident_record *record);

/* Pages the next step of the chain that reaches somebody. reason NULL: because it has just opened. */
void escalate(struct turn *turn, struct incident_record *record, const char *reason);
/* When nobody of the last step can be reached: goes on without waiting. */
void escalate_past(struct turn *turn, struct incident_record *record);
/* A step that was passed over, for it was not in the chain then. */
void escalate_missed(struct turn *turn, struct incident_record *record, size_t index);
/* Seconds that it waits at most for the next step or round; -1: it is not paged again. */
int64_t escalate_wait_s(const struct engine *engine, const struct incident_record *record, int64_t now_us);
/* After a restart: no timer lies further ahead than it can have been set, though the clock was set back. */
void clock_back_restored(struct turn *turn, struct incident_record *record);
void clock_back_restored_alert(struct turn *turn, struct alert_record *record);
/* After the engine was restored: sets the next time, or brings it forward. */
void escalate_review(struct turn *turn, struct incident_record *record);
/* What the severity was before. */
struct escalate_change {
    const char *from;
    size_t n_steps; /* of the chain */
    bool worse;
    const char *actor; /* who changed it, and needs no page */
};
/* A worse level is paged at once, along the new chain as far as the old one had come, and further where it
 * does not wait; who has the incident keeps it. A milder one only waits longer from here. */
void escalate_level_changed(struct turn *turn, struct incident_record *record,
                            const struct escalate_change *change);
/* The trouble is back and nobody has it. */
void escalate_resume(struct turn *turn, struct incident_record *record);
/* Somebody has it, or it is over: nobody else is woken. why: "acknowledged by ana". */
void escalate_stop(struct turn *turn, struct incident_record *record, const char *why);

/* ---- follow.c ---- */

/* Whoever keeps it as an alert of their own is told what became of it: "acknowledged by ana". */
void followers_tell(struct turn *turn, struct incident_record *record, const char *what);

/* ---- page.c ---- */

/* Pages a person on the first way; false when there is none. A page that is still on its way is enough. */
bool page_person(struct turn *turn, struct incident_record *record, const char *person, const char *why);
/* It got worse: a page that left before says less than this one, and does not stand for it. */
bool page_person_anew(struct turn *turn, struct incident_record *record, const char *person, const char *why);
/* Pages the person on the way of that number; false when there is no such way. digest: its number, or 0. */
bool page_way(struct turn *turn, struct incident_record *record, const struct person *person, int way,
              const char *why, int64_t digest);
/* The same for what is told whatever becomes of the incident: nothing cancels or bundles it. */
bool page_notice(struct turn *turn, struct incident_record *record, const struct person *person, int way,
                 const char *why);
/* The next page of the incident, not yet added. */
struct delivery page_new(struct turn *turn, struct incident_record *record, const struct person *person,
                         int way, const char *why);
void page_cancel(struct turn *turn, struct incident_record *record, struct delivery_record *delivery,
                 const char *why);
/* Is anybody still to be told? */
bool page_matters(const struct incident_record *record);
/* Cancels what has not left yet; what is on its way may still arrive. */
void pages_cancel(struct turn *turn, struct incident_record *record, const char *why);
struct delivery_record *delivery_add(struct engine *engine, struct incident_record *record,
                                     const struct delivery *delivery);
void delivery_drop(struct engine *engine, struct incident_record *record, struct delivery_record *delivery);

/* ---- reply.c ---- */

/* The answer counted: it does not a second time. */
void reply_keep(struct turn *turn, const struct input *input);
/* Played again it is known, and does nothing. */
void reply_remember(struct turn *turn, const struct input *input);

/* ---- values.c ---- */

/* What the alert that opened the incident and the incident itself say of the command's placeholders.
 * ret_refused: why one of them was not taken. */
void values_hear(struct turn *turn, const struct incident_record *record, const struct command *command,
                 struct step_values *ret_values, const char **ret_refused);
/* Repairs and fills; sets given, repairs, prepared and missing of ret_step, in the turn's arena. */
struct filled values_prepare(struct turn *turn, const struct command *command,
                             const struct step_values *values, const char *repairs,
                             struct run_step *ret_step);
/* The command of the step in the runbook as it is now, or NULL when that has changed. */
const struct command *step_command(struct turn *turn, const struct run_step *step);
/* The event that tells who gave what. */
void values_say(struct turn *turn, const struct run_step *step, const char *actor);
/* Takes the values and repairs of the input; false after answering why not, and nothing has changed. */
bool values_give(struct turn *turn, const struct input *input, struct incident_record *record,
                 struct run_step *step);
/* A look that needs no approval, whatever it belongs to: nothing in it that nobody has looked at. */
bool values_harmless(struct turn *turn, const struct run_step *step);
/* A command that was over is to be decided on again: its state says whether it can run. */
void values_reopen(struct turn *turn, struct run_step *step);

/* ---- step_verb.c ---- */

/* No alternative to it is under way; else the outcome says so. */
bool step_may_be_taken(struct turn *turn, const struct incident_record *record, const struct run_step *step);
/* It is taken: its decision is answered yes if nobody has, and its alternatives are not taken. */
void step_take(struct turn *turn, struct incident_record *record, struct run_step *step,
               const struct input *input);

/* ---- approval.c ---- */

/* When the next approval of the run expires. */
void approvals_follow(struct turn *turn, struct incident_record *record);
/* It was approved, and waits again for the reason. */
void approval_void(struct turn *turn, struct run_step *step, const char *why);
/* Voids what somebody has approved who may not any more, and what has not begun. */
void approvals_of(struct turn *turn, const char *person);
/* The clock was set back by so much. */
void approvals_move(struct turn *turn, struct incident_record *record, int64_t back_us);
/* From now on an approval holds until then. */
int64_t approval_ends_us(const struct turn *turn);
/* One person has done alone what wants two: all others who are responsible are told at once. */
void break_glass_tell(struct turn *turn, struct incident_record *record, const struct run_step *step,
                      const char *actor, const char *reason);

/* ---- verify.c ---- */

/* A step has ended: a change gets its checks, a check counts for its change. output may be NULL. */
void verify_done(struct turn *turn, struct incident_record *record, struct run_step *step,
                 const char *output);
/* Nothing runs for the incident any more. */
void verify_stop(struct turn *turn, struct incident_record *record);
void verify_restored(struct turn *turn, struct incident_record *record);
/* The clock was set back by so much. */
void verify_move(struct turn *turn, struct incident_record *record, int64_t back_us);

/* ---- diagnose.c, steps.c ---- */

/* Makes the run of the incident's procedure, once, and starts what runs by itself. */
void diagnose(struct turn *turn, struct incident_record *record);
/* ---- step_place.c ---- */

/* Sets service, target and place, in the arena; the command may contradict the target: then it is held. */
void step_place_plan(struct turn *turn, const struct incident_record *record, struct run_step *step);
/* The target is still the one that the step has. Else it has the new one now, and no approval any more. */
bool step_place_stands(struct turn *turn, const struct incident_record *record, struct run_step *step);
/* Before an approval: it stands, and the command does not contradict it. False after answering why not. */
bool step_place_may(struct turn *turn, const struct incident_record *record, struct run_step *step);
/* A step of another incident holds the place; says which, once. */
bool step_place_waits(struct turn *turn, const struct incident_record *record, struct run_step *step);
/* Starts what waited for a place that is free now. */
void step_places_review(struct turn *turn);
/* Steps that have not started follow a new configuration. */
void step_places_learn(struct turn *turn);
/* Why the target's limits speak against it, or NULL; and that a person let it run all the same. */
const char *step_place_limit(struct turn *turn, const struct incident_record *record,
                             const struct run_step *step);
void step_place_override(struct turn *turn, const struct run_step *step, const struct input *input,
                         const char *limit);

/* Starts the next step when none is under way. */
void run_continue(struct turn *turn, struct incident_record *record);
/* Holds back what has not started: the incident is over. */
void run_stop(struct turn *turn, struct incident_record *record);
struct run_step *step_on_line(struct incident_record *record, int line); /* NULL: there is none */
/* The record and step an input names, or NULL after answering why not. */
struct run_step *step_wanted(struct turn *turn, const struct input *input,
                             struct incident_record **ret_record);
void incident_resolve(struct turn *turn, struct incident_record *record, const char *actor, const char *text);

/* ---- clock_update.c, update.c ---- */

/* The audience was told: the time to its next update begins anew; "": all were. */
void updates_start_anew(struct turn *turn, struct incident_record *record, const char *audience);
/* It is over: asks for the closing update to everybody who is owed one. */
void updates_close(struct turn *turn, struct incident_record *record);
/* incident_channel.c: the person is in the incident's channel from now on, if there is one; "person:ana" or
 * "ana", and nobody else. */
void chat_join(struct turn *turn, struct incident_record *record, const char *who);
/* Its first message tells what the diagnosis gave, which is complete. */
void chat_diagnosed(struct turn *turn, struct incident_record *record);
/* A delivery that is no page. It is tried again. */
void notice_retry(struct turn *turn, struct delivery_record *done, const struct delivery_result *result);
/* While the incident is open the communications lead is told why. */
void notice_lost(struct turn *turn, struct incident_record *record, const char *why);
/* It is over for good, and dropped; and the same. */
void notice_give_up(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                    const char *why);
void chat_delivered(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                    const struct delivery_result *result);
/* An update that had been taken has not arrived. */
void update_lost(struct turn *turn, struct incident_record *record, const struct reply *receipt,
                 const char *why);
void update_delivered(struct turn *turn, struct incident_record *record, struct delivery_record *done,
                      const struct delivery_result *result);

/* ---- handlers, a file a kind ---- */

typedef void input_handler(struct turn *turn, const struct input *input);
input_handler decide_alerts, decide_acknowledge, decide_note, decide_resolve, decide_state, decide_severity,
    decide_patient_safety, decide_assign, decide_check, decide_update, decide_clock_done, decide_action,
    decide_reply_refused, decide_undelivered, decide_subscribe, decide_prove, decide_proof_done,
    decide_approve, decide_deny, decide_step_verb, decide_procedure, decide_delivery_done, decide_step_values,
    decide_step_started, decide_step_done, decide_silence, decide_silence_expire, decide_mute, decide_unmute,
    decide_hold, decide_evidence_read, decide_clock_back, decide_access, decide_override, decide_timer;
input_handler decide_update_send, decide_finding, decide_changed;

/* Clears the timer, or sets it to a later time, before anything else. */
typedef void timer_handler(struct turn *turn, struct due *due);
timer_handler due_escalate, due_hold_down, due_lease, due_delivery_retry, due_alert_ends, due_news,
    due_silence, due_review, due_mute, due_flapping, due_maintenance, due_digest, due_storm, due_clocks,
    due_recurring, due_actions, due_proofs, due_approval, due_verify;

#include "engine/life_priv.h"
#include "engine/noise_priv.h"
#include "engine/way_back_priv.h"
