/* The interface in front of the drivers. */
#include <string.h>

#include "db/db_priv.h"

static const struct db_driver *const drivers[] = {
    [DB_SQLITE] = &sqlite_driver,
    [DB_POSTGRESQL] = &postgresql_driver,
};

enum db_kind db_kind_of(const char *where)
{
    static const char *const schemes[] = {"postgresql://", "postgres://"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(where, schemes[i], strlen(schemes[i])) == 0)
            return DB_POSTGRESQL;
    return DB_SQLITE;
}

int db_open(const char *where, const char *password, enum db_mode mode, struct db **ret_db, struct err *err)
{
    return drivers[db_kind_of(where)]->open(where, password, mode, ret_db, err);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    size_t position = 0;
    for (struct db_statement *s; (s = map_next(db->statements, &position));)
        db->driver->free(s);
    map_free(db->statements);
    db->driver->close(db);
}

enum db_kind db_kind(const struct db *db)
{
    return db->driver->kind;
}

bool db_is_lost(const struct db *db)
{
    return db->driver->is_lost(db);
}

void db_be_patient(struct db *db, int ms)
{
    bool locked = db->locked;
    db->driver->be_patient(db, ms);
    db->locked = locked;
}

void db_answer_within(struct db *db, int ms)
{
    db->answer_ms = ms;
}

bool db_is_locked(const struct db *db)
{
    return db->locked;
}

/* The fault of db_fail_after(), when its turn has come; else 0. */
static int planned_fault(struct db *db, struct err *err)
{
    if (db->fail_after <= 0 || --db->fail_after > 0)
        return 0;
    err_set(err, "a planned fault");
    db->locked = db->fail_outcome == DB_BUSY;
    return db->fail_outcome;
}

int64_t db_fail_after(struct db *db, int64_t n, int outcome)
{
    int64_t left = db->fail_after;
    db->fail_after = n;
    db->fail_outcome = outcome;
    return left;
}

int db_execute(struct db *db, const char *sql, struct err *err)
{
    int result = planned_fault(db, err);
    return result ? result : db->driver->execute(db, sql, err);
}

int db_begin(struct db *db, struct err *err)
{
    db_settle(db);
    db->locked = false;
    int result = planned_fault(db, err);
    if (result == 0)
        result = db->driver->begin(db, err);
    db->in_transaction = result == 0;
    return result;
}

int db_commit(struct db *db, struct err *err)
{
    int result = planned_fault(db, err);
    if (result == 0)
        result = db->driver->commit(db, err);
    if (result != 0)
        db_rollback(db);
    db->in_transaction = false;
    return result;
}

void db_rollback(struct db *db)
{
    db->driver->rollback(db);
    db->in_transaction = false;
}

void db_settle(struct db *db)
{
    if (db->driver->settle && !db->in_transaction)
        db->driver->settle(db);
}

int db_checkpoint(struct db *db, struct err *err)
{
    return db->driver->checkpoint(db, err);
}

struct db_statement *db_prepare(struct db *db, const char *sql, struct err *err)
{
    size_t n_bytes = strlen(sql);
    struct db_statement *statement = map_get(db->statements, sql, n_bytes);
    if (statement) {
        db_reset(statement);
        return statement;
    }
    statement = db->driver->prepare(db, sql, err);
    if (statement)
        map_put(db->statements, sql, n_bytes, statement);
    return statement;
}

void db_bind_int(struct db_statement *statement, int64_t value)
{
    statement->db->driver->bind_int(statement, ++statement->n_bound, value);
}

void db_bind_text(struct db_statement *statement, const char *text)
{
    statement->db->driver->bind_text(statement, ++statement->n_bound, text);
}

void db_bind_blob(struct db_statement *statement, const void *bytes, size_t n_bytes)
{
    statement->db->driver->bind_blob(statement, ++statement->n_bound, bytes, n_bytes);
}

void db_reset(struct db_statement *statement)
{
    statement->db->driver->reset(statement);
    statement->n_bound = 0;
}

int db_step(struct db_statement *statement, struct err *err)
{
    int outcome = planned_fault(statement->db, err);
    if (outcome == 0)
        outcome = statement->db->driver->step(statement, err);
    if (outcome != 0)
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
    return statement->db->driver->column_int(statement, column);
}

const char *db_column_text(struct db_statement *statement, int column)
{
    return statement->db->driver->column_text(statement, column);
}

const void *db_column_blob(struct db_statement *statement, int column, size_t *ret_n_bytes)
{
    return statement->db->driver->column_blob(statement, column, ret_n_bytes);
}
