/* Looking for something in the whole ledger. Any handle; values live in the arena. */
#pragma once

#include "ledger/ledger.h"

/* Of services with blanks between them, "" for all: the incidents below a number, the newest first; or the
 * open ones, the worst first: patients at risk, then by severity, then what nobody has, then the oldest. */
struct incident_search {
    const char *services;
    bool open_only, worst_first; /* the second is of the open ones */
    int64_t before;              /* 0: from the newest on; nothing to the worst */
    size_t limit;
};
int ledger_search_incidents(struct ledger *ledger, struct arena *arena, const struct incident_search *search,
                            struct incident **ret_incidents, size_t *ret_n, struct err *err);
int ledger_count_open(struct ledger *ledger, const char *services, int64_t *ret_n, struct err *err);

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
