/* Statements of PostgreSQL: prepared once with the types that the server finds for parameters and columns,
 * values and rows in binary.
 *
 * Rows come in one by one. When another statement is to be sent before the last row was read, the rest is
 * taken into memory first ("parked"): the connection carries one conversation at a time. */
#include <endian.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "db/postgresql_priv.h"

/* More than this on the way: their answers are read, so that neither side waits for the other with full
 * buffers. */
enum { MOST_QUEUED = 64 };

/* From PostgreSQL's catalogue; they never change. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_VARCHAR = 1043
};

struct value {
    const char *at; /* NULL: NULL */
    int n_bytes;
    int64_t number; /* big-endian; what at shows, or clean */
    struct buf clean;
};

struct postgresql_statement {
    struct db_statement statement;
    char name[16];
    int n_parameters, n_columns;
    Oid *types; /* of the parameters */
    Oid *column_types;
    struct value *values;
    const char **sent; /* what the three arguments of a send are made of */
    int *lengths, *formats;
    int bad_parameter; /* bound to what its type cannot be; 0: none */
    bool reading;      /* between the first and the last row */
    PGresult *row;
    PGresult **parked; /* the results that were taken into memory, and where we are in them */
    size_t n_parked, capacity_parked, at_parked;
};

static struct postgresql_statement *own(struct db_statement *statement)
{
    return (struct postgresql_statement *)statement;
}

static struct postgresql_db *db_of(struct postgresql_statement *statement)
{
    return (struct postgresql_db *)statement->statement.db;
}

/* ---- preparing ---- */

static bool is_text(Oid type)
{
    return type == OID_TEXT || type == OID_VARCHAR || type == OID_NAME;
}

static bool is_number(Oid type)
{
    return type == OID_INT8 || type == OID_INT4 || type == OID_INT2;
}

static int learn_types(struct postgresql_statement *statement, const PGresult *described, struct err *err)
{
    statement->n_parameters = PQnparams(described);
    statement->n_columns = PQnfields(described);
    size_t n_values = (size_t)statement->n_parameters + 1;
    statement->types = heap_alloc(n_values * sizeof *statement->types);
    statement->values = heap_alloc(n_values * sizeof *statement->values);
    statement->sent = heap_alloc(n_values * sizeof *statement->sent);
    statement->lengths = heap_alloc(n_values * sizeof *statement->lengths);
    statement->formats = heap_alloc(n_values * sizeof *statement->formats);
    statement->column_types = heap_alloc(((size_t)statement->n_columns + 1) * sizeof(Oid));
    memset(statement->values, 0, n_values * sizeof *statement->values);
    for (int i = 0; i < statement->n_parameters; i++) {
        Oid type = statement->types[i] = PQparamtype(described, i);
        if (!is_number(type) && !is_text(type) && type != OID_BYTEA)
            return err_set(err, "parameter $%d is of type %u: only integers, text and bytes are known", i + 1,
                           type);
    }
    for (int i = 0; i < statement->n_columns; i++) {
        Oid type = statement->column_types[i] = PQftype(described, i);
        if (!is_number(type) && !is_text(type) && type != OID_BYTEA && type != OID_BOOL)
            return err_set(err, "column %d is of type %u: cast it to BIGINT, TEXT or BYTEA", i + 1, type);
    }
    return 0;
}

/* Both questions are sent at once; the description is read before the mark that ends them. */
static int prepare_and_describe(struct postgresql_statement *statement, const char *sql, struct err *err)
{
    struct postgresql_db *db = db_of(statement);
    PGconn *connection = db->connection;
    postgresql_park(db);
    if (!PQsendPrepare(connection, statement->name, sql, 0, NULL) ||
        !PQsendDescribePrepared(connection, statement->name) || !PQpipelineSync(connection))
        return postgresql_failure(db, NULL, err);
    db->n_queued++;
    int outcome = pipeline_read(db, 0, err);
    if (outcome == 0) {
        PGresult *described = pipeline_result(db);
        outcome = PQresultStatus(described) == PGRES_COMMAND_OK ? learn_types(statement, described, err)
                                                                : postgresql_failure(db, described, err);
        PQclear(described);
    }
    int ended = pipeline_end(db, outcome == 0 ? err : NULL);
    return outcome ? outcome : ended;
}

