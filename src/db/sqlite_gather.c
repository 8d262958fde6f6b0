/* What a commit appends to the write-ahead log goes to the system in one write. SQLite writes every page by
 * itself, and its header before it: 36 calls for the 18 pages of an alert that opens an incident and pages
 * somebody.
 *
 * Only the log is looked at, and only a handle's own: others read no further than the index of the log says,
 * which SQLite changes after the last page of a commit. With that page, and before whatever else the handle
 * does with the file, what was gathered is written. */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "db/sqlite_priv.h"

enum {
    MOST_BYTES = 128 * 1024 - 1, /* SQLite writes no more at once */
    HEADER_BYTES = 24,           /* of a page in the log; */
    SIZE_AT = 4,
    SIZE_BYTES = 4, /* the size of the file after the commit: 0 unless the page is its last one.
                     * https://www.sqlite.org/fileformat2.html#walformat */
};

struct gathering {
    sqlite3_file file;  /* as SQLite sees it; first */
    struct buf pending; /* what follows on each other, from: */
    sqlite3_int64 start;
    bool last_page;      /* of a commit comes next */
    sqlite3_file real[]; /* of the system's own kind */
};

static struct gathering *of(sqlite3_file *file)
{
    return (struct gathering *)file;
}

static int flush(struct gathering *gathering)
{
    struct buf *pending = &gathering->pending;
    if (!pending->n_bytes)
        return SQLITE_OK;
    int n =
        (int)pending->n_bytes; /* after a failure SQLite takes the transaction back: nothing is tried again */
    pending->n_bytes = 0;
    return gathering->real->pMethods->xWrite(gathering->real, pending->at, n, gathering->start);
}

static bool is_last_header(const unsigned char *bytes, int n_bytes)
{
    static const unsigned char none[SIZE_BYTES];
    return n_bytes == HEADER_BYTES && memcmp(bytes + SIZE_AT, none, SIZE_BYTES) != 0;
}

static int gather_write(sqlite3_file *file, const void *bytes, int n_bytes, sqlite3_int64 at)
{
    struct gathering *gathering = of(file);
    struct buf *pending = &gathering->pending;
    bool follows = at == gathering->start + (sqlite3_int64)pending->n_bytes;
    int result = follows && pending->n_bytes + (size_t)n_bytes <= MOST_BYTES ? SQLITE_OK : flush(gathering);
    if (result != SQLITE_OK)
        return result;
    if (!pending->n_bytes)
        gathering->start = at;
    buf_add(pending, bytes, (size_t)n_bytes);
    bool ends = gathering->last_page;
    gathering->last_page = is_last_header(bytes, n_bytes);
    return ends ? flush(gathering) : SQLITE_OK;
}

static int gather_sync(sqlite3_file *file, int flags)
{
    int result = flush(of(file));
    return result == SQLITE_OK ? of(file)->real->pMethods->xSync(of(file)->real, flags) : result;
}

static int gather_read(sqlite3_file *file, void *bytes, int n_bytes, sqlite3_int64 at)
{
    int result = flush(of(file));
    return result == SQLITE_OK ? of(file)->real->pMethods->xRead(of(file)->real, bytes, n_bytes, at) : result;
}

static int gather_truncate(sqlite3_file *file, sqlite3_int64 n_bytes)
{
    int result = flush(of(file));
    return result == SQLITE_OK ? of(file)->real->pMethods->xTruncate(of(file)->real, n_bytes) : result;
}

static int gather_size(sqlite3_file *file, sqlite3_int64 *ret_n_bytes)
{
    int result = flush(of(file));
    return result == SQLITE_OK ? of(file)->real->pMethods->xFileSize(of(file)->real, ret_n_bytes) : result;
}

static int gather_close(sqlite3_file *file)
{
    struct gathering *gathering = of(file);
    int written = flush(gathering);
    int closed = gathering->real->pMethods->xClose(gathering->real);
    buf_free(&gathering->pending);
    return written == SQLITE_OK ? closed : written;
}

static int gather_control(sqlite3_file *file, int what, void *argument)
{
    return of(file)->real->pMethods->xFileControl(of(file)->real, what, argument);
}

static int gather_sector(sqlite3_file *file)
{
    return of(file)->real->pMethods->xSectorSize(of(file)->real);
}

static int gather_device(sqlite3_file *file)
{
    return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real);
}

/* Version 1 without locks: those of a log are on other files. */
static const sqlite3_io_methods methods = {.iVersion = 1,
                                           .xClose = gather_close,
                                           .xRead = gather_read,
                                           .xWrite = gather_write,
                                           .xTruncate = gather_truncate,
                                           .xSync = gather_sync,
                                           .xFileSize = gather_size,
                                           .xFileControl = gather_control,
                                           .xSectorSize = gather_sector,
                                           .xDeviceCharacteristics = gather_device};

static int gather_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *ret_flags)
{
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL))
        return system->xOpen(system, path, file, flags, ret_flags);
    struct gathering *gathering = of(file);
    *gathering = (struct gathering){0};
    int result = system->xOpen(system, path, gathering->real, flags, ret_flags);
    if (result == SQLITE_OK)
        gathering->file.pMethods = &methods;
    return result;
}

static sqlite3_vfs gather; /* the system's, but for how a log is opened */

static void add_gather(void)
{
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    gather = *system;
    gather.pNext = NULL;
    gather.zName = "gather";
    gather.szOsFile = (int)sizeof(struct gathering) + system->szOsFile;
    gather.xOpen = gather_open;
    sqlite3_vfs_register(&gather, 0);
}

const char *sqlite_gather(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    sqlite3_initialize();
    pthread_once(&once, add_gather);
    return gather.zName;
}
