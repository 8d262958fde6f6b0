#include "role/arguments.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t at;
    bool is_fd;
} table[] = {
    {"--config", offsetof(struct role_options, config_file), false},
    {"--runbooks", offsetof(struct role_options, runbooks), false},
    {"--data", offsetof(struct role_options, data), false},
    {"--listen", offsetof(struct role_options, listen), false},
    {"--listen-fd", offsetof(struct role_options, listen_fd), true},
    {"--courier-fd", offsetof(struct role_options, courier_fd), true},
    {"--runner-fd", offsetof(struct role_options, runner_fd), true},
    {"--peers-fd", offsetof(struct role_options, peers_fd), true},
    {"--place-fd", offsetof(struct role_options, place_fd), true},
    {"--dialler-fd", offsetof(struct role_options, dialler_fd), true},
    {"--started-fd", offsetof(struct role_options, started_fd), true},
    {"--core-fd", offsetof(struct role_options, core_fd), true},
    {"--config-fd", offsetof(struct role_options, config_fd), true},
    {"--config-stale", offsetof(struct role_options, config_stale), false},
    {"--suspects-fd", offsetof(struct role_options, suspects_fd), true},
    {"--pulse-fd", offsetof(struct role_options, pulse_fd), true},
    {"--first-config-fd", offsetof(struct role_options, first_config_fd), true},
};
enum { OPTIONS = sizeof table / sizeof *table };

/* Descriptor 0 is /dev/null in every role, so 0 stands for none. */
static const char *fd_text(struct arena *arena, int fd)
{
    return fd > 0 ? arena_printf(arena, "%d", fd) : NULL;
}

const char *const *role_arguments(struct arena *arena, const char *name, const struct role_options *options)
{
    struct strings list = {0};
    strings_add(arena, &list, "crashcart");
    strings_add(arena, &list, "role");
    strings_add(arena, &list, name);
    for (size_t i = 0; i < OPTIONS; i++) {
        const void *at = (const char *)options + table[i].at;
        const char *value = table[i].is_fd ? fd_text(arena, *(const int *)at) : *(const char *const *)at;
        if (!value)
            continue;
        strings_add(arena, &list, table[i].name);
        strings_add(arena, &list, value);
    }
    strings_add(arena, &list, NULL);
    return list.at;
}

static int fd_read(const char *text, int *ret_fd)
{
    char *end;
    errno = 0;
    long fd = strtol(text, &end, 10);
    if (errno || *end || end == text || fd <= 0 || fd > 1024)
        return -1;
    *ret_fd = (int)fd;
    return 0;
}

static int option_read(const char *name, const char *value, struct role_options *options)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        void *at = (char *)options + table[i].at;
        if (strcmp(table[i].name, name) != 0)
            continue;
        if (table[i].is_fd)
            return fd_read(value, at);
        *(const char **)at = value;
        return 0;
    }
    return -1;
}

int role_arguments_read(int argc, char **argv, struct role_options *ret_options, struct err *err)
{
    struct role_options options = {0};
    for (int i = 1; i < argc; i += 2)
        if (i + 1 >= argc || option_read(argv[i], argv[i + 1], &options) < 0)
            return err_set(err, "role %s: bad option %s", argv[0], argv[i]);
    *ret_options = options;
    return 0;
}
