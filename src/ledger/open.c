/* Opening and closing, and the transaction that everything one input decided is written in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/image.h"
#include "ledger/ledger_priv.h"

enum { STORE_BYTES = 4096 };
enum { VANISH_TRIES = 200, VANISH_STEP_MS = 10 };

static int sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = fsync(fd);
    close(fd);
    return result;
}

/* The folder that holds the path: "a/b" -> "a", "b" -> ".". */
static const char *folder_of(struct arena *arena, const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n > 0 && path[n - 1] != '/')
        n--;
    return n == 0 ? "." : arena_strndup(arena, path, n);
}

static int make_folder(struct ledger *ledger, const char *data_dir, struct err *err)
{
    struct stat status;
    if (stat(data_dir, &status) == 0)
        return S_ISDIR(status.st_mode) ? 0 : err_set(err, "%s is not a folder", data_dir);
    if (mkdir(data_dir, 0700) != 0)
        return err_set(err, "cannot make the data folder %s: %s", data_dir, strerror(errno));
    sync_folder(folder_of(ledger->arena, data_dir));
    return 0;
}

static int refuse_second(int fd, const char *data_dir, struct err *err)
{
    char holder[32] = {0};
    if (pread(fd, holder, sizeof holder - 1, 0) <= 0 || strtoll(holder, NULL, 10) <= 0)
        return err_set(err, "another server holds the data folder %s: stop it, or use another --data",
                       data_dir);
    return err_set(err,
                   "another server (process %lld) holds the data folder %s: stop it, or use another --data",
                   strtoll(holder, NULL, 10), data_dir);
}

/* A server that was killed a moment ago may still hold it. */
static int lock_patiently(int fd)
{
    const struct timespec step = {.tv_nsec = VANISH_STEP_MS * 1000000L};
    for (int tries = 1; flock(fd, LOCK_EX | LOCK_NB) != 0; tries++) {
        if (errno != EWOULDBLOCK || tries == VANISH_TRIES)
            return -1;
        nanosleep(&step, NULL);
    }
    return 0;
}

/* The kernel gives the lock up when the process ends, however it ends. The file stays: removing it would let
 * two servers lock two files of the same name. */
static int lock_folder(struct ledger *ledger, const char *data_dir, struct err *err)
{
    const char *path = arena_printf(ledger->arena, "%s/lock", data_dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, "%s: %s", path, strerror(errno));
    if (lock_patiently(fd) != 0) {
        int result = errno == EWOULDBLOCK ? refuse_second(fd, data_dir, err)
                                          : err_set(err, "cannot lock %s: %s", path, strerror(errno));
        close(fd);
        return result;
    }
    ledger->lock = fd;
    /* Only for the message above: a disk too full for it must not keep the server from starting. */
    char holder[32];
    int n = snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, holder, (size_t)n, 0) != n)
        return 0;
    return 0;
}

static int read_instance(struct ledger *ledger, struct err *err)
{
    struct db_statement *read =
        db_prepare(ledger->db, "SELECT value FROM installation WHERE name = 'instance'", err);
    int result = read ? db_step(read, err) : -1;
    if (result == 0) {
        snprintf(ledger->instance, sizeof ledger->instance, "%s", db_column_text(read, 0));
        db_reset(read);
    }
    return result;
}

static int make_instance(struct ledger *ledger, struct err *err)
{
    uint8_t bytes[(sizeof ledger->instance - 1) / 2];
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, ledger->instance);
    struct db_statement *insert =
        db_prepare(ledger->db, "INSERT INTO installation (name, value) VALUES ('instance', $1)", err);
    if (!insert)
        return -1;
    db_bind_text(insert, ledger->instance);
    return db_run(insert, err);
}

static int load_ends(struct ledger *ledger, struct err *err)
{
    if (stream_load_end(ledger, err) != 0 || inbox_load_end(ledger, err) != 0)
        return -1;
    ledger->ends_saved = ledger->ends;
    return 0;
}

/* ---- DATA/store: where the ledger of the folder is, when it is not in it ---- */

static const char *store_file(struct ledger *ledger, const struct ledger_place *place)
{
    return arena_printf(ledger->arena, "%s/store", place->data_dir);
}

/* The store that the last server used. NULL: the folder itself. */
static const char *known_store(struct ledger *ledger, const struct ledger_place *place)
{
    char *text;
    size_t n_bytes;
    if (file_read(ledger->arena, store_file(ledger, place), STORE_BYTES, &text, &n_bytes, NULL) != 0)
        return NULL;
    text[strcspn(text, "\r\n")] = '\0';
    return *text ? text : NULL;
}

/* A server that is started without the line of its store would begin an empty ledger, and nobody would see.
 */
static int check_store(struct ledger *ledger, const struct ledger_place *place, struct err *err)
{
    const char *known = known_store(ledger, place);
    if (known && !place->store)
        return err_set(err,
                       "the ledger of %s is kept in %s: write store: into the configuration, or remove %s to "
                       "begin another",
                       place->data_dir, known, store_file(ledger, place));
    if (!place->store || (known && strcmp(known, place->store) == 0))
        return 0;
    const char *text = arena_printf(ledger->arena, "%s\n", place->store);
    return file_write(store_file(ledger, place), text, strlen(text), 0600, err);
}

/* Where the database is, for db_open() and for messages. */
static const char *where_of(struct ledger *ledger, const struct ledger_place *place)
{
    return place->store ? place->store : arena_printf(ledger->arena, "%s/ledger.db", place->data_dir);
}

