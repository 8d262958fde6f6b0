/* Statements of SQLite: prepared, bound, stepped. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "db/sqlite_priv.h"

static struct sqlite_statement *own(struct db_statement *statement)
{
    return (struct sqlite_statement *)statement;
}

/* SQLite opens a table in memory for what an INSERT returns, and closes it, each time: more work than the
 * INSERT. The number of the row is known without. */
static bool is_insert_for_id(const char *sql, size_t *ret_n_bytes)
{
    static const char insert[] = "INSERT ", end[] = " RETURNING id";
    size_t n = strlen(sql), n_end = sizeof end - 1;
    bool is = strncmp(sql, insert, sizeof insert - 1) == 0 && n > n_end && strcmp(sql + n - n_end, end) == 0;
    *ret_n_bytes = is ? n - n_end : n;
    return is;
}

struct db_statement *sqlite_prepare(struct db *db, const char *sql, struct err *err)
{
    struct sqlite_db *sqlite_db = (struct sqlite_db *)db;
    sqlite3_stmt *sqlite = NULL;
    size_t n_bytes;
    bool gives_id = is_insert_for_id(sql, &n_bytes);
    int result =
        sqlite3_prepare_v3(sqlite_db->sqlite, sql, (int)n_bytes, SQLITE_PREPARE_PERSISTENT, &sqlite, NULL);
    if (result != SQLITE_OK) {
        sqlite_failure(sqlite_db, result, err);
        return NULL;
    }
    struct sqlite_statement *statement = heap_alloc(sizeof *statement);
    *statement = (struct sqlite_statement){.statement.db = db, .sqlite = sqlite, .gives_id = gives_id};
    return &statement->statement;
}

void sqlite_free(struct db_statement *statement)
{
    sqlite3_finalize(own(statement)->sqlite);
    free(statement);
}

/* A bind that fails (a text over SQLite's limit) is told by the step that follows. */
static void bound(struct db_statement *statement, int result)
{
    if (result != SQLITE_OK && own(statement)->bind_result == SQLITE_OK)
        own(statement)->bind_result = result;
}

void sqlite_bind_int(struct db_statement *statement, int at, int64_t value)
{
    bound(statement, sqlite3_bind_int64(own(statement)->sqlite, at, value));
}

void sqlite_bind_text(struct db_statement *statement, int at, const char *text)
{
    bound(statement, sqlite3_bind_text64(own(statement)->sqlite, at, text, text ? strlen(text) : 0,
                                         SQLITE_STATIC, SQLITE_UTF8));
}

void sqlite_bind_blob(struct db_statement *statement, int at, const void *bytes, size_t n_bytes)
{
    /* A NULL pointer would bind NULL: an empty blob is a value. */
    bound(statement,
          sqlite3_bind_blob64(own(statement)->sqlite, at, bytes ? bytes : "", n_bytes, SQLITE_STATIC));
}

void sqlite_reset(struct db_statement *statement)
{
    sqlite3_reset(own(statement)->sqlite);
    if (statement->n_bound > 0)
        sqlite3_clear_bindings(own(statement)->sqlite);
    own(statement)->bind_result = SQLITE_OK;
    own(statement)->id = 0;
}

int sqlite_step(struct db_statement *statement, struct err *err)
{
    struct sqlite_db *db = (struct sqlite_db *)statement->db;
    if (own(statement)->bind_result != SQLITE_OK)
        return err_set(err, "a value is too large for the database");
    if (db->db.in_transaction && sqlite3_get_autocommit(db->sqlite))
        return err_set(err, "the transaction has ended with the error before");
    if (own(statement)->id)
        return DB_DONE;
    int result = sqlite3_step(own(statement)->sqlite);
    if (result == SQLITE_DONE && own(statement)->gives_id) {
        own(statement)->id = sqlite3_last_insert_rowid(db->sqlite);
        return 0;
    }
    return result == SQLITE_ROW ? 0 : result == SQLITE_DONE ? DB_DONE : sqlite_failure(db, result, err);
}

int64_t sqlite_column_int(struct db_statement *statement, int column)
{
    if (own(statement)->gives_id)
        return own(statement)->id;
    return sqlite3_column_int64(own(statement)->sqlite, column);
}

const char *sqlite_column_text(struct db_statement *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(own(statement)->sqlite, column);
    return text ? text : "";
}

const void *sqlite_column_blob(struct db_statement *statement, int column, size_t *ret_n_bytes)
{
    const void *bytes = sqlite3_column_blob(own(statement)->sqlite, column);
    *ret_n_bytes = (size_t)sqlite3_column_bytes(own(statement)->sqlite, column);
    return bytes ? bytes : "";
}
