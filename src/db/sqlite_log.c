/* The write-ahead log, moved into the file on a thread of its own with its own handle, so that no commit has
 * to wait for it: thousands of pages copied and synced are tens of milliseconds, seconds on a busy disk.
 *
 * The thread also writes the log ahead, with zeros. A commit that makes the file longer waits for what the
 * file system keeps of it as well; one that writes over what is there takes half the time, and on a busy
 * machine much less.
 *
 * The thread is started by the first log that is long enough: by then its caller has entered its sandbox,
 * which the thread inherits. The log begins anew only when nothing is left to move, so the thread goes after
 * the few pages that were committed while it moved. Under a load without a pause it is always behind, and
 * then the committing thread moves the rest itself. */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/thread.h"
#include "db/sqlite_priv.h"

enum {
    MOVE_PAGES = 1000,  /* a log is moved from this length on, of pages of 4 KiB, */
    AGAIN_PAGES = 250,  /* and again when it has grown by so much */
    LONG_PAGES = 8000,  /* from here on it should begin anew */
    REST_PAGES = 250,   /* what a commit may move itself */
    MOST_PAGES = 65536, /* whatever it costs: the disk is not ours alone */
    FEW_PAGES = 100,    /* that came while the log was moved: they are moved at once, */
    MOST_ROUNDS = 4,    /* so many times */
};
enum {
    FRAME_BYTES = 4096 + 24, /* a page in the log */
    USED_PAGES = 64, /* a log that gets so long is written ahead; the tables of a new ledger are longer, */
    FIRST_WAIT_MS = 100,           /* but a start is over before the first of it is written */
    AHEAD_BYTES = 8 * 1024 * 1024, /* twice as long as a log gets that begins anew when it may */
    PIECE_BYTES = 256 * 1024,      /* what a commit that meets it has to wait for */
};

struct sqlite_log {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    char *path;
    bool started, wanted, wanted_room, ending;
    bool fresh;    /* something was committed since the last look; the committing thread's own, */
    int n_pages;   /* of the log, as the last commit left it; also, */
    int asked_at;  /* the length at which the thread was last asked; also */
    int moved;     /* pages from the start of the log that are in the file */
    off_t n_bytes; /* of the log with what is written ahead, as the thread left it */
    off_t wanted_bytes;
};

static int on_commit(void *context, sqlite3 *sqlite, const char *name, int n_pages)
{
    struct sqlite_log *log = context;
    (void)sqlite, (void)name;
    log->n_pages = n_pages;
    log->fresh = true;
    return SQLITE_OK;
}

struct sqlite_log *sqlite_log_new(sqlite3 *sqlite, const char *path)
{
    struct sqlite_log *log = heap_alloc(sizeof *log);
    log->path = heap_strdup(path);
    pthread_mutex_init(&log->lock, NULL);
    pthread_cond_init(&log->wake, NULL);
    sqlite3_wal_hook(sqlite, on_commit, log); /* takes the place of SQLite's own way, which is the commit's */
    return log;
}

/* How many pages were there to move and had not been before; 0 when it was not done. */
static int move(struct sqlite_log *log, sqlite3 *sqlite)
{
    int n_pages = 0, moved = 0, before;
    int result = sqlite3_wal_checkpoint_v2(sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, &n_pages, &moved);
    if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY)
        log_event(LOG_WARNING, "db.log_not_moved", "error=%s", log_quote(sqlite3_errstr(result)));
    if (result != SQLITE_OK)
        return 0;
    pthread_mutex_lock(&log->lock);
    before = log->moved <= n_pages ? log->moved : 0;
    log->moved = moved;
    pthread_mutex_unlock(&log->lock);
    return n_pages - before;
}

/* The first round takes long enough for a few commits. */
static void move_all(struct sqlite_log *log, sqlite3 *sqlite)
{
    for (int round = 0; sqlite && round < MOST_ROUNDS; round++) {
        int n_new = move(log, sqlite);
        if (n_new == 0 || (round > 0 && n_new > FEW_PAGES))
            return;
    }
}

