/* The drafts of an incident, from the ledger: what its audiences are, and what each would be told now. */
#pragma once

#include "ledger/update.h"
#include "runbook/library.h"
#include "update/update.h"

/* What drafts are made from; texts in the arena it was read into. */
struct draft_record {
    struct incident incident;
    known_findings findings;
    struct role_holder *roles;
    struct runbook_clock *clocks;
    struct update *sent; /* or wanted */
    size_t n_roles, n_clocks, n_sent;
};

/* 0, LEDGER_NOT_FOUND or -1. */
int draft_record_read(struct ledger *ledger, struct arena *arena, int64_t incident,
                      struct draft_record *ret_record, struct err *err);

/* Those of the configuration, then those that its runbook promises updates, or has templates for. Names in
 * the arena. */
void draft_audiences(struct arena *arena, const struct draft_record *record, const struct config *config,
                     const struct library *library, struct strings *ret_names);
/* When the audience is to be told again after it was told now; 0: nothing promises it. */
int64_t draft_next_us(const struct draft_record *record, const char *audience, int64_t now_us);
/* When it is to be told next as things stand; 0: nothing promises it. */
int64_t draft_due_us(const struct draft_record *record, const char *audience);

/* What a draft of that audience is made from; the members that a person gives are left empty. library may be
 * NULL. */
struct draft_input draft_input_of(const struct draft_record *record, const struct config *config,
                                  const struct library *library, const char *audience, int64_t now_us);
/* "data-safe: \"No PHI was compromised.\"; [contact]: ...": what was left out, for the record. */
const char *draft_withheld_text(struct arena *arena, const struct draft *draft);
