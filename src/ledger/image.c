#include "ledger/image.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/ledger_priv.h"

int ledger_image_make(const char *path, struct err *err)
{
    struct ledger empty = {0};
    if (db_open(path, NULL, DB_WRITER, &empty.db, err) != 0)
        return -1;
    int result = ledger_migrate_to(&empty, ledger_newest_version(), err);
    if (result == 0)
        result = db_execute(empty.db, "VACUUM", err);
    db_close(empty.db);
    return result;
}

/* A log that has lost its file would be taken for that of the new one. */
static bool has_log(const char *path)
{
    struct buf log scoped_buf = {0};
    buf_printf(&log, "%s-wal", path);
    return access(buf_text(&log), F_OK) == 0;
}

void ledger_image_lay(const char *path)
{
    struct stat st;
    bool there = stat(path, &st) == 0 && st.st_size > 0;
    if (!there && !has_log(path) && ledger_image_bytes > 0)
        file_write(path, ledger_image, ledger_image_bytes, 0600, NULL);
}
