#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/testing.h"
#include "db/db.h"

static char folder[64], path[96];
static struct db *db;

static int set_up(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/crashcart-db-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a b#?%%.db", folder);
    struct err err = {0};
    assert_int_equal(db_open(path, DB_WRITER, &db, &err), 0);
    assert_int_equal(db_execute(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT, bytes BLOB)", &err),
                     0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    db = NULL;
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char file[128];
        snprintf(file, sizeof file, "%s%s", path, ends[i]);
        unlink(file);
    }
    rmdir(folder);
    return 0;
}

static int insert(const char *word, struct err *err)
{
    struct db_statement *statement = db_prepare(db, "INSERT INTO t (word) VALUES ($1)", err);
    assert_non_null(statement);
    db_bind_text(statement, word);
    return db_run(statement, err);
}

static int64_t count_rows(struct db *from)
{
    struct err err = {0};
    struct db_statement *statement = db_prepare(from, "SELECT count(*) FROM t", &err);
    assert_non_null(statement);
    assert_int_equal(db_step(statement, &err), 0);
    int64_t n = db_column_int(statement, 0);
    db_reset(statement);
    return n;
}

static void values_come_back_as_they_were_bound(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_statement *statement = db_prepare(db, "INSERT INTO t VALUES ($1, $2, $3)", &err);
    db_bind_int(statement, INT64_MAX);
    db_bind_text(statement, "'; DROP TABLE t; --");
    db_bind_blob(statement, "a\0b", 3);
    assert_int_equal(db_run(statement, &err), 0);
    assert_int_equal(db_last_id(db), INT64_MAX);

    statement = db_prepare(db, "SELECT * FROM t", &err);
    assert_int_equal(db_step(statement, &err), 0);
    assert_true(db_column_int(statement, 0) == INT64_MAX);
    assert_string_equal(db_column_text(statement, 1), "'; DROP TABLE t; --");
    size_t n_bytes;
    assert_memory_equal(db_column_blob(statement, 2, &n_bytes), "a\0b", 3);
    assert_int_equal(n_bytes, 3);
    assert_int_equal(db_step(statement, &err), DB_DONE);
}

static void a_null_text_reads_as_an_empty_one(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(insert(NULL, &err), 0);
    struct db_statement *statement = db_prepare(db, "SELECT word FROM t WHERE word IS NULL", &err);
    assert_int_equal(db_step(statement, &err), 0);
    assert_string_equal(db_column_text(statement, 0), "");
    db_reset(statement);
}

static void a_statement_is_prepared_once_and_comes_back_unbound(void **state)
{
    (void)state;
    struct err err = {0};
    struct db_statement *first = db_prepare(db, "INSERT INTO t (word) VALUES ($1)", &err);
    db_bind_text(first, "forgotten");
    char text[] = "INSERT INTO t (word) VALUES ($1)";
    struct db_statement *second = db_prepare(db, text, &err);
    assert_ptr_equal(first, second);
    assert_int_equal(db_run(second, &err), 0);
    struct db_statement *read = db_prepare(db, "SELECT count(word) FROM t", &err);
    assert_int_equal(db_step(read, &err), 0);
    assert_int_equal(db_column_int(read, 0), 0);
    db_reset(read);
}

static void text_that_does_not_compile_says_so(void **state)
{
    (void)state;
    struct err err = {0};
    assert_null(db_prepare(db, "SELECT nonsense FROM t", &err));
    assert_non_null(strstr(err.text, "nonsense"));
    assert_int_equal(db_execute(db, "CREATE NONSENSE", &err), -1);
}

static void a_reader_sees_what_is_committed_and_cannot_write(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *reader;
    assert_int_equal(db_open(path, DB_READER, &reader, &err), 0);
    assert_int_equal(db_begin(db, &err), 0);
    assert_int_equal(insert("a", &err), 0);
    assert_int_equal(count_rows(reader), 0);
    assert_int_equal(db_commit(db, &err), 0);
    assert_int_equal(count_rows(reader), 1);
    assert_int_equal(db_execute(reader, "DELETE FROM t", &err), -1);
    db_close(reader);
}

static void a_planned_fault_fails_once_and_leaves_nothing(void **state)
{
    (void)state;
    struct err err = {0};
    db_fail_after(db, 3, DB_FULL);
    assert_int_equal(db_begin(db, &err), 0);
    assert_int_equal(insert("a", &err), 0);
    assert_int_equal(db_commit(db, &err), DB_FULL);
    assert_int_equal(db_fail_after(db, 0, 0), 0);
    assert_int_equal(count_rows(db), 0);
    assert_int_equal(db_begin(db, &err), 0);
    assert_int_equal(insert("b", &err), 0);
    assert_int_equal(db_commit(db, &err), 0);
    assert_int_equal(count_rows(db), 1);
}

/* SQLite rolls back by itself after some errors; what follows must not commit alone. */
static void nothing_runs_after_a_transaction_has_ended_by_itself(void **state)
{
    (void)state;
    struct err err = {0};
    assert_int_equal(db_begin(db, &err), 0);
    assert_int_equal(insert("a", &err), 0);
    assert_int_equal(db_execute(db, "INSERT OR ROLLBACK INTO t (id) VALUES (1)", &err), -1);
    assert_int_equal(insert("b", &err), -1);
    assert_int_equal(db_commit(db, &err), -1);
    assert_int_equal(count_rows(db), 0);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    (void)state;
    struct err err = {0};
    struct db *other = NULL;
    assert_int_equal(db_open("/nowhere/at/all.db", DB_WRITER, &other, &err), -1);
    assert_non_null(strstr(err.text, "/nowhere/at/all.db"));
    assert_int_equal(db_open("/nowhere/at/all.db", DB_READER, &other, &err), -1);
    assert_null(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_come_back_as_they_were_bound),
        TEST(a_null_text_reads_as_an_empty_one),
        TEST(a_statement_is_prepared_once_and_comes_back_unbound),
        TEST(text_that_does_not_compile_says_so),
        TEST(a_reader_sees_what_is_committed_and_cannot_write),
        TEST(a_planned_fault_fails_once_and_leaves_nothing),
        TEST(nothing_runs_after_a_transaction_has_ended_by_itself),
        TEST(a_folder_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
