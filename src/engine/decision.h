/* What the engine decides: values to save, events to append, timers to keep. The ledger writes all decisions
 * of one input in one transaction. */
#pragma once

#include "base/arena.h"
#include "base/list.h"
#include "engine/access.h"
#include "engine/action.h"
#include "engine/checklist.h"
#include "engine/clock.h"
#include "engine/delivery.h"
#include "engine/duty.h"
#include "engine/incident.h"
#include "engine/proof.h"
#include "engine/reply.h"
#include "engine/role.h"
#include "engine/run.h"
#include "engine/silence.h"
#include "engine/subscription.h"
#include "engine/update.h"

/* What became of an input; one table in api/ maps it to HTTP, one in cmd/ to exit codes. */
enum outcome_code {
    OUTCOME_DONE,
    OUTCOME_NOT_FOUND,
    OUTCOME_CONFLICT,
    OUTCOME_INVALID,
    OUTCOME_UNAVAILABLE,
    OUTCOME_SIGN_IN_AGAIN, /* who asks must first show again who they are */
};

struct outcome {
    enum outcome_code code;
    char message[300]; /* for a person; "" when done */
    int64_t incident;  /* that it touched, 0: none or several */
};

enum decision_kind {
    DECISION_EVENT,          /* append to the stream "incident/N", or "system" when incident is 0 */
    DECISION_INCIDENT,       /* save this value of the incident */
    DECISION_DELIVERY,       /* save this value of the delivery; send it when it is due */
    DECISION_STEP,           /* save this value of the step; see `starts` */
    DECISION_ROLE,           /* save this value of the role's holder */
    DECISION_CHECK,          /* save this value of the item */
    DECISION_CLOCK,          /* save this value of the clock */
    DECISION_TIMER_SET,      /* save the timer (replaces one of the same kind and subject) */
    DECISION_TIMER_CLEAR,    /* forget it */
    DECISION_SILENCE,        /* save this value of the silence */
    DECISION_SILENCE_FORGET, /* the one with that id */
    DECISION_ACTION,         /* save this value of the action item */
    DECISION_PROOF,          /* save this value; send its message when it has a number */
    DECISION_REPLY,          /* keep the id of an answer */
    DECISION_MOVE,           /* keep the move of an incident; of two at one moment the later */
    DECISION_ACCOUNT,        /* save this value of the account */
    DECISION_ACCESS_KEY,     /* save this value of the key */
    DECISION_SESSION_SEEN,   /* save this value */
    DECISION_SUBSCRIPTION,   /* save this value of the subscription */
    DECISION_UPDATE,         /* save this value of the update; write it when its state asks */
    DECISION_OVERRIDE,       /* save this value of the override */
};

/* One line of the timeline. kind is noun.verb (alert.fired, incident.opened, page.queued, page.sent,
 * step.started); body is a JSON object without patient data; summary is one sentence for people. */
struct event {
    int64_t incident;
    const char *actor, *kind, *summary, *body;
};

enum timer_kind {
    TIMER_ESCALATE,       /* subject: incident */
    TIMER_HOLD_DOWN,      /* subject: incident; monitoring -> resolved */
    TIMER_DELIVERY_RETRY, /* subject: delivery */
    TIMER_LEASE,          /* subject: incident; whoever has it is silent */
    TIMER_ALERT_ENDS,     /* subject 0: the next alert that times out; not durable, derived from the alerts */
    TIMER_NEWS,           /* what a storm of alerts did is told; not durable, what it tells of is */
    TIMER_SILENCE,        /* begins, warns, ends, is forgotten; not durable, derived from the silence */
    TIMER_REVIEW,         /* of what holds alerts back; not durable */
    TIMER_MUTE,           /* warns, ends; not durable, derived from the incident */
    TIMER_MAINTENANCE,    /* a window of the configuration; not durable */
    TIMER_STORM,          /* nothing new has come into it for long enough; not durable */
    TIMER_DIGEST,         /* what is bundled for a person is told; not durable, derived from the deliveries */
    TIMER_FLAPPING,       /* calm for long enough; not durable */
    TIMER_CLOCKS,         /* subject: incident; its next clock; not durable, derived from the clocks */
    TIMER_RECURRING,      /* maintenance and drills; not durable, derived from the clocks */
    TIMER_ACTIONS,        /* subject: incident; its next action item; not durable, derived from them */
    TIMER_PROOF,          /* ways of reaching people are proved; not durable */
    TIMER_VERIFY,         /* subject: incident; checks of a change run again; derived from the steps */
    TIMER_APPROVAL, /* subject: incident; its next approval expires; not durable, derived from the steps */
    N_TIMER_KINDS
};

struct timer {
    enum timer_kind kind;
    int64_t subject;
    int64_t due_us;
};

struct decision {
    enum decision_kind kind;
    bool starts; /* the step: its command is to run now. Its row is saved for other reasons, too */
    union {
        struct event event;
        struct incident incident;
        struct delivery delivery;
        struct run_step step;
        struct role_holder role;
        struct check_item check;
        struct runbook_clock clock;
        struct timer timer;
        struct silence silence;
        struct incident_move move;
        struct action_item action;
        struct account account;
        struct access_key access_key;
        struct session_seen session_seen;
        struct reply reply;
        struct channel_proof proof;
        struct update update;
        struct push_subscription subscription;
        struct duty_override override;
    };
};

struct decisions {
    struct arena *arena; /* all texts; the caller resets it after carrying them out */
    LIST(struct decision) list;
    struct outcome outcome;
};

/* Is the delivery to be sent: is it due, and not cancelled by what was decided after it? */
bool decision_sends(const struct decisions *decisions, const struct decision *decision);
