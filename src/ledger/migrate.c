/* The tables, as a list of numbered steps forward. A step that was released is never changed: what is wrong
 * with it is put right by the next one. Each runs in a transaction of its own together with the row that says
 * so, and a program refuses a database that is newer than itself.
 *
 * The SQL is the common subset of SQLite and PostgreSQL; where their words differ the text has a word of ours
 * ("@id") that the table of the dialect translates. Times are microseconds, truth values 0 and 1, states are
 * words. What several nodes need (owner and fence of a leased row, a node's name in the inbox) are further
 * columns: nothing here counts on one writer but event.position, which one writer at a time gives out. */
#include <string.h>

#include "ledger/ledger_priv.h"

struct dialect_word {
    const char *ours, *theirs;
};

/* @id: a 64-bit number that the database gives when the insert does not. */
static const struct dialect_word sqlite_words[] = {
    {"@id", "INTEGER PRIMARY KEY"},
    {"@bytes", "BLOB"},
};

/* event: record holds the exact bytes that are hashed, and nothing of them is stored twice, so that what is
 * shown is what was proved. position runs through all streams without a gap. */
static const char first_tables[] =
    "CREATE TABLE installation ("
    "  name TEXT PRIMARY KEY, value TEXT NOT NULL);"

    "CREATE TABLE stream ("
    "  id @id, name TEXT NOT NULL UNIQUE, n BIGINT NOT NULL, hash @bytes NOT NULL);"
    "CREATE TABLE event ("
    "  position @id, stream BIGINT NOT NULL REFERENCES stream (id), n BIGINT NOT NULL,"
    "  record @bytes NOT NULL, hash @bytes NOT NULL, UNIQUE (stream, n));"

    "CREATE TABLE inbox ("
    "  id @id, format TEXT NOT NULL, received_us BIGINT NOT NULL, body @bytes NOT NULL);"

    "CREATE TABLE incident ("
    "  number @id, trouble TEXT NOT NULL, title TEXT NOT NULL, service TEXT NOT NULL,"
    "  severity TEXT NOT NULL, severity_rank BIGINT NOT NULL, severity_why TEXT NOT NULL,"
    "  severity_line BIGINT NOT NULL, state TEXT NOT NULL, runbook_file TEXT NOT NULL,"
    "  runbook_sha256 TEXT NOT NULL, procedure_title TEXT NOT NULL, procedure_why TEXT NOT NULL,"
    "  procedure_line BIGINT NOT NULL, started_us BIGINT NOT NULL, opened_us BIGINT NOT NULL,"
    "  acknowledged_us BIGINT NOT NULL, monitoring_us BIGINT NOT NULL, resolved_us BIGINT NOT NULL,"
    "  acknowledged_by TEXT NOT NULL, resolved_by TEXT NOT NULL, n_alerts BIGINT NOT NULL,"
    "  n_firing BIGINT NOT NULL, response_time_s BIGINT NOT NULL, escalation_step BIGINT NOT NULL,"
    "  next_delivery BIGINT NOT NULL);"
    "CREATE INDEX incident_open ON incident (number) WHERE state NOT IN ('resolved', 'closed');"
    "CREATE INDEX incident_resolved ON incident (resolved_us);"

    "CREATE TABLE delivery ("
    "  id @id, incident BIGINT NOT NULL, idempotency_key TEXT NOT NULL, state TEXT NOT NULL,"
    "  person TEXT NOT NULL, way BIGINT NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL,"
    "  why TEXT NOT NULL, attempts BIGINT NOT NULL, queued_us BIGINT NOT NULL, due_us BIGINT NOT NULL,"
    "  detail TEXT NOT NULL);"
    "CREATE INDEX delivery_of_incident ON delivery (incident);"
    "CREATE INDEX delivery_open ON delivery (id) WHERE state NOT IN ('sent', 'dead', 'cancelled');"

    "CREATE TABLE step ("
    "  run BIGINT NOT NULL, line BIGINT NOT NULL, incident BIGINT NOT NULL, position BIGINT NOT NULL,"
    "  file TEXT NOT NULL, sha256 TEXT NOT NULL, phase TEXT NOT NULL, command TEXT NOT NULL,"
    "  risk TEXT NOT NULL, risk_why TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL,"
    "  approved_by TEXT NOT NULL, started_us BIGINT NOT NULL, finished_us BIGINT NOT NULL,"
    "  exit_code BIGINT NOT NULL, output TEXT NOT NULL, output_cut BIGINT NOT NULL,"
    "  attempt BIGINT NOT NULL, PRIMARY KEY (run, line));"
    "CREATE INDEX step_of_incident ON step (incident);"

    "CREATE TABLE timer ("
    "  kind TEXT NOT NULL, subject BIGINT NOT NULL, due_us BIGINT NOT NULL,"
    "  PRIMARY KEY (kind, subject));";

