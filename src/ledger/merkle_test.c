/* The tree against the definition of RFC 6962, written down again as it stands there, for every size up to a
 * few hundred. */
#include <stdio.h>
#include <string.h>

#include "base/testing.h"
#include "ledger/merkle.h"

enum { MOST = 130 };

static struct merkle_hash leaves[MOST];
static struct merkle_tree *tree;

static int set_up(void **state)
{
    (void)state;
    tree = merkle_tree_new();
    for (int i = 0; i < MOST; i++) {
        char record[20];
        int n = snprintf(record, sizeof record, "record %d", i);
        merkle_leaf(record, (size_t)n, &leaves[i]);
        merkle_tree_add(tree, &leaves[i]);
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    merkle_tree_free(tree);
    return 0;
}

/* MTH(D[n]) of RFC 6962, 2.1. */
static struct merkle_hash defined(int64_t from, int64_t until)
{
    struct merkle_hash hash;
    uint8_t bytes[65] = {1};
    int64_t k = 1;
    if (until - from == 0) {
        sha256("", 0, hash.bytes);
        return hash;
    }
    if (until - from == 1)
        return leaves[from];
    while (2 * k < until - from)
        k *= 2;
    hash = defined(from, from + k);
    memcpy(bytes + 1, hash.bytes, 32);
    hash = defined(from + k, until);
    memcpy(bytes + 33, hash.bytes, 32);
    sha256(bytes, sizeof bytes, hash.bytes);
    return hash;
}

static void known_values_come_out(void **state)
{
    (void)state;
    char hex[SHA256_HEX_BYTES];
    struct merkle_hash hash;
    struct merkle_frontier frontier = {0};
    merkle_root(&frontier, &hash);
    hex_encode(hash.bytes, 32, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    merkle_leaf("", 0, &hash); /* the test vectors of certificate transparency */
    hex_encode(hash.bytes, 32, hex);
    assert_string_equal(hex, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    merkle_add(&frontier, &hash);
    merkle_leaf("", 1, &hash); /* one byte: zero */
    merkle_add(&frontier, &hash);
    merkle_root(&frontier, &hash);
    hex_encode(hash.bytes, 32, hex);
    assert_string_equal(hex, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
}

static void frontier_and_tree_have_the_root_of_the_definition(void **state)
{
    (void)state;
    struct merkle_frontier frontier = {0};
    for (int64_t size = 0; size <= MOST; size++) {
        struct merkle_hash expected = defined(0, size), found;
        merkle_root(&frontier, &found);
        assert_memory_equal(&found, &expected, sizeof found);
        merkle_tree_root(tree, size, &found);
        assert_memory_equal(&found, &expected, sizeof found);
        uint8_t packed[MERKLE_FRONTIER_BYTES];
        size_t n_bytes = merkle_pack(&frontier, packed);
        struct merkle_frontier again;
        assert_int_equal(merkle_unpack(size, packed, n_bytes, &again), 0);
        assert_int_equal(merkle_unpack(size, packed, n_bytes + 1, &again), -1);
        if (size < MOST)
            merkle_add(&again, &leaves[size]);
        frontier = again;
    }
}

static void every_leaf_of_every_size_is_proved_and_no_other(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= MOST; size++)
        for (int64_t index = 0; index < size; index++) {
            struct merkle_hash root = defined(0, size);
            struct merkle_proof proof;
            merkle_inclusion(tree, index, size, &proof);
            assert_true(merkle_inclusion_fits(&leaves[index], index, size, &proof, &root));
            assert_false(merkle_inclusion_fits(&leaves[(index + 1) % MOST], index, size, &proof, &root));
            assert_false(merkle_inclusion_fits(&leaves[index], index, size, &proof, &leaves[MOST - 1]) &&
                         size > 1);
            assert_false(merkle_inclusion_fits(&leaves[index], index + 1, size, &proof, &root));
            if (proof.n > 0) {
                proof.path[proof.n / 2].bytes[7] ^= 1;
                assert_false(merkle_inclusion_fits(&leaves[index], index, size, &proof, &root));
                proof.n--;
                assert_false(merkle_inclusion_fits(&leaves[index], index, size, &proof, &root));
            }
        }
}

static void every_tree_goes_on_from_every_earlier_one_and_from_no_other(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= MOST; size++)
        for (int64_t from = 1; from <= size; from++) {
            struct merkle_hash root = defined(0, size), old = defined(0, from);
            struct merkle_proof proof;
            merkle_consistency(tree, from, size, &proof);
            assert_true(merkle_consistency_fits(from, &old, size, &root, &proof));
            old.bytes[0] ^= 1;
            assert_false(merkle_consistency_fits(from, &old, size, &root, &proof));
            old.bytes[0] ^= 1;
            root.bytes[0] ^= 1;
            assert_false(merkle_consistency_fits(from, &old, size, &root, &proof));
            root.bytes[0] ^= 1;
            for (size_t i = 0; i < proof.n; i++) {
                proof.path[i].bytes[3] ^= 4;
                assert_false(merkle_consistency_fits(from, &old, size, &root, &proof));
                proof.path[i].bytes[3] ^= 4;
            }
            proof.n++;
            assert_false(merkle_consistency_fits(from, &old, size, &root, &proof));
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(known_values_come_out),
        TEST(frontier_and_tree_have_the_root_of_the_definition),
        TEST(every_leaf_of_every_size_is_proved_and_no_other),
        TEST(every_tree_goes_on_from_every_earlier_one_and_from_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
