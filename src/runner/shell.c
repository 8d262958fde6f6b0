#include "runner/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/list.h"

#define STATE_FILE ".shell-state"
#define STATE_END  "#whole\n"

/* The names of all variables, a word each: bash lists them by their first letter without starting a process,
 * and without asking IFS. */
#define EVERY_NAME                                                                                           \
    "\"${!a@}\" \"${!b@}\" \"${!c@}\" \"${!d@}\" \"${!e@}\" \"${!f@}\" \"${!g@}\" "                          \
    "\"${!h@}\" \"${!i@}\" \"${!j@}\" \"${!k@}\" \"${!l@}\" \"${!m@}\" \"${!n@}\" "                          \
    "\"${!o@}\" \"${!p@}\" \"${!q@}\" \"${!r@}\" \"${!s@}\" \"${!t@}\" "                                     \
    "\"${!u@}\" \"${!v@}\" \"${!w@}\" \"${!x@}\" \"${!y@}\" \"${!z@}\" "                                     \
    "\"${!A@}\" \"${!B@}\" \"${!C@}\" \"${!D@}\" \"${!E@}\" \"${!F@}\" \"${!G@}\" "                          \
    "\"${!H@}\" \"${!I@}\" \"${!J@}\" \"${!K@}\" \"${!L@}\" \"${!M@}\" \"${!N@}\" "                          \
    "\"${!O@}\" \"${!P@}\" \"${!Q@}\" \"${!R@}\" \"${!S@}\" \"${!T@}\" "                                     \
    "\"${!U@}\" \"${!V@}\" \"${!W@}\" \"${!X@}\" \"${!Y@}\" \"${!Z@}\" "                                     \
    "\"${!_@}\" "

/* Read by bash through BASH_ENV before the command. Names begin with __step_ and are not carried on. The
 * state is written as the shell ends, for whatever reason it ends; a step that replaces the EXIT trap or the
 * shell itself (exec) leaves the former state. What stands in the environment anyway is not written: it may
 * be a secret, and it is there in the next step too. `builtin` because a runbook may define functions of
 * those names. */
static const char prelude_begin[] =
    "unset BASH_ENV\n"
    "[[ -t 1 ]] && TERM=xterm\n"
    "__step_state=$PWD/" STATE_FILE "\n"
    "__step_folder=\n"
    "declare -A __step_given\n"
    "for __step_name in " EVERY_NAME "; do\n"
    "    __step_given[$__step_name]=${!__step_name}\n"
    "done\n"
    "__step_save() {\n"
    "    builtin set +eux\n"
    "    builtin umask 077\n"
    "    builtin unset -f __step_save\n"
    "    {\n"
    "        builtin printf '__step_folder=%q\\n' \"$PWD\"\n"
    "        for __step_name in " EVERY_NAME "; do\n"
    "            case $__step_name in\n"
    "            __step_* | BASH* | COMP_* | EPOCH* | _ | DIRSTACK | EUID | FUNCNAME | GROUPS | HISTCMD | "
    "LINENO |\\\n"
    "            OPTIND | PIPESTATUS | PPID | PWD | RANDOM | SECONDS | SHELLOPTS | SHLVL | SRANDOM | UID) "
    ";;\n"
    "            *)\n"
    "                if [[ ! -v __step_given[$__step_name] ||\n"
    "                    ${__step_given[$__step_name]} != \"${!__step_name}\" ]]; then\n"
    "                    builtin declare -p \"$__step_name\"\n"
    "                fi\n"
    "                ;;\n"
    "            esac\n"
    "        done\n"
    "        builtin declare -f\n"
    "        builtin printf '#whole\\n'\n"
    "    } >| \"$__step_state.new\" 2> /dev/null\n"
    "}\n"
    "if [[ -r $__step_state ]]; then\n"
    "    . \"$__step_state\" 2> /dev/null\n"
    "    __step_before=$OLDPWD\n"
    "    if ! cd -- \"$__step_folder\"; then\n"
    "        echo \"the working directory of the step before is gone: $__step_folder\" >&2\n"
    "        exit 125\n"
    "    fi\n"
    "    OLDPWD=$__step_before\n"
    "fi\n";

static const char prelude_end[] = "trap __step_save EXIT\n"
                                  "IFS= read -r -d '' __step_command <&4\n"
                                  "exec 3<&- 4<&-\n";

const char *const shell_arguments[] = {
    "bash", "--noprofile", "--norc", "-o", "pipefail", "-c", "eval \"$__step_command\"", "bash", NULL};

/* ---- environment ---- */

