/* Checkpoints: signed as events come, and what was done to a ledger by somebody who can make everything else
 * fit. */
#include <sys/stat.h>

#include "base/file.h"
#include "ledger/open_ledger_testing.h"

static void append(int n)
{
    struct decision decisions[] = {event_for(1, "alert.fired", "one"), event_for(0, "server.note", "two")};
    for (int i = 0; i < n; i++)
        test_commit(ledger, &decisions[i % 2], 1);
}

static void seal(void)
{
    struct err err = {0};
    int result;
    while ((result = ledger_seal(ledger, T0_US, 3, &err)) == LEDGER_MORE)
        ;
    if (result != 0)
        fail_msg("%d: %s", result, err.text);
}

static void change(const char *sql)
{
    struct err err = {0};
    if (db_execute(ledger->db, sql, &err) != 0)
        fail_msg("%s: %s", sql, err.text);
}

static struct ledger_proof proof_with(const struct ledger_check *check, int expected)
{
    struct ledger_place place = test_place(&folder);
    struct ledger_proof proof = {0};
    struct err err = {0};
    int result = ledger_verify(&place, check, &proof, &err);
    if (result != expected)
        fail_msg("%d: %s%s", result, err.text, proof.first_bad);
    return proof;
}

static void assert_found(const char *words)
{
    struct ledger_proof proof = proof_with(NULL, LEDGER_BROKEN);
    if (!strstr(proof.first_bad, words))
        fail_msg("\"%s\" does not say \"%s\"", proof.first_bad, words);
}

static void what_is_sealed_is_proved_with_its_signature(void **state)
{
    (void)state;
    assert_int_equal(proof_with(NULL, 0).n_checkpoints, 0);
    append(7);
    seal();
    append(4);
    struct ledger_proof proof = proof_with(NULL, 0);
    assert_int_equal(proof.n_events, 11);
    assert_int_equal(proof.n_signed, 7);
    seal();
    seal(); /* without news: no further one */
    proof = proof_with(NULL, 0);
    assert_int_equal(proof.n_signed, 11);
    assert_int_equal(proof.n_checkpoints, 3); /* two in the ledger, the last in the folder, too */
    assert_string_equal(proof.origin, arena_printf(arena, "crashcart/%s", ledger_instance(ledger)));
}

