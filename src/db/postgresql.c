/* The driver of PostgreSQL: connecting, transactions, and what its SQLSTATEs mean to us.
 *
 * A commit is durable because the server is told to sync each one (synchronous_commit=on), whatever its own
 * default. The writer holds an advisory lock of its schema: it belongs to the connection, so a writer that
 * lost its connection has lost the lock and cannot commit any more. A network that drops everything is found
 * out within half a minute (keepalives on both ends), and a server that hangs by the writer
 * (db_answer_within()). */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "db/postgresql_priv.h"

enum { LOCK_TRIES = 300, LOCK_STEP_MS = 20 };
enum { TURNED_AWAY_MS = 10000 };

/* For both modes. A lock that is not had within 5 s is DB_BUSY. */
static const char setup[] = "SET synchronous_commit = on;"
                            "SET lock_timeout = 5000;"
                            "SET client_min_messages = warning;"
                            "SET tcp_keepalives_idle = 10;"
                            "SET tcp_keepalives_interval = 5;"
                            "SET tcp_keepalives_count = 3;";
static const char setup_reader[] = "SET default_transaction_read_only = on;"
                                   "SET default_transaction_isolation = 'repeatable read'";

#define LOCK_KEYS "hashtext('crashcart'), hashtext(current_schema())"

/* Classes and codes of SQLSTATE; the first that begins it counts. */
static const struct {
    const char *begins;
    int outcome;
    const char *words; /* NULL: the server's own say enough */
} states[] = {
    {"53100", DB_FULL, "no space left for the database: free some space on its disk"},
    {"25006", DB_FULL, "the database takes no writes for now: it is set to be read-only"},
    {"54", DB_FULL, "the database takes no more"},
    {"55P03", DB_BUSY, "the database has been locked by another program for some seconds"},
    {"40001", DB_BUSY, NULL},
    {"40P01", DB_BUSY, NULL},
    {"XX001", DB_DAMAGED, "the database is damaged"},
    {"XX002", DB_DAMAGED, "the database is damaged"},
    {"57P0", -1, "the connection to PostgreSQL was lost"},
    {"08", -1, "the connection to PostgreSQL was lost"},
};

static struct postgresql_db *own(struct db *db)
{
    return (struct postgresql_db *)db;
}

/* The first line: libpq adds hints and positions on further ones. */
static void say(struct err *err, const char *words, const char *message)
{
    int n = (int)strcspn(message, "\n");
    if (words)
        err_set(err, "%s (%.*s)", words, n, message);
    else
        err_set(err, "%.*s", n, message);
}

int postgresql_failure(struct postgresql_db *db, const PGresult *result, struct err *err)
{
    db->failed = true;
    db->db.locked = false;
    if (PQstatus(db->connection) == CONNECTION_BAD) {
        say(err, "the connection to PostgreSQL was lost", PQerrorMessage(db->connection));
        return -1;
    }
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *message = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!message)
        message = result ? PQresultErrorMessage(result) : PQerrorMessage(db->connection);
    bool reads = db->db.mode == DB_READER; /* that it cannot write is as it should be */
    for (size_t i = 0; state && i < sizeof states / sizeof *states; i++)
        if (strncmp(state, states[i].begins, strlen(states[i].begins)) == 0 &&
            !(reads && states[i].outcome == DB_FULL)) {
            say(err, states[i].words, message);
            db->db.locked = states[i].outcome == DB_BUSY;
            return states[i].outcome;
        }
    say(err, NULL, message);
    return -1;
}

static bool postgresql_is_lost(const struct db *db)
{
    return PQstatus(((const struct postgresql_db *)db)->connection) == CONNECTION_BAD;
}

