/* The driver of SQLite: opening, transactions, and what its result codes mean to us.
 *
 * A commit is durable because the write-ahead log is synced with each one (synchronous=FULL). SQLite rolls a
 * transaction back by itself after some errors (full disk, I/O); a statement that followed would then run
 * and commit alone, so every step checks that the transaction it belongs to is still there. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "db/sqlite_priv.h"

/* The log is moved into the file by sqlite_log.c, and shrinks back to 64 MiB after a storm. */
static const char setup_writer[] = "PRAGMA foreign_keys = ON;"
                                   "PRAGMA journal_size_limit = 67108864;"
                                   "PRAGMA cache_size = -2048;"
                                   "PRAGMA synchronous = FULL;";

/* A write that ended short leaves no errno behind (0), and so do some that met a quota: SQLite has taken the
 * transaction back, and nothing was synced, so it is no more than a lack of space. Nor does SQLite keep why
 * the index of the log could not be made longer, which a full disk refuses first. */
static bool is_no_space(int result, int error)
{
    return error == ENOSPC || error == EDQUOT || error == EFBIG || result == SQLITE_IOERR_SHMSIZE ||
           (error == 0 && result == SQLITE_IOERR_WRITE);
}

/* The kernel takes no more writes to a file system that has failed (ext4: errors=remount-ro), and tells it as
 * an I/O error first. To end then would be to end for good: the next start cannot write, either. Only who
 * tries to make a file finds it out, for the flags of the mount do not say it. */
static bool is_read_only(struct sqlite_db *db, int kind, int error)
{
    const char *path = sqlite3_db_filename(db->sqlite, "main");
    bool may_be = kind == SQLITE_READONLY || kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN;
    if (error == EROFS || !may_be || !path || !*path)
        return error == EROFS && may_be;
    scoped_buf struct buf probe = {0};
    buf_printf(&probe, "%s-probe", path);
    int fd = open(buf_text(&probe), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EROFS;
    close(fd);
    unlink(buf_text(&probe));
    return false;
}

int sqlite_failure(struct sqlite_db *db, int result, struct err *err)
{
    int kind = result & 0xff;
    int error = sqlite3_system_errno(db->sqlite);
    db->db.locked = kind == SQLITE_BUSY || kind == SQLITE_LOCKED;
    if (is_read_only(db, kind, error)) {
        err_set(err, "the disk of the database takes no writes any more: its file system is read-only");
        return DB_FULL;
    }
    if (kind == SQLITE_FULL || ((kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN) &&
                                is_no_space(sqlite3_extended_errcode(db->sqlite), error))) {
        err_set(err, "no space left for the database: free some space on its disk");
        return DB_FULL;
    }
    if (db->db.locked) {
        err_set(err, "the database has been locked by another program for some seconds");
        return DB_BUSY;
    }
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) {
        err_set(err, "the database file is damaged: %s", sqlite3_errmsg(db->sqlite));
        return DB_DAMAGED;
    }
    if (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN)
        return err_set(err, "%s (%d): %s", sqlite3_errmsg(db->sqlite), sqlite3_extended_errcode(db->sqlite),
                       strerror(error));
    return err_set(err, "%s", sqlite3_errmsg(db->sqlite));
}

/* SQLite would make the file readable to all; the log and its index take the mode of the file. */
static int create_private_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, "%s: %s", path, strerror(errno));
    close(fd);
    return 0;
}

/* "file:PATH?immutable=1": for a reader of a folder that nothing can be written to, where SQLite cannot make
 * the index of a log. Only right without a log: what stands there would be passed over. */
static int open_immutable(const char *path, sqlite3 **ret_sqlite)
{
    struct buf uri scoped_buf = {0};
    struct buf log scoped_buf = {0};
    struct stat status;
    buf_printf(&log, "%s-wal", path);
    if (stat(buf_text(&log), &status) == 0 && status.st_size > 0)
        return SQLITE_CANTOPEN;
    buf_puts(&uri, "file:");
    for (const char *p = path; *p; p++)
        strchr("?#%", *p) ? buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)*p) : buf_putc(&uri, *p);
    buf_puts(&uri, "?immutable=1");
    return sqlite3_open_v2(buf_text(&uri), ret_sqlite,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
}

