/* Statements: prepared once a text, bound in order, stepped. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "db/sqlite_priv.h"

struct db_statement *db_prepare(struct db *db, const char *sql, struct err *err)
{
    size_t n_bytes = strlen(sql);
    struct db_statement *statement = map_get(db->statements, sql, n_bytes);
    if (statement) {
        db_reset(statement);
        sqlite3_clear_bindings(statement->sqlite);
        return statement;
    }
    sqlite3_stmt *sqlite = NULL;
    int result =
        sqlite3_prepare_v3(db->sqlite, sql, (int)n_bytes + 1, SQLITE_PREPARE_PERSISTENT, &sqlite, NULL);
    if (result != SQLITE_OK) {
        db_failure(db, result, err);
        return NULL;
    }
    statement = heap_alloc(sizeof *statement);
    *statement = (struct db_statement){.db = db, .sqlite = sqlite};
    map_put(db->statements, sql, n_bytes, statement);
    return statement;
}

void db_statement_free(struct db_statement *statement)
{
    sqlite3_finalize(statement->sqlite);
    free(statement);
}

/* A bind that fails (a text over SQLite's limit) is told by the step that follows. */
static void bound(struct db_statement *statement, int result)
{
    if (result != SQLITE_OK && statement->bind_result == SQLITE_OK)
        statement->bind_result = result;
}

void db_bind_int(struct db_statement *statement, int64_t value)
{
    bound(statement, sqlite3_bind_int64(statement->sqlite, ++statement->n_bound, value));
}

void db_bind_text(struct db_statement *statement, const char *text)
{
    bound(statement, sqlite3_bind_text64(statement->sqlite, ++statement->n_bound, text,
                                         text ? strlen(text) : 0, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_blob(struct db_statement *statement, const void *bytes, size_t n_bytes)
{
    /* A NULL pointer would bind NULL: an empty blob is a value. */
    bound(statement, sqlite3_bind_blob64(statement->sqlite, ++statement->n_bound, bytes ? bytes : "", n_bytes,
                                         SQLITE_STATIC));
}

void db_reset(struct db_statement *statement)
{
    sqlite3_reset(statement->sqlite);
    statement->n_bound = 0;
    statement->bind_result = SQLITE_OK;
}

int db_step(struct db_statement *statement, struct err *err)
{
    struct db *db = statement->db;
    int outcome = db_fault(db, err);
    if (outcome == 0 && statement->bind_result != SQLITE_OK)
        outcome = err_set(err, "a value is too large for the database");
    if (outcome == 0 && db->in_transaction && sqlite3_get_autocommit(db->sqlite))
        outcome = err_set(err, "the transaction has ended with the error before");
    if (outcome == 0) {
        int result = sqlite3_step(statement->sqlite);
        if (result == SQLITE_ROW)
            return 0;
        outcome = result == SQLITE_DONE ? DB_DONE : db_failure(db, result, err);
    }
    db_reset(statement);
    return outcome;
}

int db_run(struct db_statement *statement, struct err *err)
{
    int outcome = db_step(statement, err);
    if (outcome == 0)
        db_reset(statement);
    return outcome == DB_DONE ? 0 : outcome;
}

int64_t db_column_int(struct db_statement *statement, int column)
{
    return sqlite3_column_int64(statement->sqlite, column);
}

const char *db_column_text(struct db_statement *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement->sqlite, column);
    return text ? text : "";
}

const void *db_column_blob(struct db_statement *statement, int column, size_t *ret_n_bytes)
{
    const void *bytes = sqlite3_column_blob(statement->sqlite, column);
    *ret_n_bytes = (size_t)sqlite3_column_bytes(statement->sqlite, column);
    return bytes ? bytes : "";
}