struct db_statement *postgresql_prepare(struct db *db, const char *sql, struct err *err)
{
    struct postgresql_db *self = (struct postgresql_db *)db;
    struct postgresql_statement *statement = heap_alloc(sizeof *statement);
    *statement = (struct postgresql_statement){.statement.db = db};
    snprintf(statement->name, sizeof statement->name, "s%u", ++self->n_statements);
    if (prepare_and_describe(statement, sql, err) != 0) {
        postgresql_free(&statement->statement);
        return NULL;
    }
    return &statement->statement;
}

/* Deallocated by the server with the connection: texts come from a small fixed set. */
void postgresql_free(struct db_statement *statement)
{
    struct postgresql_statement *self = own(statement);
    if (self->types)
        postgresql_reset(statement);
    for (int i = 0; self->values && i < self->n_parameters; i++)
        buf_free(&self->values[i].clean);
    free(self->types);
    free(self->column_types);
    free(self->values);
    free(self->sent);
    free(self->lengths);
    free(self->formats);
    free(self->parked);
    free(self);
}

/* ---- binding ---- */

/* The place of parameter at, when it may be bound to what the caller has. */
static struct value *value_at(struct postgresql_statement *statement, int at, bool fits)
{
    if (at > statement->n_parameters || !fits) {
        if (!statement->bad_parameter)
            statement->bad_parameter = at;
        return NULL;
    }
    return &statement->values[at - 1];
}

static Oid type_at(struct postgresql_statement *statement, int at)
{
    return at <= statement->n_parameters ? statement->types[at - 1] : 0;
}

void postgresql_bind_int(struct db_statement *statement, int at, int64_t number)
{
    Oid type = type_at(own(statement), at);
    bool fits = type == OID_INT8 || (type == OID_INT4 && number >= INT32_MIN && number <= INT32_MAX) ||
                (type == OID_INT2 && number >= INT16_MIN && number <= INT16_MAX);
    struct value *value = value_at(own(statement), at, fits);
    if (!value)
        return;
    value->n_bytes = type == OID_INT8 ? 8 : type == OID_INT4 ? 4 : 2;
    value->number = (int64_t)htobe64((uint64_t)number);
    value->at = (const char *)&value->number + 8 - value->n_bytes;
}

void postgresql_bind_text(struct db_statement *statement, int at, const char *text)
{
    struct value *value = value_at(own(statement), at, is_text(type_at(own(statement), at)) || !text);
    if (!value)
        return;
    size_t n_bytes = text ? strlen(text) : 0;
    if (n_bytes > INT_MAX) {
        own(statement)->bad_parameter = at;
        return;
    }
    if (text && !utf8_valid(text, n_bytes)) {
        buf_clear(&value->clean);
        utf8_clean(&value->clean, text, n_bytes);
        text = buf_text(&value->clean);
        n_bytes = value->clean.n_bytes;
    }
    value->at = text;
    value->n_bytes = (int)n_bytes;
}

void postgresql_bind_blob(struct db_statement *statement, int at, const void *bytes, size_t n_bytes)
{
    struct value *value =
        value_at(own(statement), at, type_at(own(statement), at) == OID_BYTEA && n_bytes <= INT_MAX);
    if (!value)
        return;
    value->at = bytes ? bytes : "";
    value->n_bytes = (int)n_bytes;
}

/* ---- rows ---- */

static void drop_row(struct postgresql_statement *statement)
{
    PQclear(statement->row);
    statement->row = NULL;
}

static void keep_result(struct postgresql_statement *statement, PGresult *result)
{
    if (statement->n_parked == statement->capacity_parked) {
        statement->capacity_parked = statement->capacity_parked ? statement->capacity_parked * 2 : 16;
        statement->parked =
            heap_resize(statement->parked, statement->capacity_parked * sizeof *statement->parked);
    }
    statement->parked[statement->n_parked++] = result;
}

void postgresql_park(struct postgresql_db *db)
{
    struct postgresql_statement *statement = db->reading;
    if (!statement)
        return;
    PGresult *result;
    while ((result = pipeline_result(db)))
        keep_result(statement, result);
    db->reading = NULL;
    pipeline_end(db, NULL);
}

static int send(struct postgresql_statement *statement, struct err *err)
{
    struct postgresql_db *db = db_of(statement);
    for (int i = 0; i < statement->n_parameters; i++) {
        statement->sent[i] = statement->values[i].at;
        statement->lengths[i] = statement->values[i].n_bytes;
        statement->formats[i] = 1;
    }
    if (!PQsendQueryPrepared(db->connection, statement->name, statement->n_parameters, statement->sent,
                             statement->lengths, statement->formats, 1))
        return postgresql_failure(db, NULL, err);
    db->n_queued++;
    return 0;
}