static void the_tree_goes_on_after_a_restart_with_the_same_key(void **state)
{
    (void)state;
    struct stat status;
    append(5);
    seal();
    ledger_close(ledger);
    ledger = test_open(&folder);
    append(6);
    seal();
    assert_int_equal(proof_with(NULL, 0).n_signed, 11);
    assert_int_equal(stat(path_of("ledger.key"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

/* A new key would make what the old one signed worth nothing, and nobody would see. */
static void a_lost_key_is_not_replaced(void **state)
{
    (void)state;
    struct err err = {0};
    append(5);
    seal();
    ledger_close(ledger);
    unlink(path_of("ledger.key"));
    ledger = test_open(&folder);
    append(1);
    assert_int_equal(ledger_seal(ledger, T0_US, 100, &err), LEDGER_UNSEALED);
    assert_non_null(strstr(err.text, "ledger.key"));
    assert_int_equal(access(path_of("ledger.key"), F_OK), -1);
}

/* Somebody who can write the database rewrites an event and makes every chain fit again, heads included: only
 * the signature tells. */
static void forge(const char *summary)
{
    struct folder_of_test elsewhere = test_folder_make();
    struct ledger *other = test_open(&elsewhere);
    struct err err = {0};
    for (int i = 0; i < 9; i++) {
        struct decision decision = event_for(1, "alert.fired", i == 4 ? summary : "one");
        test_commit(other, &decision, 1);
    }
    struct db_statement *read =
        db_prepare(other->db, "SELECT position, record, hash FROM event ORDER BY position", &err);
    struct db_statement *write =
        db_prepare(ledger->db, "UPDATE event SET record = $1, hash = $2 WHERE position = $3", &err);
    struct db_statement *head =
        db_prepare(ledger->db, "UPDATE stream SET hash = $1 WHERE name = 'incident/1'", &err);
    while (db_step(read, &err) == 0) {
        size_t record_bytes, hash_bytes;
        const void *record = db_column_blob(read, 1, &record_bytes);
        const void *hash = db_column_blob(read, 2, &hash_bytes);
        db_bind_blob(write, record, record_bytes);
        db_bind_blob(write, hash, hash_bytes);
        db_bind_int(write, db_column_int(read, 0));
        assert_int_equal(db_run(write, &err), 0);
        db_bind_blob(head, hash, hash_bytes);
        assert_int_equal(db_run(head, &err), 0);
    }
    ledger_close(other);
    test_folder_remove(&elsewhere);
}

static void a_forgery_that_fits_every_chain_is_found_by_the_signature(void **state)
{
    (void)state;
    struct decision decision = event_for(1, "alert.fired", "one");
    for (int i = 0; i < 9; i++) {
        test_commit(ledger, &decision, 1);
        if (i == 2)
            seal();
    }
    seal();
    forge("one");
    proof_with(NULL, 0); /* the forger's tools are good: the same text fits */
    forge("all was well");
    assert_found("the event at position 4, or one up to 9, is not the one that was signed");
}

static void a_dropped_last_event_is_found_by_the_checkpoint(void **state)
{
    (void)state;
    append(6);
    seal();
    change("DELETE FROM event WHERE position = 6");
    change(
        "UPDATE stream SET n = 2, hash = (SELECT hash FROM event WHERE position = 4) WHERE name = 'system'");
    assert_found("the event at position 6 is missing: the checkpoint of 6 events");
}

static void a_checkpoint_of_another_key_is_not_believed(void **state)
{
    (void)state;
    append(3);
    seal();
    change("UPDATE seal SET note = replace(note, 'A', 'B')");
    assert_found("a checkpoint in the ledger is");
}

/* Checkpoints are removed together with what they would tell: the one in the folder is left, or one that was
 * sent away before. */
static void a_ledger_that_was_turned_back_is_found_by_a_checkpoint_kept_elsewhere(void **state)
{
    (void)state;
    char *note;
    size_t n_bytes;
    append(4);
    seal();
    append(4);
    seal();
    assert_int_equal(file_read(arena, path_of("checkpoint"), 1000, &note, &n_bytes, NULL), 0);
    assert_int_equal(file_write(path_of("kept"), note, n_bytes, 0600, NULL), 0);
    change("DELETE FROM seal WHERE size = 8");
    change("DELETE FROM event WHERE position > 4");
    change("UPDATE stream SET n = 2, hash = (SELECT hash FROM event WHERE position = 3) WHERE name = "
           "'incident/1'");
    change(
        "UPDATE stream SET n = 2, hash = (SELECT hash FROM event WHERE position = 4) WHERE name = 'system'");
    assert_found("the event at position 5 is missing");
    unlink(path_of("checkpoint"));
    proof_with(NULL, 0);
    struct ledger_check check = {.checkpoint_file = path_of("kept")};
    struct ledger_proof proof = proof_with(&check, LEDGER_BROKEN);
    assert_non_null(
        strstr(proof.first_bad, "the event at position 5 is missing: the checkpoint of 8 events in"));
}

/* The n-th step fails: a checkpoint is there or it is not, the next one goes on. */
static void whichever_step_of_sealing_fails_the_next_one_goes_on(void **state)
{
    (void)state;
    bool failed = true;
    for (int64_t n = 1; failed; n++) {
        struct err err = {0};
        append(4);
        db_fail_after(ledger->db, n, DB_FULL);
        int result;
        while ((result = ledger_seal(ledger, T0_US, 3, &err)) == LEDGER_MORE)
            ;
        failed = db_fail_after(ledger->db, 0, 0) <= 0;
        assert_int_equal(result == 0, !failed);
        seal();
        assert_int_equal(proof_with(NULL, 0).n_signed, 4 * n);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ledger, close_ledger)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_sealed_is_proved_with_its_signature),
        TEST(the_tree_goes_on_after_a_restart_with_the_same_key),
        TEST(a_lost_key_is_not_replaced),
        TEST(a_forgery_that_fits_every_chain_is_found_by_the_signature),
        TEST(a_dropped_last_event_is_found_by_the_checkpoint),
        TEST(a_checkpoint_of_another_key_is_not_believed),
        TEST(a_ledger_that_was_turned_back_is_found_by_a_checkpoint_kept_elsewhere),
        TEST(whichever_step_of_sealing_fails_the_next_one_goes_on),
    };
    return test_on_each_store("checkpoints", tests, sizeof tests / sizeof *tests);
}
