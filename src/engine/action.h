/* An action item: what is to be done after an incident, by whom and by when. The review of the incident is
 * one, too. It is chased until it is closed (engine/actions.c). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum action_kind {
    ACTION_TASK,
    ACTION_RUNBOOK, /* a runbook is to be changed: closes by itself when the file did, and lint finds no error
                     */
    ACTION_REVIEW,  /* made by the resolve, as the runbook promises it; at most one an incident */
    N_ACTION_KINDS
};
enum action_state { ACTION_OPEN, ACTION_DONE, ACTION_DROPPED, N_ACTION_STATES };
enum action_priority { ACTION_HIGH, ACTION_MEDIUM, ACTION_LOW, N_ACTION_PRIORITIES };

/* "task", "open", "medium", ... and back; -1 for another word. */
const char *action_kind_name(enum action_kind kind);
int action_kind_of(const char *name);
const char *action_state_name(enum action_state state);
int action_state_of(const char *name);
const char *action_priority_name(enum action_priority priority);
int action_priority_of(const char *name);

/* Texts belong to whoever holds the value; empty is "" or NULL alike. */
struct action_item {
    int64_t incident;
    int item; /* 1, 2, ... of the incident, as people say it */
    enum action_kind kind;
    enum action_state state;
    enum action_priority priority;
    const char *what;
    const char *owner;  /* a person of the configuration, or "": the commander is chased */
    const char *file;   /* of the runbook */
    const char *sha256; /* what it held when the item was made, or when lint last refused it */
    int line;           /* of the review: that promises it */
    const char *made_by, *ended_by, *note;
    int64_t made_us, due_us, ended_us;
    int64_t fires_us; /* when somebody is told next; 0: never again */
    int said;         /* how often that was */
};

/* What INPUT_ACTION asks for. NULL: as it is, or the usual for a new one. */
struct action_change {
    const char *what, *owner, *priority, *state, *kind, *file, *note;
    const char *due; /* "2026-04-01" (09:00 in the zone of the first schedule) or RFC 3339 */
};