/* Without rows and in a transaction, nobody waits: the commit will. */
static int run_without_rows(struct postgresql_statement *statement, struct err *err)
{
    struct postgresql_db *db = db_of(statement);
    if (db->db.in_transaction && db->n_queued < MOST_QUEUED)
        return DB_DONE;
    int outcome = pipeline_settle(db, NULL, err);
    return outcome ? outcome : DB_DONE;
}

static int begin_rows(struct postgresql_statement *statement, struct err *err)
{
    struct postgresql_db *db = db_of(statement);
    if (!PQpipelineSync(db->connection))
        return postgresql_failure(db, NULL, err);
    int outcome = pipeline_read(db, 1, err);
    db->n_queued = 0;
    if (outcome != 0) {
        pipeline_end(db, NULL);
        return outcome;
    }
    PQsetSingleRowMode(db->connection);
    statement->reading = true;
    db->reading = statement;
    return 0;
}

static PGresult *next_result(struct postgresql_statement *statement)
{
    if (statement->at_parked < statement->n_parked)
        return statement->parked[statement->at_parked++];
    return db_of(statement)->reading == statement ? pipeline_result(db_of(statement)) : NULL;
}

static int next_row(struct postgresql_statement *statement, struct err *err)
{
    struct postgresql_db *db = db_of(statement);
    drop_row(statement);
    PGresult *result = next_result(statement);
    if (PQresultStatus(result) == PGRES_SINGLE_TUPLE) {
        statement->row = result;
        return 0;
    }
    int outcome =
        result && PQresultStatus(result) == PGRES_TUPLES_OK ? DB_DONE : postgresql_failure(db, result, err);
    PQclear(result);
    return outcome;
}

int postgresql_step(struct db_statement *statement, struct err *err)
{
    struct postgresql_statement *self = own(statement);
    struct postgresql_db *db = db_of(self);
    if (self->reading)
        return next_row(self, err);
    if (self->bad_parameter)
        return err_set(err, "parameter $%d is of another type, or too large", self->bad_parameter);
    if (db->db.in_transaction && db->failed)
        return err_set(err, "the transaction has ended with the error before");
    postgresql_park(db);
    int outcome = send(self, err);
    if (outcome != 0)
        return outcome;
    if (self->n_columns == 0)
        return run_without_rows(self, err);
    outcome = begin_rows(self, err);
    return outcome ? outcome : next_row(self, err);
}

void postgresql_reset(struct db_statement *statement)
{
    struct postgresql_statement *self = own(statement);
    if (db_of(self)->reading == self)
        postgresql_park(db_of(self));
    drop_row(self);
    while (self->at_parked < self->n_parked)
        PQclear(self->parked[self->at_parked++]);
    self->at_parked = self->n_parked = 0;
    self->reading = false;
    self->bad_parameter = 0;
    for (int i = 0; i < self->n_parameters; i++)
        self->values[i].at = NULL;
}

int64_t postgresql_column_int(struct db_statement *statement, int column)
{
    struct postgresql_statement *self = own(statement);
    if (PQgetisnull(self->row, 0, column))
        return 0;
    const char *at = PQgetvalue(self->row, 0, column);
    uint64_t wide;
    uint32_t middle;
    uint16_t small;
    switch (self->column_types[column]) {
    case OID_INT8:
        memcpy(&wide, at, sizeof wide);
        return (int64_t)be64toh(wide);
    case OID_INT4:
        memcpy(&middle, at, sizeof middle);
        return (int32_t)be32toh(middle);
    case OID_INT2:
        memcpy(&small, at, sizeof small);
        return (int16_t)be16toh(small);
    case OID_BOOL:
        return *at != 0;
    default:
        return strtoll(at, NULL, 10);
    }
}

const char *postgresql_column_text(struct db_statement *statement, int column)
{
    return PQgetvalue(own(statement)->row, 0, column); /* "" for NULL; libpq closes it with a NUL */
}

const void *postgresql_column_blob(struct db_statement *statement, int column, size_t *ret_n_bytes)
{
    *ret_n_bytes = (size_t)PQgetlength(own(statement)->row, 0, column);
    return PQgetvalue(own(statement)->row, 0, column);
}
