/* What the files of the PostgreSQL driver share. */
#pragma once

#include "db/db_priv.h"
#include "db/postgresql_library.h"

struct postgresql_statement;

struct postgresql_db {
    struct db db;
    PGconn *connection;                   /* in pipeline mode but while db_execute() runs */
    size_t n_queued;                      /* statements that were sent and whose results nobody has read */
    bool failed;                          /* an error since the transaction began: only a rollback is left */
    unsigned n_statements;                /* for their names */
    struct postgresql_statement *reading; /* whose rows are coming in */
};

/* The result's or the connection's message, and the outcome for its SQLSTATE. result NULL: the connection's.
 */
int postgresql_failure(struct postgresql_db *db, const PGresult *result, struct err *err);

/* ---- postgresql_pipeline.c ---- */

/* PQgetResult(), which waits for ever for a server that hangs: here the connection is lost then. */
PGresult *pipeline_result(struct postgresql_db *db);

/* Sends text without parameters, to be settled later. -1: the connection is lost. */
int pipeline_send(struct postgresql_db *db, const char *sql, struct err *err);
/* Reads the results of all that is queued but the last n_left. The first error's outcome, or 0. */
int pipeline_read(struct postgresql_db *db, size_t n_left, struct err *err);
/* Reads up to the mark of a sync that was sent. 0, or the first error's outcome. */
int pipeline_end(struct postgresql_db *db, struct err *err);
/* Sends a sync, and waits until everything queued is done. 0, or the first error's outcome. ret_words, when
 * not NULL, becomes what the last of them was ("COMMIT"). */
int pipeline_settle(struct postgresql_db *db, char ret_words[64], struct err *err);

/* ---- postgresql_statement.c ---- */

/* Takes what still comes in for the statement that is reading into memory, so that another can be sent. */
void postgresql_park(struct postgresql_db *db);

struct db_statement *postgresql_prepare(struct db *db, const char *sql, struct err *err);
void postgresql_free(struct db_statement *statement);
void postgresql_bind_int(struct db_statement *statement, int at, int64_t value);
void postgresql_bind_text(struct db_statement *statement, int at, const char *text);
void postgresql_bind_blob(struct db_statement *statement, int at, const void *bytes, size_t n_bytes);
int postgresql_step(struct db_statement *statement, struct err *err);
void postgresql_reset(struct db_statement *statement);
int64_t postgresql_column_int(struct db_statement *statement, int column);
const char *postgresql_column_text(struct db_statement *statement, int column);
const void *postgresql_column_blob(struct db_statement *statement, int column, size_t *ret_n_bytes);
