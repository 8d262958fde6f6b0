/* Exports: what was written is proved without the ledger, and nothing that was done to the file passes. */
#include "base/file.h"
#include "ledger/open_ledger_testing.h"

static void append(int n)
{
    struct decision decisions[] = {event_for(1, "alert.fired", "one \"quoted\"\n"),
                                   event_for(2, "alert.fired", "two"), event_for(0, "server.note", "three")};
    struct err err = {0};
    for (int i = 0; i < n; i++)
        test_commit(ledger, &decisions[i % 3], 1);
    assert_int_equal(ledger_seal(ledger, T0_US, 1000, &err), 0);
}

static int set_up(void **state)
{
    open_ledger(state);
    append(7);
    append(6);
    return 0;
}

static int64_t export(const struct ledger_part *part)
{
    struct ledger_place place = test_place(&folder);
    struct err err = {0};
    int64_t n;
    FILE *out = fopen(path_of("export"), "w");
    int result = ledger_export(&place, part, out, &n, &err);
    fclose(out);
    if (result != 0)
        fail_msg("%s", err.text);
    return n;
}

static int verify(const struct ledger_check *check, struct ledger_proof *ret_proof)
{
    struct err err = {0};
    *ret_proof = (struct ledger_proof){0};
    int result = ledger_verify_export(path_of("export"), check, ret_proof, &err);
    if (result == -1)
        print_message("%s\n", err.text);
    return result;
}

/* Without the sync of file_write(), which so many files would wait for. */
static void write_export(const char *bytes, size_t n_bytes)
{
    FILE *file = fopen(path_of("export"), "w");
    assert_int_equal(fwrite(bytes, 1, n_bytes, file), n_bytes);
    fclose(file);
}

/* Any change of a line but the first, which says only what the file is; and any line left out, doubled or put
 * elsewhere. */
static void assert_nothing_passes(const struct ledger_check *check)
{
    struct ledger_proof proof;
    char *original;
    size_t n_bytes;
    if (test_kind != DB_SQLITE)
        return; /* a file is a file, whichever store it came from */
    assert_int_equal(file_read(arena, path_of("export"), 1u << 20, &original, &n_bytes, NULL), 0);
    char *changed = arena_strndup(arena, original, n_bytes);
    size_t first = (size_t)(strchr(original, '\n') - original) + 1;
    for (size_t at = first; at < n_bytes; at++) {
        changed[at] = (char)(original[at] ^ 1 << at % 7);
        write_export(changed, n_bytes);
        int result = verify(check, &proof);
        if (result != LEDGER_BROKEN)
            fail_msg("byte %zu, '%c' for '%c': %d", at, changed[at], original[at], result);
        changed[at] = original[at];
    }
    for (char *line = original + first, *end; *line; line = end) {
        end = strchr(line, '\n') + 1;
        size_t before = (size_t)(line - original), n_line = (size_t)(end - line);
        struct buf without scoped_buf = {0};
        struct buf doubled scoped_buf = {0};
        buf_add(&without, original, before);
        buf_puts(&without, end);
        write_export(without.at, without.n_bytes);
        bool is_spare =
            strstr(line, "{\"checkpoint\"") == line; /* what it covers is still covered by the next */
        assert_true(verify(check, &proof) == LEDGER_BROKEN || is_spare);
        buf_add(&doubled, original, before + n_line);
        buf_puts(&doubled, line);
        write_export(doubled.at, doubled.n_bytes);
        assert_true(verify(check, &proof) == LEDGER_BROKEN || is_spare);
    }
}

static void the_whole_is_proved_without_the_ledger(void **state)
{
    (void)state;
    struct ledger_proof proof;
    struct ledger_check check = {.key_file = path_of("ledger.pub"), .checkpoint_file = path_of("checkpoint")};
    assert_int_equal(export(&(struct ledger_part){0}), 13);
    assert_int_equal(verify(NULL, &proof), 0);
    assert_true(proof.own_key);
    assert_int_equal(verify(&check, &proof), 0);
    assert_int_equal(proof.n_events, 13);
    assert_int_equal(proof.n_signed, 13);
    assert_int_equal(proof.n_streams, 3);
    assert_false(proof.own_key || proof.is_part);
    assert_nothing_passes(&check);
}

