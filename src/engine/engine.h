/* The engine decides: (state, input, now) -> decisions. No I/O, no clock, no threads, no randomness: the same
 * inputs in the same order give the same decisions, which is how the simulator tests years in minutes.
 *
 * The caller (role/core.c, or the simulator) gives one input at a time with the wall time, writes all
 * decisions of it to the ledger in one transaction, and only after the commit answers the input and carries
 * out what asks for an effect (DECISION_DELIVERY in state DELIVERY_DUE, DECISION_STEP in state
 * STEP_STARTING). If the commit fails the engine's state is ahead of the ledger: the process must end and
 * start again from the ledger.
 *
 * After a restart the caller gives back what the ledger holds with the engine_restore_* calls, then
 * engine_restored(): timers that came due meanwhile fire once, late, and say so. */
#pragma once

#include "config/config.h"
#include "engine/decision.h"
#include "engine/input.h"
#include "runbook/library.h"

struct engine;

/* What the engine knows of the world; both stay the caller's and must outlive the engine or the next
 * engine_learn(). */
struct engine *engine_new(const struct config *config, const struct library *library);
void engine_free(struct engine *engine);
void engine_learn(struct engine *engine, const struct config *config, const struct library *library);
/* The installation's own persistent id, part of every delivery key; copied. Before the first input. */
void engine_name(struct engine *engine, const char *instance);

/* ---- deciding ---- */

/* Decides. decisions->arena is set and the list empty on entry. Never fails: a refused input changes nothing
 * and says why in the outcome. now_us never runs backwards inside the engine: an earlier time than the last
 * counts as the last, until INPUT_CLOCK_BACK says that the clock was set back. */
void engine_decide(struct engine *engine, const struct input *input, int64_t now_us,
                   struct decisions *decisions);

/* When INPUT_TIMER is wanted next; INT64_MAX: not yet. */
int64_t engine_next_due_us(const struct engine *engine);

/* ---- after a restart ---- */

/* The highest numbers ever given away, so that none is given twice when the rows that held them are not
 * restored, and when the last message was taken: until then somebody listened. 0: unknown. */
void engine_restore_last(struct engine *engine, int64_t last_incident, int64_t last_delivery,
                         int64_t last_us);
/* The ledger was brought back from a backup: what waited in it has left since (engine/away.c). */
void engine_restore_brought_back(struct engine *engine);
/* Where the number of the incident at hand is written, 0: none, for who asks later what the process died of;
 * and an incident that is not given back, whatever is restored of it, because processes did. */
void engine_tell_work(struct engine *engine, int64_t *incident);
void engine_leave_out(struct engine *engine, int64_t incident);
void engine_restore_incident(struct engine *engine, const struct incident *incident);
void engine_restore_delivery(struct engine *engine, const struct delivery *delivery);
void engine_restore_step(struct engine *engine, const struct run_step *step);
void engine_restore_role(struct engine *engine, const struct role_holder *holder);
void engine_restore_check(struct engine *engine, const struct check_item *item); /* in their order */
void engine_restore_clock(struct engine *engine, const struct runbook_clock *clock);
void engine_restore_action(struct engine *engine, const struct action_item *item); /* in their order */
void engine_restore_proof(struct engine *engine, const struct channel_proof *proof);
void engine_restore_override(struct engine *engine,
                             const struct duty_override *override); /* in their order */
void engine_restore_timer(struct engine *engine, const struct timer *timer);
/* Before the batches. */
void engine_restore_silence(struct engine *engine, const struct silence *silence);
/* A batch from the durable inbox, in order, with the time it was accepted: rebuilds the alerts, decides
 * nothing. */
void engine_restore_alerts(struct engine *engine, const struct alert_batch *batch, int64_t received_us);
/* Last: deliveries and read steps that were under way become due again (same keys), other steps become
 * STEP_EFFECT_UNKNOWN; the decisions must be recorded like any others. */
void engine_restored(struct engine *engine, int64_t now_us, struct decisions *decisions);

/* ---- an incident of long ago, before the input that names it ---- */

/* Whether it knows the incident: those that are over it forgets after a day. */
bool engine_knows(const struct engine *engine, int64_t incident);
/* The incident as it is now, good on this thread until the next input. NULL: it does not know it. */
const struct incident *engine_incident(const struct engine *engine, int64_t incident);
/* The incident as the ledger has it; its steps, roles and checks follow with the calls above. It is forgotten
 * again after the input, unless that opened it. */
/* Is any incident under legal hold? Then nothing that was heard is erased. */
bool engine_is_on_hold(const struct engine *engine);
void engine_recall_incident(struct engine *engine, const struct incident *incident);

/* ---- questions (same thread as decide) ---- */

/* One alert as GET /api/v2/alerts shows it. */
struct alert_view {
    struct alert alert;
    uint64_t fingerprint;
    int64_t updated_us;
    int64_t incident; /* that it joined, 0: none */
    bool apart;       /* it is held back, and no incident counts it; incident is what explains it, or 0 */
    bool lasting;
    const char *source, *group_key;
    bool one_trouble; /* group_key is what its sender calls the trouble */
};
/* Calls visit for every alert that has not ended by now_us, or (0) whose end is not decided, so that it is
 * kept; the view is good during the call. */
void engine_each_alert(const struct engine *engine, int64_t now_us,
                       void (*visit)(void *context, const struct alert_view *view), void *context);
/* The same for at most n of them, from the place `before` down (UINT32_MAX: all); gives the place to go on
 * from, 0 at the end. An alert that fires all the while is visited once at least; one that was made here,
 * since something is silent, and fires at the end, then (again): no message brings it back. */
uint32_t engine_some_alerts(const struct engine *engine, int64_t now_us, uint32_t before, uint32_t n,
                            void (*visit)(void *context, const struct alert_view *view), void *context);
/* Calls visit for every delivery that was given to be sent, and of which nothing has been heard. */
void engine_each_under_way(const struct engine *engine, void (*visit)(void *context, int64_t delivery),
                           void *context);
/* The configuration in force. */
const struct config *engine_config(const struct engine *engine);
size_t engine_count_alerts(const struct engine *engine);

/* The key of a group of alerts by its hash (alert_group_hash), good on this thread until the next input, and
 * an incident that they joined, 0: none. NULL: there is no such group (any more). */
const char *engine_group_key(const struct engine *engine, const char *source, const char *hash,
                             int64_t *ret_incident);

/* The newest incident whose sender calls the trouble by the key of that hash; 0: none that is remembered. */
int64_t engine_keyed_incident(const struct engine *engine, const char *hash);

/* The silence of that id; its texts are good on this thread until the next input. */
bool engine_silence(const struct engine *engine, const char *id, struct silence *ret_silence);
/* Visits at most `most` silences, the newest first, below the place `before` (SIZE_MAX: all); gives the place
 * to go on from, 0 at the end. */
size_t engine_silences(const struct engine *engine, size_t before, size_t most,
                       void (*visit)(void *context, const struct silence *silence,
                                     const struct matchers *matchers),
                       void *context);
