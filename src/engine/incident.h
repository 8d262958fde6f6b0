/* An incident: one trouble that people deal with, whatever number of alerts speaks of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum incident_state {
    INCIDENT_TRIGGERED,
    INCIDENT_ACKNOWLEDGED,
    INCIDENT_INVESTIGATING,
    INCIDENT_IDENTIFIED,
    INCIDENT_MONITORING, /* all alerts are over, or somebody watches a repair; then the hold-down */
    INCIDENT_RESOLVED,
    INCIDENT_CLOSED,
    N_INCIDENT_STATES
};

/* "triggered", ... and back; -1 for another word. */
const char *incident_state_name(enum incident_state state);
int incident_state_of(const char *name);

/* The table of legal moves (engine/incident.c), tested in full. Resolved -> triggered is opening it again. */
bool incident_may_move(enum incident_state from, enum incident_state to);

/* It is in that state since then: what the time in each state is counted from. */
struct incident_move {
    int64_t incident;
    int64_t at_us;
    enum incident_state state;
};

struct incident;
/* Its title is the name of an alert (and of its service), and no words that somebody wrote about a case. */
bool incident_title_is_name(const struct incident *incident);

/* Everything that is kept of an incident. Texts belong to whoever holds the value; empty is "" or NULL alike.
 */
struct incident {
    int64_t number;         /* 1, 2, ... as people say it */
    const char *trouble;    /* identity while it is open: service and procedure, or service and alert name */
    const char *sender_key; /* what its sender calls the trouble, as a hash; "": nothing */
    const char *title;
    const char *service;
    const char *severity; /* the runbook's own word; "unknown" without one */
    int severity_rank;    /* 1 is worst; 0 unknown */
    const char *severity_why;
    int severity_line;
    bool drill;                     /* a rehearsal: said wherever it is shown, counted nowhere */
    const char *severity_by;        /* who set it; "": the runbook's own rules */
    int severity_heard;             /* the worst rank that alerts spoke for; 0: none */
    bool patient_safety;            /* beside the severity: people may be harmed */
    const char *patient_safety_why; /* also why not any more */
    int patient_safety_line;
    const char *patient_safety_by; /* who set or cleared it; "": the alerts' own words */
    enum incident_state state;
    const char *runbook_file, *runbook_sha256; /* "" when no procedure fits */
    const char *procedure_title, *procedure_why;
    int procedure_line;
    int64_t started_us;      /* the first alert's startsAt: since when it burns */
    int64_t opened_us;       /* when we heard: time to detect = opened - started */
    int64_t acknowledged_us; /* 0: not yet */
    int64_t monitoring_us;
    int64_t resolved_us, closed_us, reopened_us;
    const char *acknowledged_by, *resolved_by, *closed_by;
    int64_t n_reopened;
    int64_t earlier;         /* the last incident of the same trouble, 0: none */
    int64_t lease_us;        /* the acknowledgement holds until then without progress; 0: no such time */
    int64_t progress_us;     /* when somebody last moved it on */
    int lease_lapses;        /* since then: 1, who has it was paged again; 2, others are */
    bool pages_owed;         /* pages that are to arrive although somebody has it */
    int64_t n_alerts;        /* that ever joined */
    int64_t n_firing;        /* now */
    int64_t response_time_s; /* of its severity; UNSTATED (INT64_MIN) when the runbook has none */
    int64_t muted_until_us;  /* it pages nobody until then; 0: it is not muted */
    const char *muted_by, *muted_why;
    int64_t hold_us; /* under legal hold since then: what is kept of it stays as it is; 0: it is not */
    const char *hold_by, *hold_why;
    int64_t flapping_us;     /* since when it flaps; 0: it does not */
    int64_t n_swings;        /* between burning and quiet, since then */
    int64_t storm;           /* the incident of the storm that pages for it; 0: none */
    int escalation_step;     /* next step of the chain to page, counted over all rounds */
    const char *chain;       /* that it counts in, by whom the steps notify: "person:ana \nperson:ben \n" */
    int64_t next_delivery;   /* number in the keys of what else it sends, and of none less than its pages */
    const char *paged;       /* how often whom, for the keys of the pages: "ana 2\nben 1\n" */
    const char *told;        /* audiences that were sent updates: "stakeholders,status-page" */
    const char *chat_name;   /* of its own channel in the chat, "incident-2026-03-01-4"; "": none is wanted */
    const char *chat_id;     /* as the chat knows it; "": it is not made yet */
    const char *chat_topic;  /* as it was last told to be */
    const char *chat_people; /* who is or will be in it, in the order of coming: "ana,ben" */
    int chat_invited;        /* so many of them are */
    int64_t chat_looks;      /* the first message was last asked to tell of so many that ended */
    int64_t chat_begun;      /* the first message stands in it, and is pinned: its time there, by which it is
                                edited; 1: not known; 0: it does not stand yet */
};

/* A mute until then, in seconds, within what a mute may last (INPUT_MUTE). */
int64_t mute_length_s(int64_t length_us);