static void the_events_of_an_incident_are_proved_to_belong_to_the_whole(void **state)
{
    (void)state;
    struct ledger_proof proof;
    struct ledger_check check = {.key_file = path_of("ledger.pub")};
    assert_int_equal(export(&(struct ledger_part){.incident = 2}), 4);
    assert_int_equal(verify(&check, &proof), 0);
    assert_int_equal(proof.n_events, 4);
    assert_int_equal(proof.n_signed, 4);
    assert_int_equal(proof.n_streams, 1);
    assert_true(proof.is_part);
    assert_nothing_passes(&check);
}

static void a_part_may_begin_in_the_middle(void **state)
{
    (void)state;
    struct ledger_proof proof;
    struct decision late = event_for(2, "alert.fired", "late");
    struct err err = {0};
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(test_record(ledger, &late, 1, T0_US + 60 * US_PER_S, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
    assert_int_equal(export(&(struct ledger_part){.since_us = T0_US + US_PER_S}), 1);
    assert_int_equal(verify(NULL, &proof), 0);
    assert_int_equal(proof.n_events, 1);
    assert_int_equal(proof.n_signed, 0); /* not yet */
    assert_int_equal(ledger_seal(ledger, T0_US, 1000, &err), 0);
    export(&(struct ledger_part){.since_us = T0_US + US_PER_S});
    assert_int_equal(verify(NULL, &proof), 0);
    assert_int_equal(proof.n_signed, 1);
}

static void a_part_goes_on_from_a_checkpoint_that_was_kept(void **state)
{
    (void)state;
    struct ledger_proof proof;
    char *note;
    size_t n_bytes;
    assert_int_equal(file_read(arena, path_of("checkpoint"), 1000, &note, &n_bytes, NULL), 0);
    assert_int_equal(file_write(path_of("kept"), note, n_bytes, 0600, NULL), 0);
    append(5);
    struct ledger_check check = {.checkpoint_file = path_of("kept")};
    export(&(struct ledger_part){.incident = 1});
    assert_int_equal(verify(&check, &proof), -1); /* it does not say */
    export(&(struct ledger_part){.incident = 1, .checkpoint_file = path_of("kept")});
    assert_int_equal(verify(&check, &proof), 0);

    /* The same key signs another history. */
    struct note_key key;
    struct err err = {0};
    char *line;
    struct merkle_hash root;
    struct buf other scoped_buf = {0};
    assert_int_equal(file_read(arena, path_of("ledger.key"), 1000, &line, &n_bytes, &err), 0);
    assert_int_equal(note_key_read(line, &key, &err), 0);
    merkle_leaf("another", 7, &root);
    checkpoint_sign(&key, 13, &root, &other);
    assert_int_equal(file_write(path_of("kept"), other.at, other.n_bytes, 0600, NULL), 0);
    assert_int_equal(verify(&check, &proof), LEDGER_BROKEN);
    assert_non_null(strstr(proof.first_bad, "does not go on from the checkpoint"));
}

static void another_file_is_no_export(void **state)
{
    (void)state;
    struct ledger_proof proof;
    static const char *const texts[] = {"", "hello\n", "{}\n", "{\"crashcart_export\":2,\"part\":\"all\"}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_export(texts[i], strlen(texts[i]));
        assert_int_not_equal(verify(NULL, &proof), 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_whole_is_proved_without_the_ledger),
        TEST(the_events_of_an_incident_are_proved_to_belong_to_the_whole),
        TEST(a_part_may_begin_in_the_middle),
        TEST(a_part_goes_on_from_a_checkpoint_that_was_kept),
        TEST(another_file_is_no_export),
    };
    return test_on_each_store("export", tests, sizeof tests / sizeof *tests);
}