/* Only a handle that has read knows that the file has a log. NULL: it cannot be opened. */
static sqlite3 *open_own(const char *path)
{
    sqlite3 *sqlite = NULL;
    int result = sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(sqlite, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
    if (result == SQLITE_OK)
        return sqlite;
    log_event(LOG_WARNING, "db.log_not_moved", "error=%s", log_quote(sqlite3_errstr(result)));
    sqlite3_close(sqlite);
    return NULL;
}

/* Only ever appends, so that nothing of what a commit writes meanwhile is written over, wherever it stands. A
 * disk without room is the commits' to tell. The descriptor may be closed: the locks are on other files. */
static off_t write_ahead(const char *path, off_t until)
{
    static char zeros[PIECE_BYTES]; /* not const: that would be in the program's file */
    struct stat status = {0};
    struct buf name scoped_buf = {0};
    buf_printf(&name, "%s-wal", path);
    int fd = open(buf_text(&name), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0)
        return 0;
    /* It may be long enough: a crash leaves it as it is. */
    while (fstat(fd, &status) == 0 && status.st_size < until)
        if (write(fd, zeros, sizeof zeros) < 0 || fdatasync(fd) < 0)
            break;
    close(fd);
    return status.st_size;
}

/* With the lock. */
static void wait_ms(struct sqlite_log *log, long ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until); /* of a condition that says nothing else */
    until.tv_nsec += ms * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (!log->ending && pthread_cond_timedwait(&log->wake, &log->lock, &until) == 0) {
    }
}

/* What is written ahead goes first: it takes a few milliseconds, and soon a commit waits for it. */
static void *work(void *context)
{
    struct sqlite_log *log = context;
    sqlite3 *sqlite = NULL;
    pthread_mutex_lock(&log->lock);
    wait_ms(log, FIRST_WAIT_MS);
    while (!log->ending) {
        bool writes = log->wanted_room;
        off_t until = log->wanted_bytes;
        if (!writes && !log->wanted) {
            pthread_cond_wait(&log->wake, &log->lock);
            continue;
        }
        pthread_mutex_unlock(&log->lock);
        off_t n_bytes = writes ? write_ahead(log->path, until) : 0;
        if (!writes && !sqlite)
            sqlite = open_own(log->path);
        if (!writes)
            move_all(log, sqlite);
        pthread_mutex_lock(&log->lock);
        log->n_bytes = writes ? n_bytes : log->n_bytes;
        *(writes ? &log->wanted_room : &log->wanted) = false;
    }
    pthread_mutex_unlock(&log->lock);
    sqlite3_close(sqlite);
    return NULL;
}

static bool start(struct sqlite_log *log)
{
    log->started = thread_start(&log->thread, work, log) == 0;
    return log->started;
}

static void ask_for_room(struct sqlite_log *log)
{
    pthread_mutex_lock(&log->lock);
    off_t used = (off_t)log->n_pages * FRAME_BYTES;
    bool short_of_it = log->n_bytes < used + AHEAD_BYTES / 2;
    if (short_of_it && !log->wanted_room && (log->started || start(log))) {
        log->wanted_room = true;
        log->wanted_bytes = used + AHEAD_BYTES;
        pthread_cond_signal(&log->wake);
    }
    pthread_mutex_unlock(&log->lock);
}

void sqlite_log_settle(struct sqlite_log *log, sqlite3 *sqlite)
{
    if (!log->fresh)
        return;
    log->fresh = false;
    if (log->n_pages >= USED_PAGES)
        ask_for_room(log);
    if (log->n_pages < log->asked_at)
        log->asked_at = 0; /* it has begun anew */
    if (log->n_pages < MOVE_PAGES || (log->asked_at && log->n_pages < log->asked_at + AGAIN_PAGES))
        return;
    pthread_mutex_lock(&log->lock);
    bool at_work = log->wanted;
    int left = log->n_pages - (log->moved <= log->n_pages ? log->moved : 0);
    bool here =
        !at_work && ((log->n_pages >= LONG_PAGES && left <= REST_PAGES) || log->n_pages >= MOST_PAGES);
    if (!here && !at_work && (log->started || start(log))) {
        log->wanted = true;
        pthread_cond_signal(&log->wake);
    }
    pthread_mutex_unlock(&log->lock);
    if (!at_work)
        log->asked_at = log->n_pages;
    if (here)
        move(log, sqlite);
}

void sqlite_log_free(struct sqlite_log *log)
{
    if (!log)
        return;
    pthread_mutex_lock(&log->lock);
    log->ending = true;
    pthread_cond_signal(&log->wake);
    pthread_mutex_unlock(&log->lock);
    if (log->started)
        pthread_join(log->thread, NULL);
    pthread_mutex_destroy(&log->lock);
    pthread_cond_destroy(&log->wake);
    free(log->path);
    free(log);
}
