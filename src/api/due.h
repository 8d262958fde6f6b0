/* Lists of what is due, read a page at a time: "after" of the query and "next" of the answer are the same
 * text, DUE_US-INCIDENT-NUMBER of the last that was told. */
#pragma once

#include "base/json.h"
#include "ledger/review.h"

struct request;

/* The first place when the query names none. -1: a problem is answered. */
int due_after(struct request *request, struct due_place *ret_after);
/* NULL: there is nothing more. */
void due_write_next(struct json_writer *writer, const struct due_place *last);