/* Several statements at once need the simple protocol, which pipeline mode does not have. */
static int postgresql_execute(struct db *db, const char *sql, struct err *err)
{
    struct postgresql_db *self = own(db);
    if (db->in_transaction && self->failed)
        return err_set(err, "the transaction has ended with the error before");
    int outcome = self->n_queued || self->reading ? pipeline_settle(self, NULL, err) : 0;
    if (outcome != 0)
        return outcome;
    if (!PQexitPipelineMode(self->connection))
        return postgresql_failure(self, NULL, err);
    PGresult *result = PQexec(self->connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        outcome = postgresql_failure(self, result, err);
    PQclear(result);
    if (!PQenterPipelineMode(self->connection) && outcome == 0)
        outcome = postgresql_failure(self, NULL, err);
    return outcome;
}

static int postgresql_begin(struct db *db, struct err *err)
{
    own(db)->failed = false;
    return pipeline_send(own(db), "BEGIN", err);
}

static int postgresql_commit(struct db *db, struct err *err)
{
    struct postgresql_db *self = own(db);
    char words[64] = "";
    if (self->failed)
        return err_set(err, "the transaction has ended with the error before");
    int outcome = pipeline_send(self, "COMMIT", err);
    if (outcome == 0)
        outcome = pipeline_settle(self, words, err);
    if (outcome == 0 &&
        strcmp(words, "COMMIT") != 0) /* a failed transaction answers ROLLBACK, without error */
        outcome = err_set(err, "the transaction was rolled back by the server");
    return outcome;
}

static void postgresql_rollback(struct db *db)
{
    struct postgresql_db *self = own(db);
    if (PQstatus(self->connection) == CONNECTION_BAD)
        return;
    if (self->n_queued || self->reading)
        pipeline_settle(self, NULL, NULL);
    if (PQtransactionStatus(self->connection) != PQTRANS_IDLE && pipeline_send(self, "ROLLBACK", NULL) == 0)
        pipeline_settle(self, NULL, NULL);
    self->failed = false;
}

static void postgresql_be_patient(struct db *db, int ms)
{
    scoped_buf struct buf words = {0};
    buf_printf(&words, "SET lock_timeout = %d", ms);
    if (!postgresql_is_lost(db))
        postgresql_execute(db, buf_text(&words), NULL); /* what matters is told by what follows */
}

static int postgresql_checkpoint(struct db *db, struct err *err)
{
    (void)db, (void)err;
    return 0;
}

static void postgresql_close(struct db *db)
{
    PQfinish(own(db)->connection);
    free(db);
}

/* ---- connecting ---- */

static void keep_quiet(void *context, const PGresult *notice)
{
    (void)context, (void)notice;
}

/* Who we are, as others see it in pg_stat_activity and in the message about a second server. */
static void name_self(char *out, size_t out_bytes)
{
    char host[40] = "";
    gethostname(host, sizeof host - 1);
    snprintf(out, out_bytes, "crashcart %ld on %s", (long)getpid(), host);
}

/* A server that turned us away says why by a code only when it is asked to before it does, and by words in
 * its own language. We ask again. True: it will let us in some time: it starts, stops, or has no place left.
 */
static bool turns_away_for_now(const char *const *keywords, const char *const *values)
{
    static const char *const passing[] = {"  53", "  57P", "  08"};
    PGconn *connection = PQconnectStartParams(keywords, values, 1);
    PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (PQstatus(connection) != CONNECTION_BAD &&
           (status == PGRES_POLLING_WRITING || status == PGRES_POLLING_READING)) {
        struct pollfd wait = {.fd = PQsocket(connection),
                              .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (poll(&wait, 1, TURNED_AWAY_MS) <= 0)
            break;
        status = PQconnectPoll(connection);
    }
    bool for_now = status != PGRES_POLLING_FAILED && PQstatus(connection) != CONNECTION_BAD;
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        for_now |= strstr(PQerrorMessage(connection), passing[i]) != NULL;
    PQfinish(connection);
    return for_now;
}

static int connect_to(struct postgresql_db *db, const char *where, const char *password, struct err *err)
{
    char name[63]; /* PostgreSQL cuts longer ones */
    name_self(name, sizeof name);
    const struct {
        const char *keyword, *value;
    } parameters[] = {
        {"connect_timeout", "10"},
        {"keepalives_idle", "10"},
        {"keepalives_interval", "5"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "20000"},
        {"dbname", where}, /* what it says of the same goes before what stands above */
        {"application_name", name},
        {"client_encoding", "UTF8"},
        {password ? "password" : NULL, password},
        {NULL, NULL},
    };
    const char *keywords[sizeof parameters / sizeof *parameters];
    const char *values[sizeof parameters / sizeof *parameters];
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        keywords[i] = parameters[i].keyword;
        values[i] = parameters[i].value;
    }
    db->connection = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(db->connection) == CONNECTION_OK) {
        PQsetNoticeReceiver(db->connection, keep_quiet, NULL);
        return 0;
    }
    say(err, "cannot connect to PostgreSQL", PQerrorMessage(db->connection));
    PGPing ping = PQpingParams(keywords, values, 1);
    bool away = ping == PQPING_REJECT || ping == PQPING_NO_RESPONSE;
    return away || turns_away_for_now(keywords, values) ? DB_AWAY : -1;
}

static int check_encoding(struct postgresql_db *db, struct err *err)
{
    const char *encoding = PQparameterStatus(db->connection, "server_encoding");
    if (encoding && strcmp(encoding, "UTF8") != 0)
        return err_set(err, "the database keeps text as %s: make one with ENCODING 'UTF8'", encoding);
    return 0;
}

