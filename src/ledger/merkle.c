/* Verification follows RFC 9162, 2.1.3.2 and 2.1.4.2, which say the same as RFC 6962 as steps to take. */
#include "ledger/merkle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

void merkle_leaf(const void *record, size_t n_bytes, struct merkle_hash *ret_leaf)
{
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t[]){0}, 1);
    crypto_hash_sha256_update(&state, record, n_bytes);
    crypto_hash_sha256_final(&state, ret_leaf->bytes);
}

static struct merkle_hash node_of(const struct merkle_hash *left, const struct merkle_hash *right)
{
    uint8_t bytes[1 + 2 * SHA256_BYTES] = {1};
    struct merkle_hash node;
    memcpy(bytes + 1, left->bytes, SHA256_BYTES);
    memcpy(bytes + 1 + SHA256_BYTES, right->bytes, SHA256_BYTES);
    sha256(bytes, sizeof bytes, node.bytes);
    return node;
}

static bool is_equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
    return memcmp(a->bytes, b->bytes, SHA256_BYTES) == 0;
}

/* ---- the frontier ---- */

void merkle_add(struct merkle_frontier *frontier, const struct merkle_hash *leaf)
{
    struct merkle_hash node = *leaf;
    int level = 0;
    for (; frontier->size >> level & 1; level++)
        node = node_of(&frontier->nodes[level], &node);
    frontier->nodes[level] = node;
    frontier->size++;
}

void merkle_root(const struct merkle_frontier *frontier, struct merkle_hash *ret_root)
{
    bool is_first = true;
    if (frontier->size == 0)
        sha256("", 0, ret_root->bytes);
    for (int level = 0; level < MERKLE_LEVELS; level++) {
        if (!(frontier->size >> level & 1))
            continue;
        *ret_root = is_first ? frontier->nodes[level] : node_of(&frontier->nodes[level], ret_root);
        is_first = false;
    }
}

size_t merkle_pack(const struct merkle_frontier *frontier, uint8_t *out)
{
    size_t n = 0;
    for (int level = 0; level < MERKLE_LEVELS; level++)
        if (frontier->size >> level & 1) {
            memcpy(out + n, frontier->nodes[level].bytes, SHA256_BYTES);
            n += SHA256_BYTES;
        }
    return n;
}

int merkle_unpack(int64_t size, const uint8_t *bytes, size_t n_bytes, struct merkle_frontier *ret_frontier)
{
    struct merkle_frontier frontier = {.size = size};
    size_t n = 0;
    if (size < 0 || size >> MERKLE_LEVELS)
        return -1;
    for (int level = 0; level < MERKLE_LEVELS; level++)
        if (size >> level & 1) {
            if (n + SHA256_BYTES > n_bytes)
                return -1;
            memcpy(frontier.nodes[level].bytes, bytes + n, SHA256_BYTES);
            n += SHA256_BYTES;
        }
    if (n != n_bytes)
        return -1;
    *ret_frontier = frontier;
    return 0;
}

/* ---- the tree ---- */

/* Every complete subtree: level i holds those of 2^i leaves. */
struct merkle_tree {
    struct level {
        struct merkle_hash *nodes;
        int64_t n, capacity;
    } levels[MERKLE_LEVELS];
};

struct merkle_tree *merkle_tree_new(void)
{
    struct merkle_tree *tree = heap_alloc(sizeof *tree);
    *tree = (struct merkle_tree){0};
    return tree;
}

void merkle_tree_free(struct merkle_tree *tree)
{
    for (int i = 0; tree && i < MERKLE_LEVELS; i++)
        free(tree->levels[i].nodes);
    free(tree);
}

static void level_push(struct level *level, const struct merkle_hash *node)
{
    if (level->n == level->capacity) {
        level->capacity = level->capacity ? level->capacity * 2 : 64;
        level->nodes = heap_resize(level->nodes, (size_t)level->capacity * sizeof *level->nodes);
    }
    level->nodes[level->n++] = *node;
}

void merkle_tree_add(struct merkle_tree *tree, const struct merkle_hash *leaf)
{
    struct merkle_hash node = *leaf;
    struct level *level = tree->levels;
    for (level_push(level, &node); level->n % 2 == 0; level_push(level, &node)) {
        node = node_of(&level->nodes[level->n - 2], &level->nodes[level->n - 1]);
        level++;
    }
}

int64_t merkle_tree_size(const struct merkle_tree *tree)
{
    return tree->levels[0].n;
}

/* The largest power of two below n; n > 1. */
static int64_t split_of(int64_t n)
{
    int64_t k = 1;
    while (k * 2 < n)
        k *= 2;
    return k;
}

