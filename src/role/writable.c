#include "role/writable.h"

#include <errno.h>
#include <unistd.h>

const char *writable_remedy(struct arena *arena, const char *folder)
{
    static const char *const names[] = {"", "/lock", "/ledger.db", "/ledger.db-wal", "/ledger.db-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_printf(arena, "%s%s", folder, names[i]);
        if (access(path, W_OK) == 0 || errno == ENOENT)
            continue;
        if (errno == EROFS)
            return arena_printf(arena,
                                "the disk of %s is read-only: look in the log of the system why, have it "
                                "checked, and mount it for writing; or start with --data in another place, "
                                "by a backup (crashcart restore)",
                                folder);
        return arena_printf(arena, "%s belongs to somebody else: chown -R it to the user who runs the server",
                            path);
    }
    return NULL;
}
