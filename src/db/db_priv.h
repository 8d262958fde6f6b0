/* What a driver is: one store behind the interface of db.h. Its handle and its statements begin with the two
 * structs here, which db.c looks after: the cache of statements, the fault of the tests. */
#pragma once

#include "base/map.h"
#include "db/db.h"

struct db_driver;

struct db {
    const struct db_driver *driver;
    struct map *statements; /* by text */
    enum db_mode mode;
    bool in_transaction; /* by our own count; the store may have ended it after an error */
    int answer_ms;       /* that a server has; 0: all it wants */
    bool locked;         /* the last failure was another program's lock */
    int64_t fail_after;  /* 0: off */
    int fail_outcome;
};

struct db_statement {
    struct db *db;
    int n_bound;
};

/* Outcomes and texts as in db.h. at counts parameters from 1, columns from 0. */
struct db_driver {
    enum db_kind kind;
    /* On failure nothing is left. */
    int (*open)(const char *where, const char *password, enum db_mode mode, struct db **ret_db,
                struct err *err);
    void (*close)(struct db *db); /* after all statements */
    bool (*is_lost)(const struct db *db);
    int (*execute)(struct db *db, const char *sql, struct err *err);
    int (*begin)(struct db *db, struct err *err);
    int (*commit)(struct db *db, struct err *err); /* on failure db_rollback() follows */
    void (*rollback)(struct db *db);
    void (*be_patient)(struct db *db, int ms);
    void (*settle)(struct db *db); /* NULL: nothing is left to be done */
    int (*checkpoint)(struct db *db, struct err *err);
    struct db_statement *(*prepare)(struct db *db, const char *sql, struct err *err);
    void (*free)(struct db_statement *statement);
    void (*bind_int)(struct db_statement *statement, int at, int64_t value);
    void (*bind_text)(struct db_statement *statement, int at, const char *text);
    void (*bind_blob)(struct db_statement *statement, int at, const void *bytes, size_t n_bytes);
    int (*step)(struct db_statement *statement, struct err *err);
    void (*reset)(struct db_statement *statement); /* unbinds, too */
    int64_t (*column_int)(struct db_statement *statement, int column);
    const char *(*column_text)(struct db_statement *statement, int column);
    const void *(*column_blob)(struct db_statement *statement, int column, size_t *ret_n_bytes);
};

extern const struct db_driver sqlite_driver, postgresql_driver;