/* Who set what, how long an acknowledgement holds, and how often an incident was opened again. */
static const char incident_life[] =
    "ALTER TABLE incident ADD COLUMN severity_by TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE incident ADD COLUMN severity_heard BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN patient_safety BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN patient_safety_why TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE incident ADD COLUMN patient_safety_line BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN patient_safety_by TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE incident ADD COLUMN closed_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN reopened_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN closed_by TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE incident ADD COLUMN n_reopened BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN earlier BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN lease_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN progress_us BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN lease_lapses BIGINT NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN pages_owed BIGINT NOT NULL DEFAULT 0;"
    /* Who had an incident already begins a lease when the program starts. */
    "UPDATE incident SET severity_heard = severity_rank, progress_us = acknowledged_us;";

static const struct migration {
    const char *name, *sql;
} migrations[] = {
    {"first tables", first_tables},
    {"life of incidents", incident_life},
};

enum { NEWEST = sizeof migrations / sizeof *migrations };

static void translate(struct buf *out, const char *sql)
{
    while (*sql) {
        const struct dialect_word *found = NULL;
        for (size_t i = 0; *sql == '@' && i < sizeof sqlite_words / sizeof *sqlite_words; i++)
            if (strncmp(sql, sqlite_words[i].ours, strlen(sqlite_words[i].ours)) == 0)
                found = &sqlite_words[i];
        must(found || *sql != '@');
        if (found)
            buf_puts(out, found->theirs);
        else
            buf_putc(out, *sql);
        sql += found ? strlen(found->ours) : 1;
    }
}

static int read_version(struct ledger *ledger, int64_t *ret_version, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT coalesce(max(version), 0) FROM schema_version", err);
    if (!read || db_step(read, err) != 0)
        return -1;
    *ret_version = db_column_int(read, 0);
    db_reset(read);
    return 0;
}

static int refuse_newer(int64_t version, struct err *err)
{
    return err_set(
        err,
        "the ledger was written by a newer crashcart (its tables are of version %lld, this program "
        "knows %d): use that one, or another data folder",
        (long long)version, NEWEST);
}

static int apply(struct ledger *ledger, int64_t version, struct err *err)
{
    struct buf sql scoped_buf = {0};
    translate(&sql, migrations[version - 1].sql);
    int result = db_execute(ledger->db, buf_text(&sql), err);
    if (result != 0)
        return result;
    struct db_statement *insert =
        db_prepare(ledger->db, "INSERT INTO schema_version (version, name) VALUES ($1, $2)", err);
    if (!insert)
        return -1;
    db_bind_int(insert, version);
    db_bind_text(insert, migrations[version - 1].name);
    return db_run(insert, err);
}

int ledger_migrate(struct ledger *ledger, struct err *err)
{
    int result = db_execute(ledger->db,
                            "CREATE TABLE IF NOT EXISTS schema_version ("
                            "version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL)",
                            err);
    int64_t version = 0;
    if (result != 0 || read_version(ledger, &version, err) != 0)
        return -1;
    if (version > NEWEST)
        return refuse_newer(version, err);
    while (version < NEWEST) {
        version++;
        if (db_begin(ledger->db, err) != 0)
            return -1;
        result = apply(ledger, version, err);
        if (result == 0)
            result = db_commit(ledger->db, err);
        if (result != 0) {
            db_rollback(ledger->db);
            return err_prefix(err, "making the tables (%s): ", migrations[version - 1].name);
        }
    }
    return 0;
}

int ledger_check_version(struct ledger *ledger, struct err *err)
{
    int64_t version = 0;
    if (read_version(ledger, &version, err) != 0)
        return err_prefix(err, "this is no ledger: ");
    if (version > NEWEST)
        return refuse_newer(version, err);
    if (version < NEWEST)
        return err_set(err,
                       "the ledger's tables are of version %lld, this program reads %d: start the "
                       "server once, it brings them up",
                       (long long)version, NEWEST);
    return 0;
}
