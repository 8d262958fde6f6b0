/* What the files of the SQLite driver share. */
#pragma once

#include <sqlite3.h>

#include "db/db_priv.h"

struct sqlite_db {
    struct db db;
    sqlite3 *sqlite;
    sqlite3_stmt *begin, *commit;
    struct sqlite_log *log; /* of a writer */
};

struct sqlite_statement {
    struct db_statement statement;
    sqlite3_stmt *sqlite;
    int bind_result; /* the first that failed, or SQLITE_OK */
    bool gives_id;   /* an INSERT that ends with RETURNING id, */
    int64_t id;      /* which it gave, or 0 */
};

/* sqlite_log.c: the write-ahead log is moved into the file beside the commits. */
struct sqlite_log *sqlite_log_new(sqlite3 *sqlite, const char *path);
void sqlite_log_settle(struct sqlite_log *log, sqlite3 *sqlite); /* after commits, outside a transaction */
void sqlite_log_free(struct sqlite_log *log);                    /* before the handle; NULL is allowed */

/* sqlite_gather.c: the name by which a writer opens its file, so that a commit is one write. */
const char *sqlite_gather(void);

/* Captures SQLite's message and gives the outcome for its result code. */
int sqlite_failure(struct sqlite_db *db, int result, struct err *err);

struct db_statement *sqlite_prepare(struct db *db, const char *sql, struct err *err);
void sqlite_free(struct db_statement *statement);
void sqlite_bind_int(struct db_statement *statement, int at, int64_t value);
void sqlite_bind_text(struct db_statement *statement, int at, const char *text);
void sqlite_bind_blob(struct db_statement *statement, int at, const void *bytes, size_t n_bytes);
int sqlite_step(struct db_statement *statement, struct err *err);
void sqlite_reset(struct db_statement *statement);
int64_t sqlite_column_int(struct db_statement *statement, int column);
const char *sqlite_column_text(struct db_statement *statement, int column);
const void *sqlite_column_blob(struct db_statement *statement, int column, size_t *ret_n_bytes);
