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

#define STATE_END "#whole\n"

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

/* From then on it stays as it is; who reads it begins at its beginning. */
static bool memory_put(int fd, const char *bytes, size_t n_bytes)
{
    return pwrite(fd, bytes, n_bytes, 0) == (ssize_t)n_bytes &&
           fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
}

static int memory_fd(const char *name, const char *text)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && !memory_put(fd, text, strlen(text))) {
        close(fd);
        return -1;
    }
    return fd;
}

int shell_prelude_fd(const char *pins, const char *const *environment, bool saves)
{
    scoped_buf struct buf text = {0};
    shell_prelude_write(&text, pins, environment, saves);
    return memory_fd("step-prelude", buf_text(&text));
}

int shell_command_fd(const char *command)
{
    return memory_fd("step-command", command);
}

int shell_ahead_prelude_fd(const char *const *environment)
{
    scoped_buf struct buf text = {0};
    shell_ahead_prelude_write(&text, environment);
    return memory_fd("step-prelude", buf_text(&text));
}

int shell_order_fd(void)
{
    return memfd_create("step-order", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int shell_order_put(int fd, const char *folder, const char *command, bool saves)
{
    scoped_buf struct buf text = {0};
    const char *const words[] = {saves ? "saves" : "", folder, command};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        buf_add(&text, words[i], strlen(words[i]) + 1);
    return memory_put(fd, text.at, text.n_bytes) ? 0 : -1;
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
    const char *path = arena_printf(arena, "%s/" SHELL_STATE_FILE, folder);
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
    const char *path = arena_printf(arena, "%s/" SHELL_STATE_FILE, folder);
    const char *left = arena_printf(arena, "%s.new", path);
    if (is_whole(left))
        rename(left, path);
    else
        unlink(left);
}
