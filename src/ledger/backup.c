/* Both ways work in a folder of their own beside what they make, and give it its name last: what is there
 * under the name is whole. In the file the other files of the data folder are rows of one more table. */
#include "ledger/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/ledger_priv.h"

enum { BESIDE_BYTES = 1024 * 1024, COPY_BYTES = 1024 * 1024 };

/* The checkpoint is to be no newer than the copy of the database; a new server makes the others while it
 * runs, and they are to be no older: the copy may be signed already. */
static const struct {
    const char *name;
    unsigned mode;
} beside[] = {{"checkpoint", 0644}, {"ledger.key", 0600}, {"ledger.pub", 0644}, {"admin.token", 0600}};
enum { N_BEFORE = 1, N_BESIDE = sizeof beside / sizeof *beside };

static const char make_kept[] = "CREATE TABLE kept_file (name TEXT PRIMARY KEY, bytes BLOB NOT NULL)";

/* ---- the folder to work in ---- */

static const char *in(struct arena *arena, const char *folder, const char *name)
{
    return arena_printf(arena, "%s/%s", folder, name);
}

static void remove_folder(struct arena *arena, const char *folder)
{
    static const char *const others[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm", "lock"};
    for (size_t i = 0; i < N_BESIDE; i++)
        unlink(in(arena, folder, beside[i].name));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        unlink(in(arena, folder, others[i]));
    rmdir(folder);
}

/* What a program that was killed has left is removed. */
static int make_folder(struct arena *arena, const char *folder, struct err *err)
{
    remove_folder(arena, folder);
    return mkdir(folder, 0700) == 0 ? 0 : err_set(err, "cannot make %s: %s", folder, strerror(errno));
}

static int sync_path(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = fd >= 0 ? fsync(fd) : -1;
    if (result != 0)
        err_set(err, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return result;
}

/* ---- out ---- */

static int copy_beside(struct arena *arena, const char *from, const char *to, size_t first, size_t end,
                       struct err *err)
{
    for (size_t i = first; i < end; i++) {
        char *bytes;
        size_t n_bytes;
        const char *path = in(arena, from, beside[i].name);
        if (access(path, F_OK) != 0 && errno == ENOENT)
            continue;
        if (file_read(arena, path, BESIDE_BYTES, &bytes, &n_bytes, err) != 0 ||
            file_write(in(arena, to, beside[i].name), bytes, n_bytes, beside[i].mode, err) != 0)
            return -1;
    }
    return 0;
}

/* One read transaction: the server's writes go on meanwhile, and its log grows for as long. */
static int copy_database(const struct ledger_place *place, const char *path, struct err *err)
{
    struct ledger *ledger;
    int result = ledger_open_reader(place, &ledger, err);
    if (result != 0)
        return result;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600); /* SQLite would let all read it */
    if (fd < 0) {
        result = err_set(err, "%s: %s", path, strerror(errno));
    } else if (db_kind(ledger->db) != DB_SQLITE) {
        result = err_set(err,
                         "the ledger is kept in PostgreSQL: back it up with pg_dump, and the folder %s "
                         "with it (docs/backup.md)",
                         place->data_dir);
    } else {
        struct db_statement *copy = db_prepare(ledger->db, "VACUUM INTO $1", err);
        if (copy)
            db_bind_text(copy, path);
        result = copy ? db_run(copy, err) : -1;
    }
    if (fd >= 0)
        close(fd);
    ledger_close(ledger);
    return result == 0 ? 0 : result == DB_FULL || result < 0 ? -1 : result;
}

static int keep_beside(struct arena *arena, struct db *db, const char *folder, struct err *err)
{
    if (db_begin(db, err) != 0 || db_execute(db, make_kept, err) != 0)
        return -1;
    for (size_t i = 0; i < N_BESIDE; i++) {
        char *bytes;
        size_t n_bytes;
        const char *path = in(arena, folder, beside[i].name);
        if (access(path, F_OK) != 0)
            continue;
        struct db_statement *keep =
            db_prepare(db, "INSERT INTO kept_file (name, bytes) VALUES ($1, $2)", err);
        if (!keep || file_read(arena, path, BESIDE_BYTES, &bytes, &n_bytes, err) != 0)
            return -1;
        db_bind_text(keep, beside[i].name);
        db_bind_blob(keep, bytes, n_bytes);
        if (db_run(keep, err) != 0)
            return -1;
    }
    return db_commit(db, err) == 0 ? 0 : -1;
}

static int put_together(struct arena *arena, const char *folder, struct err *err)
{
    struct db *db;
    const char *path = in(arena, folder, "ledger.db");
    if (db_open(path, NULL, DB_WRITER, &db, err) != 0)
        return -1;
    int result = keep_beside(arena, db, folder, err);
    db_close(db); /* and with it the log is a part of the file */
    return result == 0 ? sync_path(path, err) : -1;
}

int ledger_backup(const struct ledger_place *place, const char *path, struct ledger_proof *ret_proof,
                  struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    const char *folder = arena_printf(arena, "%s.part", path);
    const struct ledger_place copy = {.data_dir = folder};
    if (access(path, F_OK) == 0)
        return err_set(err, "%s is there already: name a new file", path);
    if (make_folder(arena, folder, err) != 0)
        return -1;
    int result = copy_beside(arena, place->data_dir, folder, 0, N_BEFORE, err);
    if (result == 0)
        result = copy_database(place, in(arena, folder, "ledger.db"), err);
    if (result == 0)
        result = copy_beside(arena, place->data_dir, folder, N_BEFORE, N_BESIDE, err);
    if (result == 0)
        result = ledger_verify(&copy, NULL, ret_proof, err);
    if (result == 0)
        result = put_together(arena, folder, err);
    if (result == 0 && link(in(arena, folder, "ledger.db"), path) != 0)
        result = err_set(err, "%s: %s", path, strerror(errno));
    remove_folder(arena, folder);
    return result;
}

/* ---- and back ---- */

static int copy_file(const char *from, const char *to, struct err *err)
{
    struct err own = {0};
    int result = -1, in_fd = open(from, O_RDONLY | O_CLOEXEC);
    int out_fd = in_fd < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char *bytes = heap_alloc(COPY_BYTES);
    ssize_t n = -1;
    if (out_fd >= 0)
        while ((n = read(in_fd, bytes, COPY_BYTES)) > 0 && write(out_fd, bytes, (size_t)n) == n)
            continue;
    if (n == 0 && fsync(out_fd) == 0)
        result = 0;
    else
        err_set(&own, "%s: %s", in_fd < 0 || n < 0 ? from : to, errno ? strerror(errno) : "no space");
    free(bytes);
    if (in_fd >= 0)
        close(in_fd);
    if (out_fd >= 0)
        close(out_fd);
    return result == 0 ? 0 : err_set(err, "%s", own.text);
}

static int give_beside(struct arena *arena, struct db *db, const char *folder, struct err *err)
{
    for (size_t i = 0; i < N_BESIDE; i++) {
        struct db_statement *read = db_prepare(db, "SELECT bytes FROM kept_file WHERE name = $1", err);
        if (!read)
            return err_set(err, "it was not made by crashcart backup");
        db_bind_text(read, beside[i].name);
        int found = db_step(read, err);
        if (found != 0 && found != DB_DONE)
            return -1;
        if (found == DB_DONE)
            continue;
        size_t n_bytes;
        const void *bytes = db_column_blob(read, 0, &n_bytes);
        int result = file_write(in(arena, folder, beside[i].name), bytes, n_bytes, beside[i].mode, err);
        db_reset(read);
        if (result != 0)
            return -1;
    }
    return 0;
}

static int take_apart(struct arena *arena, const char *folder, struct err *err)
{
    struct db *db;
    if (db_open(in(arena, folder, "ledger.db"), NULL, DB_WRITER, &db, err) != 0)
        return -1;
    int result = give_beside(arena, db, folder, err);
    db_close(db);
    if (result != 0 || db_open(in(arena, folder, "ledger.db"), NULL, DB_WRITER, &db, err) != 0)
        return -1; /* a statement that has read a table holds it */
    result = db_execute(db, "DROP TABLE kept_file", err);
    if (result == 0) /* for the first start by it (engine/away.c) */
        result = db_execute(db,
                            "INSERT INTO installation (name, value) VALUES ('brought_back', '1')"
                            " ON CONFLICT (name) DO NOTHING",
                            err);
    db_close(db);
    return result == 0 ? 0 : -1;
}

/* Brings an older one up, as the server does when it starts. */
static int bring_up(const struct ledger_place *place, struct err *err)
{
    struct ledger *ledger;
    int result = ledger_open(place, &ledger, err);
    if (result == 0)
        ledger_close(ledger);
    return result;
}

static bool is_taken(const char *folder)
{
    DIR *dir = opendir(folder);
    bool taken = !dir && errno != ENOENT;
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        taken |= strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return taken;
}

int ledger_backup_restore(const char *path, const char *data_dir, struct ledger_proof *ret_proof,
                          struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    size_t n = strlen(data_dir);
    while (n > 1 && data_dir[n - 1] == '/')
        n--;
    const char *final = arena_strndup(arena, data_dir, n), *folder = arena_printf(arena, "%s.part", final);
    const struct ledger_place place = {.data_dir = folder};
    if (is_taken(final))
        return err_set(err, "%s is not empty: nothing is overwritten; move it away, or name another folder",
                       final);
    if (make_folder(arena, folder, err) != 0)
        return -1;
    int result = copy_file(path, in(arena, folder, "ledger.db"), err);
    if (result == 0 && (result = take_apart(arena, folder, err)) != 0)
        err_prefix(err, "%s: ", path);
    if (result == 0)
        result = bring_up(&place, err);
    if (result == 0)
        result = ledger_verify(&place, NULL, ret_proof, err);
    if (result == 0)
        result = sync_path(in(arena, folder, "ledger.db"), err);
    if (result == 0 && rename(folder, final) != 0)
        result = err_set(err, "%s: %s", final, strerror(errno));
    if (result != 0)
        remove_folder(arena, folder);
    return result;
}
