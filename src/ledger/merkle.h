/* The Merkle tree of RFC 6962 over records in the order they were written: one hash of 32 bytes stands for
 * all of them, a few dozen hashes prove that one record is in it, or that a tree goes on from an earlier one.
 *
 *   leaf = SHA-256(0x00 || record)     node = SHA-256(0x01 || left || right)
 *
 * Pure: no I/O. A frontier is what is needed to go on (32 bytes a level); a tree keeps every node, which
 * proofs need. Indexes count from 0. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"

struct merkle_hash {
    uint8_t bytes[SHA256_BYTES];
};

void merkle_leaf(const void *record, size_t n_bytes, struct merkle_hash *ret_leaf);

enum { MERKLE_LEVELS = 62 }; /* of any tree that fits into int64_t */

struct merkle_frontier {
    int64_t size;
    struct merkle_hash nodes[MERKLE_LEVELS]; /* [i]: of the 2^i leaves that bit i of size stands for */
};

void merkle_add(struct merkle_frontier *frontier, const struct merkle_hash *leaf);
/* Of no leaves: SHA-256 of nothing. */
void merkle_root(const struct merkle_frontier *frontier, struct merkle_hash *ret_root);
/* As bytes: the nodes of the set bits of size, lowest first. out holds MERKLE_FRONTIER_BYTES; gives how many.
 */
enum { MERKLE_FRONTIER_BYTES = MERKLE_LEVELS * SHA256_BYTES };
size_t merkle_pack(const struct merkle_frontier *frontier, uint8_t *out);
/* -1: no frontier of that size. */
int merkle_unpack(int64_t size, const uint8_t *bytes, size_t n_bytes, struct merkle_frontier *ret_frontier);

struct merkle_tree;

struct merkle_tree *merkle_tree_new(void);
void merkle_tree_free(struct merkle_tree *tree); /* NULL is allowed */
void merkle_tree_add(struct merkle_tree *tree, const struct merkle_hash *leaf);
int64_t merkle_tree_size(const struct merkle_tree *tree);
/* Of its first `size` leaves. */
void merkle_tree_root(const struct merkle_tree *tree, int64_t size, struct merkle_hash *ret_root);

enum { MERKLE_PROOF = MERKLE_LEVELS + 1 };
struct merkle_proof {
    size_t n;
    struct merkle_hash path[MERKLE_PROOF];
};

/* That leaf `index` is in the tree of the first `size` leaves; index < size. RFC 6962, 2.1.1. */
void merkle_inclusion(const struct merkle_tree *tree, int64_t index, int64_t size,
                      struct merkle_proof *ret_proof);
bool merkle_inclusion_fits(const struct merkle_hash *leaf, int64_t index, int64_t size,
                           const struct merkle_proof *proof, const struct merkle_hash *root);
/* That the tree of `size` leaves goes on from that of the first `from`; 0 < from <= size. RFC 6962, 2.1.2. */
void merkle_consistency(const struct merkle_tree *tree, int64_t from, int64_t size,
                        struct merkle_proof *ret_proof);
bool merkle_consistency_fits(int64_t from, const struct merkle_hash *from_root, int64_t size,
                             const struct merkle_hash *root, const struct merkle_proof *proof);
