/* Looking for something in the whole ledger. Any handle; values live in the arena. */
#pragma once

#include "ledger/ledger.h"

/* Of the incidents that are open: patients at risk first, then by severity, then the oldest. */
int ledger_worst_incidents(struct ledger *ledger, struct arena *arena, size_t limit,
                           struct incident **ret_incidents, size_t *ret_n, struct err *err);
int ledger_count_open(struct ledger *ledger, int64_t *ret_n, struct err *err);

/* The events that are looked for: NULL and 0 stand for any. */
struct event_search {
    int64_t incident;
    const char *kind;  /* "approval.given", or the noun alone, "approval" */
    const char *actor; /* "person:ana", or the name alone, "ana" */
    const char *text;  /* part of the summary, in any case */
    int64_t from_us, until_us;
    int64_t before; /* position */
    size_t limit;
};

enum { SEARCH_MOST = 1000 };

/* The newest that fit, newest first: at most `limit`, and those among a bounded number of events before
 * `before`. ret_next: the position to go on before, 0 when all have been looked at. It may be set though
 * fewer than `limit` were found, or none. */
int ledger_search(struct ledger *ledger, struct arena *arena, const struct event_search *search,
                  struct event_row **ret_rows, size_t *ret_n, int64_t *ret_next, struct err *err);

/* The newest signed checkpoint: how many events it covers, when it was signed, and its text (ledger/note.h).
 * 0 and NULL before the first. */
int ledger_newest_checkpoint(struct ledger *ledger, struct arena *arena, int64_t *ret_size,
                             int64_t *ret_signed_us, const char **ret_note, struct err *err);
