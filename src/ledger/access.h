/* Accounts and keys, for those who look up who may. Texts live in the arena. */
#pragma once

#include "engine/access.h"
#include "ledger/ledger.h"

/* Those in force; of one person or with one id when it is not NULL, at most one then. 0 or -1. */
int ledger_accounts(struct ledger *ledger, struct arena *arena, const char *person,
                    struct account **ret_accounts, size_t *ret_n, struct err *err);
int ledger_access_keys(struct ledger *ledger, struct arena *arena, const char *id, int64_t now_us,
                       struct access_key **ret_keys, size_t *ret_n, struct err *err);

/* When the person of that session said last that they are at it; 0: they never did. 0 or -1. */
int ledger_session_seen(struct ledger *ledger, const char *id, int64_t *ret_seen_us, struct err *err);
/* Did they take, or get a role in, an incident by that moment that is not over yet? 0 or -1. */
int ledger_person_has_incident(struct ledger *ledger, const char *person, int64_t by_us, bool *ret_has,
                               struct err *err);
