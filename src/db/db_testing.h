/* What tests of stores share: each runs on SQLite and, under tools/with-postgresql, on PostgreSQL, in a
 * schema of its own. Without that server the second round is left out, and says so. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/testing.h"
#include "db/db.h"
#include "db/postgresql_library.h"

/* Of the round that runs. */
static enum db_kind test_kind;

struct store_of_test {
    char where[400]; /* for db_open() */
    char schema[60]; /* PostgreSQL */
};

static inline const char *test_server(void)
{
    return getenv("CRASHCART_TEST_POSTGRESQL");
}

/* On the server, outside of any schema. */
static inline void test_server_do(const char *sql)
{
    PGconn *connection = PQconnectdb(test_server());
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    PQclear(result);
    PQfinish(connection);
}

/* An empty store of the round's kind; path is where a file may lie. */
static inline struct store_of_test test_store_make(const char *path)
{
    static int n_made;
    struct store_of_test store = {0};
    if (test_kind == DB_SQLITE) {
        snprintf(store.where, sizeof store.where, "%s", path);
        return store;
    }
    char sql[100];
    snprintf(store.schema, sizeof store.schema, "test_%ld_%d", (long)getpid(), ++n_made);
    snprintf(sql, sizeof sql, "CREATE SCHEMA %s", store.schema);
    test_server_do(sql);
    snprintf(store.where, sizeof store.where, "%s&options=-csearch_path%%3D%s", test_server(), store.schema);
    return store;
}

static inline void test_store_remove(const struct store_of_test *store)
{
    char sql[160];
    if (!store->schema[0])
        return;
    snprintf(sql, sizeof sql, "SET client_min_messages = error; DROP SCHEMA %s CASCADE", store->schema);
    test_server_do(sql);
}

static inline int test_on_each_store(const char *name, const struct CMUnitTest *tests, size_t n_tests)
{
    char group[80];
    int n_failed = 0;
    for (test_kind = DB_SQLITE; test_kind <= DB_POSTGRESQL; test_kind++) {
        if (test_kind == DB_POSTGRESQL && !test_server()) {
            printf("%s on PostgreSQL: left out; run it under tools/with-postgresql\n", name);
            continue;
        }
        snprintf(group, sizeof group, "%s on %s", name, test_kind == DB_SQLITE ? "SQLite" : "PostgreSQL");
        n_failed += _cmocka_run_group_tests(group, tests, n_tests, NULL, NULL);
    }
    return n_failed;
}
