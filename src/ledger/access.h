/* Accounts and keys, for those who look up who may. Texts live in the arena. */
#pragma once

#include "engine/access.h"
#include "ledger/ledger.h"

/* Those in force; of one person or with one id when it is not NULL, at most one then. 0 or -1. */
int ledger_accounts(struct ledger *ledger, struct arena *arena, const char *person,
                    struct account **ret_accounts, size_t *ret_n, struct err *err);
int ledger_access_keys(struct ledger *ledger, struct arena *arena, const char *id, int64_t now_us,
                       struct access_key **ret_keys, size_t *ret_n, struct err *err);
