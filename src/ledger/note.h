/* Checkpoints: what the whole ledger is at a moment, in three lines, signed. The forms are those of C2SP
 * (signed-note, tlog-checkpoint), so that other people's tools and witnesses read them:
 *
 *   crashcart/4f0c...            the origin: the installation
 *   1284                         how many events
 *   <base64>                     the root of their Merkle tree
 *
 *   — crashcart/4f0c... <base64 of key id and Ed25519 signature over the lines above>
 *
 * A key file holds one line: "ORIGIN+<8 hex>+<base64>" the public one (ledger.pub), "PRIVATE+KEY+..." the
 * other (ledger.key, mode 0600). */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "ledger/merkle.h"

enum { ORIGIN_BYTES = 80, NOTE_BYTES = 1024 };

struct note_key {
    char origin[ORIGIN_BYTES];
    uint8_t id[4];
    uint8_t public[32];
    uint8_t secret[64]; /* zeros in a public key */
};

struct checkpoint {
    char origin[ORIGIN_BYTES];
    int64_t size;
    struct merkle_hash root;
};

void note_key_make(const char *origin, struct note_key *ret_key);
/* The line of the file, with its line break. */
void note_key_public_line(const struct note_key *key, struct buf *out);
void note_key_secret_line(const struct note_key *key, struct buf *out); /* out is the caller's to wipe */
/* Either kind of line. -1 with what is wrong. */
int note_key_read(const char *line, struct note_key *ret_key, struct err *err);

void checkpoint_sign(const struct note_key *key, int64_t size, const struct merkle_hash *root,
                     struct buf *out);
/* Reads a checkpoint, and whether that key signed it (key may be NULL: not asked). -1: it is none, or it is
 * not signed by the key. */
int checkpoint_read(const char *note, size_t n_bytes, const struct note_key *key,
                    struct checkpoint *ret_checkpoint, struct err *err);
