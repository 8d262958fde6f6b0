/* Action items of incidents. Included by engine_priv.h only. */
#pragma once

#include "base/list.h"
#include "engine/action.h"
#include "engine/due.h"
#include "engine/life_priv.h"
#include "engine/proof.h"

struct actions {
    struct action_item *at; /* by number; texts on the heap */
    size_t n;
    struct due due; /* the next time that somebody is told */
};

/* ---- actions.c ---- */

/* The item, just added as the last one, with what its caller has set; saved. */
struct action_item *action_add(struct turn *turn, struct incident_record *record,
                               const struct action_item *item);
/* Done or dropped; the event is the caller's. */
void action_end(struct turn *turn, struct incident_record *record, struct action_item *item,
                enum action_state state, const char *actor, const char *note);
void action_save(struct turn *turn, const struct action_item *item);
struct json_writer *action_event(struct turn *turn, const struct action_item *item);
/* Is one of them open? Then its incident is not forgotten. */
bool actions_pending(const struct actions *actions);
void actions_arm(struct engine *engine, struct incident_record *record);
void actions_free(struct engine *engine, struct actions *actions);
/* Tells the person by the way that wakes least, whatever becomes of the incident. */
bool tell_quietly(struct turn *turn, struct incident_record *record, const char *person, const char *why);

/* ---- prove.c ---- */

struct proofs {
    struct channel_proof *at; /* texts on the heap */
    size_t n;
    int64_t last;   /* number that was given to a message */
    struct due due; /* the next weekly proof */
};
/* A page arrived there: that is a proof, too. */
void proof_page_arrived(struct turn *turn, const struct delivery *delivery);
/* A page did not: the way is known to fail until one does. */
void proof_page_lost(struct turn *turn, const char *person, const char *channel, const char *address,
                     const char *why);
/* The test of that key had been taken, and has not arrived; false: there is no such test. */
bool proof_test_lost(struct turn *turn, const char *key, const char *person, const char *channel,
                     const char *address, const char *why);
void proofs_learn(struct turn *turn); /* the configuration is new */
void proofs_free(struct engine *engine);
/* A test of that way is sent, unless one is on its way. */
void prove_way(struct turn *turn, const struct person *person, const struct config_contact *way,
               const char *actor);

/* ---- review.c ---- */

/* The review begins with the resolve, and ends with its clock. */
incident_clock review_follow;
/* A person says that it is done; answers. */
void review_end(struct turn *turn, struct incident_record *record, struct action_item *item,
                const struct input *input, enum action_state state);
/* The runbooks are new: items that ask for a change of one may be done. */
void actions_learn(struct turn *turn);
