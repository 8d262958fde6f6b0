/* The status page as static files, for a server that hosts it elsewhere. */
#include "update/status_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"

enum { FOLDER_MODE = 0755, FILE_MODE = 0644 }; /* a web server reads them */

static int folder_make(const char *path, struct err *err)
{
    int made = mkdir(path, FOLDER_MODE);
    if (made == 0)
        made = chmod(path, FOLDER_MODE); /* whatever the umask takes away */
    return made == 0 || errno == EEXIST ? 0 : err_set(err, "%s: %s", path, strerror(errno));
}

/* The folders between dir and the file. */
static int folders_make(const char *dir, const char *file, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    for (const char *slash = strchr(file, '/'); slash; slash = strchr(slash + 1, '/'))
        if (folder_make(arena_printf(arena, "%s/%.*s", dir, (int)(slash - file), file), err) < 0)
            return -1;
    return 0;
}

size_t status_files_count(void)
{
    size_t n = 0;
    while (status_formats[n].path)
        n++;
    return n;
}

int status_files_write(const char *dir, const struct buf *pages, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    if (folder_make(dir, err) < 0)
        return -1;
    for (size_t i = status_files_count(); i-- > 0;) { /* the page last: what it leads to is there */
        const char *file = status_formats[i].file;
        if (folders_make(dir, file, err) < 0 ||
            file_publish(arena_printf(arena, "%s/%s", dir, file), pages[i].at, pages[i].n_bytes, FILE_MODE,
                         err) < 0)
            return -1;
    }
    return 0;
}