/* The first column of the first row; "" when there is none. */
static char *ask(struct db *db, const char *sql)
{
    struct db_statement *read = db_prepare(db, sql, NULL);
    if (!read)
        return heap_strdup("");
    char *answer = heap_strdup(db_step(read, NULL) == 0 ? db_column_text(read, 0) : "");
    db_reset(read);
    return answer;
}

static int check_schema(struct db *db, struct err *err)
{
    scoped_heap char *schema = ask(db, "SELECT coalesce(current_schema(), '')");
    return *schema ? 0 : err_set(err, "the search_path of the connection names no schema that is there");
}

/* It may become the one that is written to any moment, and cannot hold our lock until then. */
static int check_standby(struct db *db, struct err *err)
{
    scoped_heap char *standby = ask(db, "SELECT CASE WHEN pg_is_in_recovery() THEN 'yes' ELSE '' END");
    if (!*standby)
        return 0;
    err_set(err, "the server is a standby, which takes no writes until it is promoted");
    return DB_AWAY;
}

static int refuse_second(struct db *db, struct err *err)
{
    scoped_heap char *holder =
        ask(db, "SELECT coalesce(max(a.application_name), '') FROM pg_locks l JOIN pg_stat_activity a ON "
                "a.pid = l.pid"
                " WHERE l.locktype = 'advisory' AND l.granted"
                " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                " AND l.classid::int8 = hashtext('crashcart')::int8 & 4294967295"
                " AND l.objid::int8 = hashtext(current_schema())::int8 & 4294967295");
    return err_set(err, "another server (%s) holds the database: stop it, or use another database or schema",
                   *holder ? holder : "that does not show itself");
}

/* A server that was killed a moment ago may still hold it: PostgreSQL has yet to see its end. */
static int take_lock(struct db *db, struct err *err)
{
    const struct timespec step = {.tv_nsec = LOCK_STEP_MS * 1000000L};
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        struct db_statement *lock =
            db_prepare(db, "SELECT CASE WHEN pg_try_advisory_lock(" LOCK_KEYS ") THEN 1 ELSE 0 END", err);
        if (!lock || db_step(lock, err) != 0)
            return -1;
        bool taken = db_column_int(lock, 0) == 1;
        db_reset(lock);
        if (taken)
            return 0;
        nanosleep(&step, NULL);
    }
    return refuse_second(db, err);
}

static int set_up(struct postgresql_db *db, struct err *err)
{
    int outcome = check_encoding(db, err);
    if (outcome == 0 && !PQenterPipelineMode(db->connection))
        outcome = postgresql_failure(db, NULL, err);
    if (outcome == 0)
        outcome = postgresql_execute(&db->db, setup, err);
    if (outcome == 0 && db->db.mode == DB_READER)
        outcome = postgresql_execute(&db->db, setup_reader, err);
    if (outcome == 0)
        outcome = check_schema(&db->db, err);
    if (outcome == 0 && db->db.mode == DB_WRITER)
        outcome = check_standby(&db->db, err);
    if (outcome == 0 && db->db.mode == DB_WRITER)
        outcome = take_lock(&db->db, err);
    db->failed = false;
    return outcome;
}

static int postgresql_open(const char *where, const char *password, enum db_mode mode, struct db **ret_db,
                           struct err *err)
{
    struct postgresql_db *db = heap_alloc(sizeof *db);
    *db = (struct postgresql_db){.db = {.driver = &postgresql_driver, .statements = map_new(), .mode = mode}};
    if (mode == DB_WRITER)
        db->db.answer_ms = DB_ANSWER_MS;
    int outcome = connect_to(db, where, password, err);
    bool connected = outcome == 0;
    if (connected)
        outcome = set_up(db, err);
    if (outcome != 0) {
        bool went = connected && (postgresql_is_lost(&db->db) || db->db.locked);
        db_close(&db->db);
        return outcome == DB_AWAY || went ? DB_AWAY : -1;
    }
    *ret_db = &db->db;
    return 0;
}

const struct db_driver postgresql_driver = {
    .kind = DB_POSTGRESQL,
    .open = postgresql_open,
    .close = postgresql_close,
    .is_lost = postgresql_is_lost,
    .execute = postgresql_execute,
    .begin = postgresql_begin,
    .commit = postgresql_commit,
    .rollback = postgresql_rollback,
    .be_patient = postgresql_be_patient,
    .checkpoint = postgresql_checkpoint,
    .prepare = postgresql_prepare,
    .free = postgresql_free,
    .bind_int = postgresql_bind_int,
    .bind_text = postgresql_bind_text,
    .bind_blob = postgresql_bind_blob,
    .step = postgresql_step,
    .reset = postgresql_reset,
    .column_int = postgresql_column_int,
    .column_text = postgresql_column_text,
    .column_blob = postgresql_column_blob,
};
