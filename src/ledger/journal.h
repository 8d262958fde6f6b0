/* The journal: what one input decided, whole, as one row. It is durable with one page of the database written
 * instead of one for each table and index that it touches, so that a page to a person leaves sooner; the rows
 * of the tables follow in the next transaction. When the program ends in between, ledger_open() writes them.
 *
 * The row says after which event it belongs. Once its own events are there it is over, and the next one takes
 * its place. */
#pragma once

#include "db/db.h"
#include "ledger/ledger.h"

enum { LEDGER_TOO_LONG = 7 };

/* In the open transaction, in the place of ledger_record(), which must follow in the very next one, with the
 * same decisions and moment. LEDGER_TOO_LONG: nothing was written, record it at once (it is long, or holds no
 * event). 0, LEDGER_FULL, -1. */
int ledger_journal(struct ledger *ledger, const struct decisions *decisions, int64_t now_us, struct err *err);
/* The commit of that next one: it waits for no disk, for it can be made anew from the journal until a later
 * commit is durable, and this one with it. */
int ledger_commit_journaled(struct ledger *ledger, struct err *err);
/* ledger_commit(), and what is done beside the disk meanwhile (db_commit_meanwhile()): it must not touch the
 * ledger. */
int ledger_commit_meanwhile(struct ledger *ledger, const struct db_meanwhile *meanwhile, struct err *err);
