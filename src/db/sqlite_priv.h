/* What the two files of the SQLite side share. */
#pragma once

#include <sqlite3.h>

#include "base/map.h"
#include "db/db.h"

struct db {
    sqlite3 *sqlite;
    struct map *statements; /* by text */
    bool in_transaction;    /* by our own count; SQLite may have rolled back by itself after an error */
    enum db_mode mode;
    int64_t fail_after; /* 0: off */
    int fail_outcome;
};

struct db_statement {
    struct db *db;
    sqlite3_stmt *sqlite;
    int n_bound;
    int bind_result; /* the first that failed, or SQLITE_OK */
};

/* Captures SQLite's message and gives the outcome for its result code. */
int db_failure(struct db *db, int result, struct err *err);
/* The fault of db_fail_after(), when its turn has come; else 0. */
int db_fault(struct db *db, struct err *err);
void db_statement_free(struct db_statement *statement);