static int open_database(struct ledger *ledger, const struct ledger_place *place, enum db_mode mode,
                         struct err *err)
{
    int result = db_open(where_of(ledger, place), place->password, mode, &ledger->db, err);
    return result == DB_AWAY ? LEDGER_AWAY : result;
}

static int make_tables(struct ledger *ledger, struct err *err)
{
    if (db_begin(ledger->db, err) != 0)
        return -1;
    db_answer_within(ledger->db, 0); /* making an index of all events takes what it takes */
    int result = ledger_bring_up(ledger, err);
    db_answer_within(ledger->db, DB_ANSWER_MS);
    if (result == 0)
        result = read_instance(ledger, err);
    if (result == DB_DONE)
        result = make_instance(ledger, err);
    if (result == 0 && db_commit(ledger->db, err) == 0)
        return 0;
    db_rollback(ledger->db);
    return -1;
}

static int open_writer(struct ledger *ledger, const struct ledger_place *place, struct err *err)
{
    if (make_folder(ledger, place->data_dir, err) != 0 || lock_folder(ledger, place->data_dir, err) != 0 ||
        check_store(ledger, place, err) != 0)
        return -1;
    if (!place->store)
        ledger_image_lay(where_of(ledger, place));
    int result = open_database(ledger, place, DB_WRITER, err);
    if (result != 0)
        return result;
    result = make_tables(ledger, err);
    if (result == 0)
        result = load_ends(ledger, err);
    return result == 0 ? 0 : err_prefix(err, "%s: ", where_of(ledger, place));
}

static int open_reader(struct ledger *ledger, const struct ledger_place *place, struct err *err)
{
    struct ledger_place found = *place;
    if (!found.store)
        found.store = known_store(ledger, place);
    const char *where = where_of(ledger, &found);
    if (!found.store && access(where, F_OK) != 0)
        return err_set(err, "there is no ledger in %s (%s): name the server's data folder with --data",
                       place->data_dir, strerror(errno));
    int result = open_database(ledger, &found, DB_READER, err);
    if (result != 0)
        return result;
    if (ledger_check_version(ledger, err) != 0)
        return err_prefix(err, "%s: ", where);
    return read_instance(ledger, err) == 0 ? 0 : err_prefix(err, "%s: ", where);
}

static int open_with(int (*open_it)(struct ledger *, const struct ledger_place *, struct err *),
                     const struct ledger_place *place, struct ledger **ret_ledger, struct err *err)
{
    struct ledger *ledger = heap_alloc(sizeof *ledger);
    *ledger = (struct ledger){.lock = -1,
                              .arena = arena_new(),
                              .streams = map_new(),
                              .row_statements = map_new(),
                              .json = json_document_new(),
                              .data_dir = heap_strdup(place->data_dir)};
    int result = open_it(ledger, place, err);
    if (result != 0) {
        if (ledger->db && (db_is_lost(ledger->db) || db_is_locked(ledger->db)))
            result = LEDGER_AWAY;
        ledger_close(ledger);
        return result;
    }
    *ret_ledger = ledger;
    return 0;
}

int ledger_open(const struct ledger_place *place, struct ledger **ret_ledger, struct err *err)
{
    return open_with(open_writer, place, ret_ledger, err);
}

int ledger_open_reader(const struct ledger_place *place, struct ledger **ret_ledger, struct err *err)
{
    return open_with(open_reader, place, ret_ledger, err);
}

bool ledger_is_lost(const struct ledger *ledger)
{
    return db_is_lost(ledger->db);
}

bool ledger_is_locked(const struct ledger *ledger)
{
    return db_is_locked(ledger->db);
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    db_close(ledger->db);
    seal_free(ledger->seal);
    if (ledger->lock >= 0)
        close(ledger->lock);
    streams_forget(ledger);
    map_free(ledger->streams);
    map_free(ledger->row_statements);
    json_document_free(ledger->json);
    buf_free(&ledger->record);
    buf_free(&ledger->unpacked);
    buf_free(&ledger->row);
    arena_free(ledger->arena);
    free(ledger->data_dir);
    free(ledger);
}

const char *ledger_instance(const struct ledger *ledger)
{
    return ledger->instance;
}

void ledger_settle(struct ledger *ledger)
{
    db_settle(ledger->db);
}

int ledger_checkpoint(struct ledger *ledger, struct err *err)
{
    return ledger_outcome(db_checkpoint(ledger->db, err));
}

int ledger_begin(struct ledger *ledger, struct err *err)
{
    must(ledger->lock >= 0 && !ledger->in_transaction);
    int result = db_begin(ledger->db, err);
    ledger->in_transaction = result == 0;
    return ledger_outcome(result);
}

int ledger_commit(struct ledger *ledger, struct err *err)
{
    must(ledger->in_transaction);
    int result = streams_save(ledger, err);
    if (result == 0)
        result = ledger_outcome(db_commit(ledger->db, err));
    if (result != 0) {
        ledger_rollback(ledger);
        return result;
    }
    ledger->in_transaction = false;
    ledger->ends_saved = ledger->ends;
    return 0;
}

void ledger_rollback(struct ledger *ledger)
{
    db_rollback(ledger->db);
    ledger->in_transaction = false;
    ledger->ends = ledger->ends_saved;
    streams_forget(ledger);
}