static int open_reader(const char *path, sqlite3 **ret_sqlite)
{
    sqlite3 *sqlite = NULL;
    int result = sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    /* The file is touched by the first read only. */
    if (result == SQLITE_OK)
        result = sqlite3_exec(sqlite, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
    if ((result & 0xff) == SQLITE_CANTOPEN && access(path, R_OK) == 0) {
        sqlite3 *immutable = NULL;
        if (open_immutable(path, &immutable) == SQLITE_OK) {
            sqlite3_close(sqlite);
            sqlite = immutable;
            result = SQLITE_OK;
        } else {
            sqlite3_close(immutable);
        }
    }
    *ret_sqlite = sqlite;
    return result;
}

/* A file that is damaged or was made to harm is read with care, and SQL cannot change the schema by hand. */
static void harden(sqlite3 *sqlite)
{
    sqlite3_extended_result_codes(sqlite, 1);
    sqlite3_busy_timeout(sqlite, DB_PATIENCE_MS);
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_exec(sqlite, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
}

/* The mode stays in the file; a file system without shared memory refuses it and says so by another mode. */
static int use_write_ahead_log(struct sqlite_db *db, struct err *err)
{
    int result = sqlite3_exec(db->sqlite, setup_writer, NULL, NULL, NULL);
    if (result != SQLITE_OK)
        return sqlite_failure(db, result, err);
    struct db_statement *mode = sqlite_prepare(&db->db, "PRAGMA journal_mode = WAL", err);
    if (!mode)
        return -1;
    result = sqlite_step(mode, err);
    bool is_wal = result == 0 && strcmp(sqlite_column_text(mode, 0), "wal") == 0;
    sqlite_free(mode);
    if (result != 0)
        return -1;
    if (!is_wal)
        return err_set(err, "its file system does not allow a write-ahead log: use a local disk");
    return 0;
}

/* SQLite counts each piece of memory that it takes, under a lock of all handles: a seventh of its work, for
 * numbers that nobody reads. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int give_up(struct sqlite_db *db, const char *path, struct err *err)
{
    int outcome = db->db.locked ? DB_AWAY : -1;
    err_prefix(err, "%s: ", path);
    db_close(&db->db);
    return outcome;
}

static int sqlite_open(const char *path, const char *password, enum db_mode mode, struct db **ret_db,
                       struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)password;
    pthread_once(&once, configure); /* before SQLite is used at all */
    if (mode == DB_WRITER && create_private_file(path, err) != 0)
        return -1;
    struct sqlite_db *db = heap_alloc(sizeof *db);
    *db = (struct sqlite_db){.db = {.driver = &sqlite_driver, .statements = map_new(), .mode = mode}};
    int result = mode == DB_READER
                     ? open_reader(path, &db->sqlite)
                     : sqlite3_open_v2(path, &db->sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                       sqlite_gather());
    if (result != SQLITE_OK) {
        sqlite_failure(db, result, err);
        return give_up(db, path, err);
    }
    harden(db->sqlite);
    if (mode == DB_WRITER && use_write_ahead_log(db, err) != 0)
        return give_up(db, path, err);
    if (mode == DB_WRITER)
        db->log = sqlite_log_new(db->sqlite, path);
    *ret_db = &db->db;
    return 0;
}

static void sqlite_close(struct db *db)
{
    struct sqlite_db *own = (struct sqlite_db *)db;
    sqlite_log_free(own->log);
    sqlite3_finalize(own->begin);
    sqlite3_finalize(own->commit);
    sqlite3_close(own->sqlite);
    free(own);
}

static bool sqlite_is_lost(const struct db *db)
{
    (void)db;
    return false;
}

static int sqlite_execute(struct db *db, const char *sql, struct err *err)
{
    struct sqlite_db *own = (struct sqlite_db *)db;
    int result = sqlite3_exec(own->sqlite, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? 0 : sqlite_failure(own, result, err);
}

/* Prepared at its first use. */
static int run_words(struct sqlite_db *db, sqlite3_stmt **words, const char *sql, struct err *err)
{
    int result = SQLITE_OK;
    if (!*words)
        result = sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, words, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(*words);
    int outcome = result == SQLITE_DONE ? 0 : sqlite_failure(db, result, err);
    sqlite3_reset(*words);
    return outcome;
}

static int sqlite_begin(struct db *db, struct err *err)
{
    struct sqlite_db *own = (struct sqlite_db *)db;
    return run_words(own, &own->begin, db->mode == DB_WRITER ? "BEGIN IMMEDIATE" : "BEGIN", err);
}

/* SQLite would go on writing into a file that has lost its name, and all of it would be gone with the
 * process. */
static bool has_moved(struct sqlite_db *db)
{
    int moved = 0;
    return sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

static int sqlite_commit(struct db *db, struct err *err)
{
    struct sqlite_db *own = (struct sqlite_db *)db;
    if (sqlite3_get_autocommit(own->sqlite))
        return err_set(err, "the transaction has ended with the error before");
    if (has_moved(own)) {
        err_set(err,
                "the database file is not where it was opened: put back %s, or restart to begin with what is "
                "there",
                sqlite3_db_filename(own->sqlite, "main"));
        return DB_FULL;
    }
    return run_words(own, &own->commit, "COMMIT", err);
}

static void sqlite_rollback(struct db *db)
{
    struct sqlite_db *own = (struct sqlite_db *)db;
    if (!sqlite3_get_autocommit(own->sqlite))
        sqlite3_exec(own->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

static void sqlite_be_patient(struct db *db, int ms)
{
    sqlite3_busy_timeout(((struct sqlite_db *)db)->sqlite, ms);
}

static void sqlite_settle(struct db *db)
{
    struct sqlite_db *own = (struct sqlite_db *)db;
    if (own->log)
        sqlite_log_settle(own->log, own->sqlite);
}

static int sqlite_checkpoint(struct db *db, struct err *err)
{
    struct sqlite_db *own = (struct sqlite_db *)db;
    int result = sqlite3_wal_checkpoint_v2(own->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return result == SQLITE_OK ? 0 : sqlite_failure(own, result, err);
}

const struct db_driver sqlite_driver = {
    .kind = DB_SQLITE,
    .open = sqlite_open,
    .close = sqlite_close,
    .is_lost = sqlite_is_lost,
    .execute = sqlite_execute,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .be_patient = sqlite_be_patient,
    .settle = sqlite_settle,
    .checkpoint = sqlite_checkpoint,
    .prepare = sqlite_prepare,
    .free = sqlite_free,
    .bind_int = sqlite_bind_int,
    .bind_text = sqlite_bind_text,
    .bind_blob = sqlite_bind_blob,
    .step = sqlite_step,
    .reset = sqlite_reset,
    .column_int = sqlite_column_int,
    .column_text = sqlite_column_text,
    .column_blob = sqlite_column_blob,
};
