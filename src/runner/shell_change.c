/* Which commands leave their shell as it is: then the next step needs no word of it, and bash, which would
 * have to list all that it knows, is spared a third of its work. */
#include <string.h>

#include "base/file.h"
#include "runner/shell.h"

enum { STATE_BYTES = 1024 * 1024 };

/* What bash does itself and what may last. */
static const char *const builtins[] = {
    ".",       "alias",     "bg",       "bind",     "break",   "builtin", "cd",      "command",
    "compopt", "complete",  "coproc",   "continue", "declare", "dirs",    "disown",  "enable",
    "eval",    "exec",      "exit",     "export",   "fc",      "fg",      "getopts", "hash",
    "history", "let",       "local",    "logout",   "mapfile", "popd",    "printf",  "pushd",
    "read",    "readarray", "readonly", "return",   "set",     "shift",   "shopt",   "source",
    "suspend", "trap",      "typeset",  "ulimit",   "umask",   "unalias", "unset",   "wait"};

bool shell_is_changed_by(const struct risk *risk)
{
    if (!risk->plain)
        return true;
    list_each (program, &risk->programs)
        for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
            if (strcmp(*program, builtins[i]) == 0)
                return true;
    return false;
}

bool shell_state_has_functions(const char *folder)
{
    scoped_arena struct arena *arena = arena_new();
    struct err err;
    char *state;
    size_t n_bytes;
    const char *path = arena_printf(arena, "%s/" SHELL_STATE_FILE, folder);
    return file_read(arena, path, STATE_BYTES, &state, &n_bytes, &err) < 0 || strstr(state, " () \n") != NULL;
}
