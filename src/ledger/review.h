/* What is read to learn from incidents. Any handle; values live in the arena; 0 or -1. */
#pragma once

#include "ledger/ledger.h"

/* Incidents that were opened from then on and before until_us, the newest first, and their moves, by incident
 * and time. */
int ledger_incidents_opened(struct ledger *ledger, struct arena *arena, int64_t from_us, int64_t until_us,
                            size_t limit, struct incident **ret_incidents, size_t *ret_n, struct err *err);
int ledger_moves(struct ledger *ledger, struct arena *arena, int64_t first_incident, int64_t last_incident,
                 struct incident_move **ret_moves, size_t *ret_n, struct err *err);

/* Of one incident, by number. */
int ledger_actions(struct ledger *ledger, struct arena *arena, int64_t incident, size_t limit,
                   struct action_item **ret_actions, size_t *ret_n, struct err *err);

/* A place in a list of what is due, the earliest first: the one that stands there. */
struct due_place {
    int64_t due_us, incident;
    int64_t number; /* of the clock, or the item */
};
#define DUE_FROM_THE_FIRST ((struct due_place){.due_us = INT64_MIN})

/* What comes after a place: the clocks that run or are overdue, and the action items. */
int ledger_clocks_due(struct ledger *ledger, struct arena *arena, const struct due_place *after, size_t limit,
                      struct runbook_clock **ret_clocks, size_t *ret_n, struct err *err);
int ledger_actions_due(struct ledger *ledger, struct arena *arena, bool open_only,
                       const struct due_place *after, size_t limit, struct action_item **ret_actions,
                       size_t *ret_n, struct err *err);

/* Whether an answer of that id has counted already. */
int ledger_reply_known(struct ledger *ledger, const char *id, bool *ret_known, struct err *err);

int ledger_proofs(struct ledger *ledger, struct arena *arena, struct channel_proof **ret_proofs,
                  size_t *ret_n, struct err *err);
