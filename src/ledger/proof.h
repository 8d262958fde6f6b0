/* Proof that nothing in a ledger was changed, offline, with or without a server running.
 *
 * Two commitments are computed again from the same bytes: the hash chain of every stream, and the Merkle tree
 * over all events, which signed checkpoints name (ledger/note.h). The chains tell where something does not
 * fit; the signatures tell when somebody made all of it fit again; a checkpoint that was kept elsewhere tells
 * when the whole was turned back to an earlier state. What follows the last checkpoint is not signed yet. */
#pragma once

#include <stdatomic.h>
#include <stdio.h>

#include "ledger/ledger.h"

struct ledger_check {
    const char *key_file;        /* the public key; NULL: DATA/ledger.pub, or the one in the export */
    const char *checkpoint_file; /* a checkpoint that was kept elsewhere; NULL: none */
    const char *checkpoint;      /* the same as text; NULL: none */
    const atomic_bool *stop;     /* once it is true, the proof is given up with -1; NULL: it is not */
};

struct ledger_proof {
    int64_t n_streams, n_events;
    int64_t n_signed;      /* events that a signed checkpoint covers */
    int64_t n_checkpoints; /* that fit */
    char origin[80];       /* whose key signed them; "" when there are none */
    bool is_part;          /* an export of some events: what is left out is not proved */
    bool own_key;          /* an export whose key came with it: anybody could have made both */
    char first_bad[240];   /* "incident/4 event 7: its hash does not fit its bytes"; "" when all fits */
};

/* 0 all fits; LEDGER_BROKEN: first_bad is set; -1 cannot open or read; LEDGER_AWAY. check may be NULL. */
enum { LEDGER_BROKEN = 3 };
int ledger_verify(const struct ledger_place *place, const struct ledger_check *check,
                  struct ledger_proof *ret_proof, struct err *err);
/* The same with a reader that is open already. */
int ledger_verify_open(struct ledger *reader, const struct ledger_check *check,
                       struct ledger_proof *ret_proof, struct err *err);
/* The same for a file that ledger_export() wrote. */
int ledger_verify_export(const char *path, const struct ledger_check *check, struct ledger_proof *ret_proof,
                         struct err *err);

struct ledger_part {
    int64_t incident;            /* 0: of all streams */
    int64_t since_us;            /* 0: from the beginning */
    const char *checkpoint_file; /* prove that a part goes on from this one, too; may be NULL */
};

/* Writes events with their hashes, checkpoints, and for a part the proofs that its events belong to the
 * whole, as JSON lines:
 *   {"crashcart_export":1,"origin":...,"key":...,"part":"all"}        or "incident/4", "since 2026-..."
 *   {"checkpoint":"..."}              in the whole after the event it ends with, in a part before all events
 *   {"from":"...","consistency":[...]}                                with checkpoint_file
 *   {"position":5,"hash":"...","record":"{...}","inclusion":[...]}
 *   {"events":12}                                                     the last line
 * 0, LEDGER_AWAY or -1. */
int ledger_export(const struct ledger_place *place, const struct ledger_part *part, FILE *out, int64_t *ret_n,
                  struct err *err);

/* The same piece by piece, of about a millisecond each, with a reader that is open already and does nothing
 * else until the end: one read transaction lasts as long. */
struct ledger_export;
struct ledger_export *ledger_export_begin(struct ledger *reader, const struct ledger_part *part);
/* Adds a piece to out, which may be nothing. 0: that was the last; LEDGER_MORE: call again; -1. */
int ledger_export_some(struct ledger_export *export, struct buf *out, struct err *err);
/* Gives the reader back to its owner. ret_n: how many events were written; may be NULL. */
void ledger_export_end(struct ledger_export *export, int64_t *ret_n);
