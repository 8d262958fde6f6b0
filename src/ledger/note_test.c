/* Checkpoints and keys: what was written reads back, and nothing else passes. */
#include <string.h>

#include "base/testing.h"
#include "ledger/note.h"

static struct note_key key, other;
static struct merkle_hash root;

static int set_up(void **state)
{
    (void)state;
    note_key_make("crashcart/0011223344556677", &key);
    note_key_make("crashcart/0011223344556677", &other);
    merkle_leaf("a", 1, &root);
    return 0;
}

/* The example of the signed-note specification's verifier keys: name, id and key belong together. */
static void a_key_of_another_program_is_read(void **state)
{
    (void)state;
    struct note_key read;
    struct err err = {0};
    static const char line[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n";
    static const char note[] = "If you think cryptography is the answer to your problem,\n"
                               "then you don't know what your problem is.\n";
    assert_int_equal(note_key_read(line, &read, &err), 0);
    assert_string_equal(read.origin, "PeterNeumann");
    assert_int_equal(read.id[0], 0xc7);
    struct checkpoint checkpoint;
    assert_int_equal(checkpoint_read(note, sizeof note - 1, &read, &checkpoint, &err), -1);
}

static void keys_are_read_as_they_were_written(void **state)
{
    (void)state;
    struct buf public_line scoped_buf = {0};
    struct buf secret_line scoped_buf = {0};
    struct note_key read;
    struct err err = {0};
    note_key_public_line(&key, &public_line);
    note_key_secret_line(&key, &secret_line);
    assert_int_equal(note_key_read(buf_text(&secret_line), &read, &err), 0);
    assert_memory_equal(&read, &key, sizeof key);
    assert_int_equal(note_key_read(buf_text(&public_line), &read, &err), 0);
    assert_memory_equal(read.public, key.public, sizeof key.public);
    assert_memory_equal(read.id, key.id, sizeof key.id);
    for (size_t i = 0; i + 1 < public_line.n_bytes; i++) {
        public_line.at[i] = (char)(public_line.at[i] ^ 1);
        assert_int_equal(note_key_read(buf_text(&public_line), &read, &err), -1);
        public_line.at[i] = (char)(public_line.at[i] ^ 1);
    }
    for (size_t n = 0; n + 1 < public_line.n_bytes; n++) {
        public_line.at[public_line.n_bytes - 1 - n] = '\0';
        assert_int_equal(note_key_read(buf_text(&public_line), &read, &err), n == 0 ? 0 : -1);
    }
}

static void a_checkpoint_is_believed_with_its_key_only(void **state)
{
    (void)state;
    struct buf note scoped_buf = {0};
    struct checkpoint checkpoint;
    struct err err = {0};
    checkpoint_sign(&key, 1284, &root, &note);
    assert_int_equal(checkpoint_read(note.at, note.n_bytes, &key, &checkpoint, &err), 0);
    assert_int_equal(checkpoint.size, 1284);
    assert_memory_equal(&checkpoint.root, &root, sizeof root);
    assert_int_equal(checkpoint_read(note.at, note.n_bytes, &other, &checkpoint, &err), -1);
    assert_non_null(strstr(err.text, "not signed by the key"));
    assert_int_equal(checkpoint_read(note.at, note.n_bytes, NULL, &checkpoint, &err), 0);
    for (size_t i = 0; i + 1 < note.n_bytes; i++) {
        note.at[i] = (char)(note.at[i] ^ 1);
        assert_int_equal(checkpoint_read(note.at, note.n_bytes, &key, &checkpoint, &err), -1);
        note.at[i] = (char)(note.at[i] ^ 1);
    }
    for (size_t n = 0; n + 1 < note.n_bytes; n++)
        assert_int_equal(checkpoint_read(note.at, n, &key, &checkpoint, &err), -1);
}

/* A witness adds a line of its own. */
static void further_signatures_do_no_harm(void **state)
{
    (void)state;
    struct buf note scoped_buf = {0};
    struct checkpoint checkpoint;
    checkpoint_sign(&key, 3, &root, &note);
    buf_puts(&note, "\xe2\x80\x94 witness.example.org/w1 AAAAAAAAAAAA\n");
    assert_int_equal(checkpoint_read(note.at, note.n_bytes, &key, &checkpoint, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_of_another_program_is_read),
        TEST(keys_are_read_as_they_were_written),
        TEST(a_checkpoint_is_believed_with_its_key_only),
        TEST(further_signatures_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