/* "X_*" stands for all names that begin so. */
static const char *const removed[] = {"CRASHCART_*",
                                      "CREDENTIALS_DIRECTORY",
                                      "NOTIFY_SOCKET",
                                      "LISTEN_*",
                                      "WATCHDOG_*",
                                      "JOURNAL_STREAM",
                                      "INVOCATION_ID",
                                      "MAINPID",
                                      "SYSTEMD_EXEC_PID",
                                      "MEMORY_PRESSURE_*",
                                      "BASH_ENV",
                                      "BASH_FUNC_*",
                                      "BASHOPTS",
                                      "SHELLOPTS",
                                      "ENV",
                                      "PS4",
                                      "PROMPT_COMMAND",
                                      "LD_PRELOAD",
                                      "TERM",
                                      "PAGER",
                                      "HISTFILE",
                                      "OLDPWD",
                                      "PWD",
                                      "SHLVL",
                                      "_",
                                      NULL};

static const char *const added[] = {"TERM=dumb", "PAGER=cat", /* nobody is there to press q */
                                    "GIT_TERMINAL_PROMPT=0", "DEBIAN_FRONTEND=noninteractive", NULL};

static bool is_removed(const char *variable)
{
    const char *equals = strchr(variable, '=');
    size_t n = equals ? (size_t)(equals - variable) : strlen(variable);
    for (const char *const *name = removed; *name; name++) {
        size_t length = strlen(*name);
        if ((*name)[length - 1] == '*' ? n >= length - 1 && strncmp(variable, *name, length - 1) == 0
                                       : n == length && strncmp(variable, *name, n) == 0)
            return true;
    }
    return false;
}

const char *const *shell_environment(struct arena *arena, bool with_prelude)
{
    struct strings list = {0};
    for (char **variable = environ; variable && *variable; variable++)
        if (!is_removed(*variable))
            strings_add(arena, &list, *variable);
    for (const char *const *variable = added; *variable; variable++)
        strings_add(arena, &list, *variable);
    if (with_prelude)
        strings_add(arena, &list, "BASH_ENV=/dev/fd/3");
    if (!getenv("PATH"))
        strings_add(arena, &list, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    strings_add(arena, &list, NULL);
    return list.at;
}

/* ---- descriptors ---- */

static int memory_fd(const char *name, const char *text)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t n_bytes = strlen(text);
    if (fd < 0)
        return -1;
    if (write(fd, text, n_bytes) != (ssize_t)n_bytes || lseek(fd, 0, SEEK_SET) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Pins hold before the state is read, so that they count as given and are not part of it, and again after it,
 * so that no step can change them for the next. */
void shell_prelude_write(struct buf *out, const char *pins)
{
    buf_puts(out, pins);
    buf_puts(out, prelude_begin);
    buf_puts(out, pins);
    buf_puts(out, prelude_end);
}

int shell_prelude_fd(const char *pins)
{
    scoped_buf struct buf text = {0};
    shell_prelude_write(&text, pins);
    return memory_fd("step-prelude", buf_text(&text));
}

int shell_command_fd(const char *command)
{
    return memory_fd("step-command", command);
}

int shell_input_fd(const char *text)
{
    return memory_fd("program-input", text);
}

/* ---- the run's folder ---- */

int shell_folder(struct arena *arena, const char *work_dir, int64_t run, const char **ret_folder,
                 struct err *err)
{
    const char *folder = arena_printf(arena, "%s/run-%lld", work_dir, (long long)run);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        return err_set(err, "%s: %s", folder, strerror(errno));
    *ret_folder = folder;
    return 0;
}

int shell_state_begin(const char *folder, const char *start, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf text = {0};
    const char *path = arena_printf(arena, "%s/" STATE_FILE, folder);
    if (access(path, F_OK) == 0)
        return 0;
    buf_puts(&text, "__step_folder='");
    for (const char *c = start; *c; c++)
        if (*c == '\'')
            buf_puts(&text, "'\\''");
        else
            buf_putc(&text, *c);
    buf_puts(&text, "'\n" STATE_END);
    return file_write(path, text.at, text.n_bytes, 0600, err);
}

static bool is_whole(const char *path)
{
    char end[sizeof STATE_END - 1];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool whole = lseek(fd, -(off_t)sizeof end, SEEK_END) >= 0 &&
                 read(fd, end, sizeof end) == (ssize_t)sizeof end && memcmp(end, STATE_END, sizeof end) == 0;
    close(fd);
    return whole;
}

void shell_state_settle(const char *folder)
{
    scoped_arena struct arena *arena = arena_new();
    const char *path = arena_printf(arena, "%s/" STATE_FILE, folder);
    const char *left = arena_printf(arena, "%s.new", path);
    if (is_whole(left))
        rename(left, path);
    else
        unlink(left);
}
