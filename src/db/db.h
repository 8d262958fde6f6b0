/* One small statement interface; SQLite or PostgreSQL behind it (a driver each, db_priv.h). SQL text comes
 * from ledger/ only, in the subset that both understand. A handle belongs to one thread. Values are always
 * bound, never formatted into the text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct db_statement;

enum db_mode { DB_WRITER, DB_READER };
enum db_kind { DB_SQLITE, DB_POSTGRESQL };

/* What where means: "postgresql://user@host/db" is a server, anything else the path of a file. */
enum db_kind db_kind_of(const char *where);

/* Opens the database.
 * SQLite: the writer makes the file when it is not there; write-ahead log, synchronous=FULL.
 * PostgreSQL: password NULL leaves it to PGPASSFILE and the like. The writer holds an advisory lock for as
 * long as it is connected, so that there is one in a schema at a time. -1: err says why and what to do.
 * DB_AWAY: try again: the server does not answer now, is starting, lets nobody in for the moment (too many
 * connections), is a standby, went while we were setting up; or another program holds a lock. */
int db_open(const char *where, const char *password, enum db_mode mode, struct db **ret_db, struct err *err);
void db_close(struct db *db); /* NULL is allowed */
enum db_kind db_kind(const struct db *db);
/* The connection is gone: every call fails, and nothing is left but db_close(). Never for SQLite. */
bool db_is_lost(const struct db *db);

/* How long a lock of another program is waited for: DB_PATIENCE_MS unless this says otherwise. Outside a
 * transaction. */
enum { DB_PATIENCE_MS = 5000 };
void db_be_patient(struct db *db, int ms);

/* How long the writer waits for the answer of a server before it gives the connection up: a server that
 * hangs, or that is behind a network which drops everything, ends nothing by itself. DB_ANSWER_MS unless this
 * says otherwise; 0: for ever. Nothing to do for SQLite. */
enum { DB_ANSWER_MS = 15000 };
void db_answer_within(struct db *db, int ms);

/* The last thing that failed did so because another program held a lock, also where no outcome says it: what
 * was begun is undone, and all works again when the lock is gone. */
bool db_is_locked(const struct db *db);

/* Runs text without parameters or rows (several statements are allowed). Outcomes as db_step. */
int db_execute(struct db *db, const char *sql, struct err *err);

/* Positive outcomes of a failed step: nothing can be written until somebody makes room on the disk, or puts a
 * file back that was moved away; locked by another program for too long, or two transactions in each other's
 * way; what is stored does not hold together. */
enum { DB_FULL = 1, DB_BUSY = 2, DB_DAMAGED = 4, DB_AWAY = 5 };

/* The statement for that text, prepared once and kept by the handle until it closes; reset and unbound. Texts
 * come from a small fixed set, parameters are $1, $2, ... in order. NULL only for text that does not compile
 * against this database: err says so. "INSERT ... RETURNING id" inserts one row, always, and gives its key.
 */
struct db_statement *db_prepare(struct db *db, const char *sql, struct err *err);

/* Binds the next parameter, in order; texts and blobs must live until the statement is reset. A text that is
 * no valid UTF-8 may be kept with U+FFFD for each bad byte: bytes belong into blobs. */
void db_bind_int(struct db_statement *statement, int64_t value);
void db_bind_text(struct db_statement *statement, const char *text); /* NULL binds NULL */
void db_bind_blob(struct db_statement *statement, const void *bytes, size_t n_bytes);

/* 0: a row is there and its columns can be read until the next step. DB_DONE: no more rows, the statement is
 * reset. DB_FULL, DB_BUSY, DB_DAMAGED, or -1 for anything else, such as an fsync that failed or a connection
 * that was lost: what is on the disk is then unknown, and the process must end. After an error the statement
 * is reset, and in a transaction nothing but db_rollback() is left to do. Inside a transaction a statement
 * without rows may be sent later, together with what follows: its failure is then that of a later step or of
 * the commit. */
enum { DB_DONE = 3 };
int db_step(struct db_statement *statement, struct err *err);
/* For statements without rows: 0 when done, else as db_step. */
int db_run(struct db_statement *statement, struct err *err);
void db_reset(struct db_statement *statement);

int64_t db_column_int(struct db_statement *statement, int column);
const char *db_column_text(struct db_statement *statement,
                           int column); /* never NULL; good until the next step */
const void *db_column_blob(struct db_statement *statement, int column, size_t *ret_n_bytes);

/* The default is a deferred transaction for readers and an immediate one for writers. */
int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err); /* outcomes as db_step; the transaction is over either way */
void db_rollback(struct db *db);

/* What commits leave to be done beside, such as asking that a long log be moved: for a moment in which nobody
 * waits any more for what was committed. The next transaction does it otherwise. */
void db_settle(struct db *db);

/* SQLite: moves what was committed from the log into the file, as far as readers allow; never waits for them.
 * Called from idle time: a commit does it by itself only when the log has grown long. Nothing to do for a
 * server, which does it by itself. */
int db_checkpoint(struct db *db, struct err *err);

/* For tests: the n-th begin, step or commit from now fails once with that outcome, before it does anything;
 * 0: none. Gives how many were still to pass: 0 or less means that it has failed. */
int64_t db_fail_after(struct db *db, int64_t n, int outcome);
