/* Whether a start would find the database server of the ledger: nothing but a start, or the same connections
 * made by somebody else, can tell. A port that is open may belong to a standby, to a server that is full, or
 * to one that still holds the lock of a writer who was cut off. */
#pragma once

#include "ledger/ledger.h"

/* 0: the server lets a writer (when asked for) and so many readers in, all at once; they are closed again.
 * Else why not. For a process that may wait for as long as a network does. */
enum { LEDGER_ANSWERS_MOST = 64 };
int ledger_answers(const struct ledger_place *place, bool writer, size_t n_readers, struct err *err);
