#include "ledger/version.h"

#include <string.h>

#include "base/hash.h"
#include "ledger/ledger_priv.h"

enum { KEPT = 1000 };

int ledger_version_is_newest(struct ledger *ledger, const char *file, const char *sha256, bool *ret_is,
                             struct err *err)
{
    struct db_statement *read = db_prepare(
        ledger->db, "SELECT sha256 FROM runbook_version WHERE file = $1 ORDER BY since_us DESC LIMIT 1", err);
    if (!read)
        return -1;
    db_bind_text(read, file);
    int result = db_step(read, err);
    if (result != 0 && result != DB_DONE)
        return -1;
    *ret_is = result == 0 && strcmp(db_column_text(read, 0), sha256) == 0;
    db_reset(read);
    return 0;
}

static int forget_old(struct ledger *ledger, const char *file, struct err *err)
{
    struct db_statement *erase =
        db_prepare(ledger->db,
                   "DELETE FROM runbook_version WHERE file = $1 AND since_us < ("
                   " SELECT min(since_us) FROM (SELECT since_us FROM runbook_version WHERE file = $1"
                   "  ORDER BY since_us DESC LIMIT $2) AS kept)"
                   " AND sha256 NOT IN (SELECT runbook_sha256 FROM incident WHERE runbook_file = $1)",
                   err);
    if (!erase)
        return -1;
    db_bind_text(erase, file);
    db_bind_int(erase, KEPT);
    return db_run(erase, err);
}

int ledger_keep_version(struct ledger *ledger, const struct runbook_version *version, const void *text,
                        size_t n_text_bytes, struct err *err)
{
    struct db_statement *insert =
        db_prepare(ledger->db,
                   "INSERT INTO runbook_version (file, sha256, since_us, n_bytes, body)"
                   " VALUES ($1, $2, $3, $4, $5)"
                   " ON CONFLICT (file, sha256) DO UPDATE SET since_us = excluded.since_us",
                   err);
    if (!insert)
        return -1;
    db_bind_text(insert, version->file);
    db_bind_text(insert, version->sha256);
    db_bind_int(insert, version->since_us);
    db_bind_int(insert, version->n_bytes);
    db_bind_blob(insert, text, n_text_bytes);
    int result = db_run(insert, err);
    return result == 0 ? forget_old(ledger, version->file, err) : result;
}

int ledger_versions(struct ledger *ledger, struct arena *arena, const char *file, size_t limit,
                    struct runbook_version **ret_versions, size_t *ret_n, struct err *err)
{
    LIST(struct runbook_version) versions = {0};
    int result;
    struct db_statement *read = db_prepare(
        ledger->db,
        "SELECT file, sha256, since_us, n_bytes, coalesce(n_incidents, 0) FROM runbook_version"
        " LEFT JOIN (SELECT runbook_sha256, count(*) AS n_incidents FROM incident WHERE runbook_file = $1"
        "  GROUP BY runbook_sha256) AS used ON runbook_sha256 = sha256"
        " WHERE file = $1 ORDER BY since_us DESC, sha256 LIMIT $2",
        err);
    if (!read)
        return -1;
    db_bind_text(read, file);
    db_bind_int(read, (int64_t)limit);
    while ((result = db_step(read, err)) == 0)
        *list_push(arena, &versions) = (struct runbook_version){
            arena_strdup(arena, db_column_text(read, 0)), arena_strdup(arena, db_column_text(read, 1)),
            db_column_int(read, 2), db_column_int(read, 3), db_column_int(read, 4)};
    *ret_versions = versions.at;
    *ret_n = versions.n;
    return result == DB_DONE ? 0 : -1;
}

int ledger_version_text(struct ledger *ledger, struct arena *arena, const char *file, const char *sha256,
                        const char **ret_text, size_t *ret_n_bytes, struct err *err)
{
    scoped_buf struct buf unpacked = {0};
    char hex[SHA256_HEX_BYTES];
    size_t n_bytes;
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT body FROM runbook_version WHERE file = $1 AND sha256 = $2", err);
    if (!read)
        return -1;
    db_bind_text(read, file);
    db_bind_text(read, sha256);
    int result = db_step(read, err);
    if (result != 0)
        return result == DB_DONE ? LEDGER_NOT_FOUND : -1;
    const void *bytes = db_column_blob(read, 0, &n_bytes);
    unpack(&unpacked, &bytes, &n_bytes);
    *ret_text = arena_strndup(arena, bytes, n_bytes);
    *ret_n_bytes = n_bytes;
    db_reset(read);
    sha256_hex(*ret_text, n_bytes, hex);
    return strcmp(hex, sha256) == 0 ? 0
                                    : err_set(err,
                                              "the version of %s that is kept is not what it was: its "
                                              "SHA-256 is %s now",
                                              file, hex);
}
