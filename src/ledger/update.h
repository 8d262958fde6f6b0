/* Updates: what each audience was told, as it left. */
#pragma once

#include "engine/update.h"
#include "ledger/ledger.h"

/* What an audience was told, or is to be, the oldest first; or of all incidents those that are wanted; or
 * those of the status page, the newest first. */
enum { LEDGER_UPDATES_WANTED = -1, LEDGER_UPDATES_ON_PAGE = -2 };
int ledger_updates(struct ledger *ledger, struct arena *arena, int64_t incident, size_t limit,
                   struct update **ret_updates, size_t *ret_n, struct err *err);
