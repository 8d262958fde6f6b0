/* Backups: what was kept comes back elsewhere, and nothing that is broken or in the way does harm. */
#include "ledger/backup.h"

#include <fcntl.h>

#include "base/file.h"
#include "ledger/open_ledger_testing.h"

static int set_up(void **state)
{
    open_ledger(state);
    struct decision decision = event_for(1, "alert.fired", "one");
    struct err err = {0};
    for (int i = 0; i < 5; i++)
        test_commit(ledger, &decision, 1);
    assert_int_equal(ledger_seal(ledger, T0_US, 1000, &err), 0);
    return 0;
}

static int backup(const char *name, struct err *err)
{
    struct ledger_place place = test_place(&folder);
    struct ledger_proof proof = {0};
    int result = ledger_backup(&place, path_of(name), &proof, err);
    assert_int_equal(access(path_of(arena_printf(arena, "%s.part", name)), F_OK), -1);
    return result;
}

static int restore(const char *name, const char *to, struct ledger_proof *ret_proof, struct err *err)
{
    int result = ledger_backup_restore(path_of(name), path_of(to), ret_proof, err);
    assert_int_equal(access(path_of(arena_printf(arena, "%s.part", to)), F_OK), -1);
    return result;
}

static void a_backup_under_a_writer_comes_back_with_its_key(void **state)
{
    (void)state;
    struct err err = {0};
    struct ledger_proof proof = {0};
    struct ledger *other;
    struct stat status;
    if (backup("b", &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(stat(path_of("b"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    struct decision later = event_for(1, "alert.fired", "after the backup");
    test_commit(ledger, &later, 1);
    if (restore("b", "new/", &proof, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(proof.n_events, 5);
    assert_int_equal(proof.n_signed, 5);
    struct ledger_place place = {.data_dir = path_of("new")};
    if (ledger_open(&place, &other, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(ledger_instance(other), ledger_instance(ledger));
    test_commit(other, &later, 1);
    assert_int_equal(ledger_seal(other, T0_US, 1000, &err), 0); /* with the same key */
    ledger_close(other);
    assert_int_equal(ledger_verify(&place, NULL, &proof, &err), 0);
    assert_int_equal(proof.n_signed, 6);
}

static void nothing_is_overwritten(void **state)
{
    (void)state;
    struct err err = {0};
    struct ledger_proof proof = {0};
    assert_int_equal(backup("b", &err), 0);
    assert_int_equal(backup("b", &err), -1);
    assert_non_null(strstr(err.text, "is there already"));
    assert_int_equal(restore("b", ".", &proof, &err), -1);
    assert_non_null(strstr(err.text, "is not empty"));
    assert_int_equal(mkdir(path_of("empty"), 0755), 0);
    assert_int_equal(restore("b", "empty", &proof, &err), 0);
}

static void a_backup_that_was_changed_is_refused(void **state)
{
    (void)state;
    struct err err = {0};
    struct ledger_proof proof = {0};
    struct db *db;
    assert_int_equal(backup("b", &err), 0);
    assert_int_equal(db_open(path_of("b"), NULL, DB_WRITER, &db, &err), 0);
    assert_int_equal(db_execute(db, "DELETE FROM event WHERE position = 5", &err), 0);
    db_close(db);
    assert_int_equal(restore("b", "new", &proof, &err), LEDGER_BROKEN);
    assert_int_equal(access(path_of("new"), F_OK), -1);
    assert_int_equal(file_write(path_of("text"), "no database", 11, 0600, &err), 0);
    assert_int_equal(restore("text", "new", &proof, &err), -1);
    assert_int_equal(restore("nowhere", "new", &proof, &err), -1);
    assert_int_equal(access(path_of("new"), F_OK), -1);
}

static void a_broken_ledger_is_not_taken_for_a_backup(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(db_execute(ledger->db, "DELETE FROM event WHERE position = 2", &err), 0);
    assert_int_equal(backup("b", &err), LEDGER_BROKEN);
    assert_int_equal(access(path_of("b"), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_backup_under_a_writer_comes_back_with_its_key, set_up,
                                        close_ledger),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten, set_up, close_ledger),
        cmocka_unit_test_setup_teardown(a_backup_that_was_changed_is_refused, set_up, close_ledger),
        cmocka_unit_test_setup_teardown(a_broken_ledger_is_not_taken_for_a_backup, set_up, close_ledger),
    };
    test_kind = DB_SQLITE; /* PostgreSQL has tools of its own */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
