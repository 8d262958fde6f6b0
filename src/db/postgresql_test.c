/* What only a database server does: it goes, turns people away, refuses to be written to. */
#include <string.h>

#include "db/db_testing.h"

static struct store_of_test store;
static struct db *db;

static int set_up(void **state)
{
    (void)state;
    struct err err = {0};
    if (!test_server())
        return 0;
    test_kind = DB_POSTGRESQL;
    store = test_store_make("");
    if (db_open(store.where, NULL, DB_WRITER, &db, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(db_execute(db, "CREATE TABLE t (word TEXT)", &err), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    db_close(db);
    db = NULL;
    test_store_remove(&store);
    return 0;
}

static void needs_server(void)
{
    if (!test_server())
        skip();
}

static int insert(const char *word, struct err *err)
{
    struct db_statement *statement = db_prepare(db, "INSERT INTO t (word) VALUES ($1)", err);
    if (!statement)
        return -1;
    db_bind_text(statement, word);
    return db_run(statement, err);
}

/* The words are in the language of the server, and the connection has no SQLSTATE. */
static void a_server_without_a_place_left_is_away_and_one_without_the_database_is_not(void **state)
{
    (void)state;
    needs_server();
    struct err err = {0};
    struct db *other = NULL;
    char where[600];
    test_server_do("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0");
    snprintf(where, sizeof where, "%s&user=crowd", store.where);
    assert_int_equal(db_open(where, NULL, DB_WRITER, &other, &err), DB_AWAY);
    test_server_do("DROP ROLE crowd");
    assert_int_equal(db_open(where, NULL, DB_WRITER, &other, &err), -1);
    snprintf(where, sizeof where, "%s&dbname=nowhere", store.where);
    assert_int_equal(db_open(where, NULL, DB_WRITER, &other, &err), -1);
}

/* Such as a hosted one that is short of space. */
static void a_server_that_was_made_read_only_is_full(void **state)
{
    (void)state;
    needs_server();
    struct err err = {0};
    assert_int_equal(db_execute(db, "SET default_transaction_read_only = on", &err), 0);
    assert_int_equal(db_begin(db, &err), 0);
    int result = insert("a", &err);
    assert_int_equal(result == 0 ? db_commit(db, &err) : result, DB_FULL);
    db_rollback(db);
    assert_int_equal(db_execute(db, "SET default_transaction_read_only = off", &err), 0);
    assert_int_equal(insert("a", &err), 0);
}

static void a_lost_connection_is_told_and_stays_lost(void **state)
{
    (void)state;
    needs_server();
    struct err err = {0};
    char sql[200];
    assert_false(db_is_lost(db));
    struct db_statement *ask = db_prepare(db, "SELECT pg_backend_pid()", &err);
    assert_int_equal(db_step(ask, &err), 0);
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%lld, 5000)", (long long)db_column_int(ask, 0));
    db_reset(ask);
    assert_int_equal(db_begin(db, &err), 0);
    assert_int_equal(insert("a", &err), 0);
    test_server_do(sql);
    insert("b", &err);
    assert_int_equal(db_commit(db, &err), -1);
    assert_non_null(strstr(err.text, "connection to PostgreSQL was lost"));
    assert_true(db_is_lost(db));
    db_rollback(db);
    assert_int_equal(db_begin(db, &err), -1);
    assert_null(db_prepare(db, "SELECT 1", &err));
}

/* It stands for a server that hangs: its kernel acknowledges what it is sent, and no keepalive sees anything.
 */
static void a_server_that_does_not_answer_is_given_up(void **state)
{
    (void)state;
    needs_server();
    struct err err = {0};
    struct db_statement *sleep = db_prepare(db, "SELECT 1 FROM pg_sleep(60)", &err);
    assert_non_null(sleep);
    db_answer_within(db, 50);
    assert_int_equal(db_step(sleep, &err), -1);
    assert_true(db_is_lost(db));
}

static void a_server_has_all_its_time_where_that_is_said(void **state)
{
    (void)state;
    needs_server();
    struct err err = {0};
    struct db_statement *sleep = db_prepare(db, "SELECT 1 FROM pg_sleep(0.2)", &err);
    assert_non_null(sleep);
    db_answer_within(db, 0);
    assert_int_equal(db_step(sleep, &err), 0);
    db_reset(sleep);
    assert_false(db_is_lost(db));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_server_without_a_place_left_is_away_and_one_without_the_database_is_not),
        TEST(a_server_that_was_made_read_only_is_full),
        TEST(a_lost_connection_is_told_and_stays_lost),
        TEST(a_server_that_does_not_answer_is_given_up),
        TEST(a_server_has_all_its_time_where_that_is_said),
    };
    return cmocka_run_group_tests_name("postgresql", tests, NULL, NULL);
}
