/* What the engine is asked to decide: one thing that was heard, that a person wants, or that came back from
 * the courier or the runner. A kind says in brackets which members it reads; the others are 0. All texts
 * stay the caller's and are good until the decision. */
#pragma once

#include "engine/access.h"
#include "engine/action.h"
#include "engine/alert.h"
#include "engine/delivery.h"
#include "engine/reply.h"
#include "engine/run.h"
#include "engine/silence.h"
#include "engine/step_values.h"
#include "engine/subscription.h"
#include "engine/update.h"

enum input_kind {
    INPUT_ALERTS,         /* batch */
    INPUT_ACKNOWLEDGE,    /* incident, actor */
    INPUT_NOTE,           /* incident, actor, text */
    INPUT_RESOLVE,        /* incident, actor, text; force: although alerts still fire, or checks are open */
    INPUT_STATE,          /* incident, actor, word (a state), text, force */
    INPUT_SEVERITY,       /* incident, actor, word (a level of its runbook), text: why */
    INPUT_PATIENT_SAFETY, /* incident, actor, flag: may patients be harmed, text: why */
    INPUT_ASSIGN,         /* incident, actor, word (a role), person (NULL: nobody), text */
    INPUT_CHECK,          /* incident, actor, item, flag: done or not, text */
    INPUT_UPDATE,         /* incident, actor, text; word: the audience, "" or NULL all: they were told */
    INPUT_UPDATE_SEND,    /* incident, actor, updates; flag: the actor stands behind them */
    INPUT_FINDING,        /* incident, actor, word (a topic), text, flag: it holds, or was taken back */
    INPUT_CLOCK_DONE,     /* incident (0: maintenance or a drill), item: the number of a clock, actor, text */
    INPUT_ACTION,         /* incident, item (0: a new one), actor, action */
    INPUT_REPLY_REFUSED,  /* incident (0: of none), reply, text: why */
    INPUT_UNDELIVERED,    /* what receipt.c says */
    INPUT_CHANGED,        /* actor, text: what a tool changed; word: where; link: to more of it, or NULL */
    INPUT_PROVE,          /* actor, person, word: a channel; NULL: all of them */
    INPUT_PROOF_DONE,     /* delivery: the number of the test, delivery_result */
    INPUT_APPROVE, /* run, step (line), actor; sha256; signed_in_us; values and repairs as below, taken first
                    */
    INPUT_STEP_VALUES,   /* run, step (line), actor, values; repairs: codes, NULL: as they are */
    INPUT_DENY,          /* run, step (line), actor, text */
    INPUT_STEP_VERB,     /* run, step (line), actor, verb, text; word: "yes" or "no"; item: attempt, 0: any */
    INPUT_PROCEDURE,     /* incident, actor, word: title or id of another procedure of its runbook */
    INPUT_DELIVERY_DONE, /* delivery, delivery_result */
    INPUT_STEP_STARTED,  /* run, step */
    INPUT_STEP_DONE,     /* run, step, step_result */
    INPUT_SILENCE,       /* silence; text: the id of a new one; the outcome's message is the id in force */
    INPUT_SILENCE_EXPIRE, /* text: its id, actor */
    INPUT_MUTE,           /* incident, actor, text: why; for_s: how long */
    INPUT_UNMUTE,         /* incident, actor */
    INPUT_HOLD,           /* incident, actor, text: why; flag: put under legal hold, or released */
    INPUT_EVIDENCE_READ,  /* incident, actor, text: what of the evidence somebody is about to read */
    INPUT_ACCESS,         /* access_act, with what it says it reads; actor */
    INPUT_OVERRIDE, /* override, actor: a person takes over a schedule; flag: the one of that number is ended
                     */
    INPUT_CLOCK_BACK, /* back_us: the clock was set back by so much, and all that waits follows */
    INPUT_SUBSCRIBE,  /* actor, subscription */
    INPUT_TIMER,      /* whatever is due by now */
    N_INPUT_KINDS
};

/* A write that may be sent again (ledger/repeat.h). The engine does not look at it. */
struct input_once {
    const char *key;    /* of who asks and the key that they chose, 64 hex */
    const char *sha256; /* of what is asked */
};

struct input {
    enum input_kind kind;
    const char *actor; /* "person:ana", "token:admin", "system" */
    int64_t incident, run, delivery;
    const char *text;
    const char *word, *person, *repairs, *link;
    const char *sha256; /* of the command that the person has looked at (step_sha256), NULL: whatever it is */
    enum step_verb verb;
    bool force, flag;
    int item, step; /* step: line of the command in the document */
    int64_t for_s, back_us;
    int64_t signed_in_us; /* when the actor last showed who they are, in the session by which it came; 0: it
                             came by none */
    const struct alert_batch *batch;
    const struct delivery_result *delivery_result;
    const struct step_result *step_result;
    const struct step_value *values; /* for the placeholders of the step */
    size_t n_values;
    const struct update_message *updates;
    size_t n_updates;
    const struct silence *silence; /* id "": a new one */
    const struct action_change *action;
    enum access_act access_act;
    const struct account *account;
    const struct access_key *access_key;
    const struct session_seen *session_seen;
    const struct duty_override *override;
    const struct input_once *once; /* NULL: it has no key */
    const struct push_subscription *subscription;
    const struct reply *reply; /* it came by a channel; NULL: by the API */
};
