/* The order of what is sent to PostgreSQL and what comes back.
 *
 * The connection stays in pipeline mode. Statements without rows are sent and not waited for ("queued"); a
 * sync marks the end of what is waited for. An error makes the server pass over everything up to the next
 * sync, so each wait ends with one and the first error is the one that counts. An explicit transaction goes
 * on over a sync. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "db/postgresql_priv.h"

static int64_t now_ms(void)
{
    return clock_monotonic_us(clock_system()) / 1000;
}

/* False: nothing came in time. Whatever else there is to say PQgetResult() says. */
static bool await_result(PGconn *connection, int64_t patience_ms)
{
    int64_t until_ms = now_ms() + patience_ms;
    while (PQisBusy(connection)) {
        struct pollfd wait = {.fd = PQsocket(connection), .events = POLLIN};
        int64_t left_ms = until_ms - now_ms();
        if (left_ms <= 0)
            return false;
        if (poll(&wait, 1, (int)left_ms) > 0 && !PQconsumeInput(connection))
            break;
    }
    return true;
}

PGresult *pipeline_result(struct postgresql_db *db)
{
    if (db->db.answer_ms && PQstatus(db->connection) != CONNECTION_BAD &&
        !await_result(db->connection, db->db.answer_ms))
        shutdown(PQsocket(db->connection), SHUT_RDWR); /* what is read next is its end */
    return PQgetResult(db->connection);
}

static bool is_error(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

static int lost(struct postgresql_db *db, struct err *err)
{
    db->n_queued = 0;
    return postgresql_failure(db, NULL, err);
}

int pipeline_send(struct postgresql_db *db, const char *sql, struct err *err)
{
    postgresql_park(db);
    if (!PQsendQueryParams(db->connection, sql, 0, NULL, NULL, NULL, NULL, 1))
        return lost(db, err);
    db->n_queued++;
    return 0;
}

/* Everything up to the NULL that ends the results of one statement. */
static int read_one(struct postgresql_db *db, char words[64], struct err *err)
{
    int outcome = 0;
    PGresult *result;
    while ((result = pipeline_result(db))) {
        if (is_error(result) && outcome == 0)
            outcome = postgresql_failure(db, result, err);
        else if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED && outcome == 0)
            outcome = err_set(err, "it was passed over after an error before it");
        if (words)
            snprintf(words, 64, "%s", PQcmdStatus(result));
        PQclear(result);
        if (PQstatus(db->connection) == CONNECTION_BAD)
            break;
    }
    return PQstatus(db->connection) == CONNECTION_BAD && outcome == 0 ? lost(db, err) : outcome;
}

static int read_queued(struct postgresql_db *db, size_t n_left, char words[64], struct err *err)
{
    int outcome = 0;
    while (db->n_queued > n_left && PQstatus(db->connection) != CONNECTION_BAD) {
        int result = read_one(db, words, outcome == 0 ? err : NULL);
        outcome = outcome == 0 ? result : outcome;
        if (db->n_queued > 0)
            db->n_queued--;
    }
    return PQstatus(db->connection) == CONNECTION_BAD && outcome == 0 ? lost(db, err) : outcome;
}

int pipeline_read(struct postgresql_db *db, size_t n_left, struct err *err)
{
    return read_queued(db, n_left, NULL, err);
}

int pipeline_end(struct postgresql_db *db, struct err *err)
{
    int outcome = 0;
    for (;;) {
        PGresult *result = pipeline_result(db);
        if (!result && PQstatus(db->connection) == CONNECTION_BAD)
            return outcome ? outcome : lost(db, err);
        if (!result)
            continue;
        bool ended = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
        if (is_error(result) && outcome == 0)
            outcome = postgresql_failure(db, result, err);
        PQclear(result);
        if (ended)
            return outcome;
    }
}

int pipeline_settle(struct postgresql_db *db, char ret_words[64], struct err *err)
{
    postgresql_park(db);
    if (!PQpipelineSync(db->connection))
        return lost(db, err);
    int outcome = read_queued(db, 0, ret_words, err);
    int ended = pipeline_end(db, outcome == 0 ? err : NULL);
    return outcome ? outcome : ended;
}