/* Of the leaves from `from` on, n of them, as RFC 6962 cuts them. */
static struct merkle_hash range_hash(const struct merkle_tree *tree, int64_t from, int64_t n)
{
    int level = 0;
    while ((INT64_C(1) << level) < n)
        level++;
    if ((INT64_C(1) << level) == n && from % n == 0)
        return tree->levels[level].nodes[from / n];
    int64_t k = split_of(n);
    struct merkle_hash left = range_hash(tree, from, k), right = range_hash(tree, from + k, n - k);
    return node_of(&left, &right);
}

void merkle_tree_root(const struct merkle_tree *tree, int64_t size, struct merkle_hash *ret_root)
{
    if (size == 0)
        sha256("", 0, ret_root->bytes);
    else
        *ret_root = range_hash(tree, 0, size);
}

/* ---- proofs ---- */

/* From the root down, and so written from the end. */
static void put_last(struct merkle_hash *path, size_t *n_left, struct merkle_hash node)
{
    path[--*n_left] = node;
}

static void proof_finish(struct merkle_hash *path, size_t n_left, struct merkle_proof *ret_proof)
{
    ret_proof->n = MERKLE_PROOF - n_left;
    memcpy(ret_proof->path, path + n_left, ret_proof->n * sizeof *path);
}

void merkle_inclusion(const struct merkle_tree *tree, int64_t index, int64_t size,
                      struct merkle_proof *ret_proof)
{
    struct merkle_hash path[MERKLE_PROOF];
    size_t n_left = MERKLE_PROOF;
    for (int64_t from = 0, n = size; n > 1;) {
        int64_t k = split_of(n);
        if (index < from + k) {
            put_last(path, &n_left, range_hash(tree, from + k, n - k));
            n = k;
        } else {
            put_last(path, &n_left, range_hash(tree, from, k));
            from += k;
            n -= k;
        }
    }
    proof_finish(path, n_left, ret_proof);
}

/* From the node number at of a level to the one that the next hash of a path makes of it; last is the level's
 * last one. True: the hash of the path stands left of it. */
static bool climb(int64_t *at, int64_t *last)
{
    bool left = *at % 2 == 1 || *at == *last;
    while (left && *at % 2 == 0 && *at != 0) { /* alone at the end of its level: it is that of the next */
        *at /= 2;
        *last /= 2;
    }
    *at /= 2;
    *last /= 2;
    return left;
}

bool merkle_inclusion_fits(const struct merkle_hash *leaf, int64_t index, int64_t size,
                           const struct merkle_proof *proof, const struct merkle_hash *root)
{
    int64_t at = index, last = size - 1;
    struct merkle_hash hash = *leaf;
    if (index < 0 || index >= size)
        return false;
    for (size_t i = 0; i < proof->n; i++) {
        if (last == 0)
            return false;
        hash = climb(&at, &last) ? node_of(&proof->path[i], &hash) : node_of(&hash, &proof->path[i]);
    }
    return last == 0 && is_equal(&hash, root);
}

void merkle_consistency(const struct merkle_tree *tree, int64_t from, int64_t size,
                        struct merkle_proof *ret_proof)
{
    struct merkle_hash path[MERKLE_PROOF];
    size_t n_left = MERKLE_PROOF;
    int64_t begin = 0, n = size;
    bool is_whole = true; /* the first `from` leaves are a complete subtree of those of `from` itself */
    while (from - begin != n) {
        int64_t k = split_of(n);
        if (from - begin <= k) {
            put_last(path, &n_left, range_hash(tree, begin + k, n - k));
            n = k;
        } else {
            put_last(path, &n_left, range_hash(tree, begin, k));
            begin += k;
            n -= k;
            is_whole = false;
        }
    }
    if (!is_whole)
        put_last(path, &n_left, range_hash(tree, begin, n));
    proof_finish(path, n_left, ret_proof);
}

bool merkle_consistency_fits(int64_t from, const struct merkle_hash *from_root, int64_t size,
                             const struct merkle_hash *root, const struct merkle_proof *proof)
{
    if (from <= 0 || from > size)
        return false;
    if (from == size)
        return proof->n == 0 && is_equal(from_root, root);
    /* A complete tree is its own first node. */
    bool is_power = (from & (from - 1)) == 0;
    size_t i = is_power ? 0 : 1;
    if (proof->n < i + (is_power ? 1 : 0))
        return false;
    struct merkle_hash old = is_power ? *from_root : proof->path[0], new = old;
    int64_t at = from - 1, last = size - 1;
    for (; at % 2 == 1; at /= 2)
        last /= 2;
    for (; i < proof->n; i++) {
        if (last == 0)
            return false;
        if (climb(&at, &last)) {
            old = node_of(&proof->path[i], &old);
            new = node_of(&proof->path[i], &new);
        } else {
            new = node_of(&new, &proof->path[i]);
        }
    }
    return last == 0 && is_equal(&old, from_root) && is_equal(&new, root);
}
