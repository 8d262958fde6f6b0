/* What the proofs of a ledger and of an export share: every record is hashed again, in the order it was
 * written. */
#pragma once

#include "ledger/ledger_priv.h"
#include "ledger/proof.h"

struct proof_stream {
    const char *name;
    int64_t n; /* of the last event that fitted */
    uint8_t hash[SHA256_BYTES];
    bool from_middle; /* its next event is the first we see: what it follows is not known */
    int64_t head_n;
    const uint8_t *head_hash;
};

struct proof_checkpoint {
    struct checkpoint checkpoint;
    const char *where; /* "the checkpoint of 12 events", with the file that holds it */
};

struct proof {
    struct arena *arena;
    struct json_document *json;
    struct map *streams_by; /* struct proof_stream by what identifies it */
    LIST(struct proof_stream *) streams;
    struct buf bytes;
    struct note_key key;
    bool has_key;
    struct merkle_frontier tree;
    LIST(struct proof_checkpoint) checkpoints; /* by size */
    size_t next_checkpoint;                    /* the first that the tree has not come to */
    int64_t missing;                           /* first position that is not there; 0: none so far */
    char forged[240]; /* what to say of the first checkpoint that does not fit, when the chains do */
    struct ledger_proof result;
};

void proof_begin(struct proof *proof);
void proof_free(struct proof *proof);

/* Keeps the first sentence only. Gives LEDGER_BROKEN. */
int proof_broken(struct proof *proof, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The public key that signatures are held against. 0 or -1. */
int proof_key(struct proof *proof, const char *path, struct err *err);
/* Adds a checkpoint of no fewer events than are in the tree. file is where it lies, NULL: in the ledger. 0 or
 * LEDGER_BROKEN: it is not signed by the key. */
int proof_checkpoint(struct proof *proof, const char *note, size_t n_bytes, const char *file);
/* The same for a file. 0, LEDGER_BROKEN, or -1: it cannot be read. */
int proof_checkpoint_file(struct proof *proof, const char *path, struct err *err);

/* Event n of the stream: hash and chain. 0 or LEDGER_BROKEN. */
int proof_event(struct proof *proof, struct proof_stream *stream, int64_t n, const char *record,
                size_t n_bytes, const void *hash, size_t hash_bytes);
/* The record is the next of all: puts it into the tree, and holds the tree against the checkpoints. */
void proof_leaf(struct proof *proof, const char *record, size_t n_bytes);
/* After the last record: what the checkpoints say of all. 0 or LEDGER_BROKEN. */
int proof_signatures(struct proof *proof);
