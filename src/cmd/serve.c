/* crashcart serve: the server, with a configuration or without any. */
#include "base/log.h"
#include "cmd/command_line.h"
#include "cmd/commands.h"
#include "role/role.h"

static const char USAGE[] =
    "usage: crashcart serve [-c crashcart.yaml] [--runbooks DIR] [--data DIR] [--listen ADDR:PORT]\n"
    "  -c FILE             the configuration; without one everything has a default\n"
    "  --runbooks DIR      the folder of runbooks (./runbooks)\n"
    "  --data DIR          the folder of the ledger (./crashcart-data)\n"
    "  --listen ADDR:PORT  where to hear (127.0.0.1:8480)\n";

int cmd_serve(int argc, char **argv)
{
    scoped_arena struct arena *arena = arena_new();
    struct role_options options = {0};
    struct strings words = {0};
    const struct command_option known[] = {{.name = "-c", .value = &options.config_file},
                                           {.name = "--config", .value = &options.config_file},
                                           {.name = "--runbooks", .value = &options.runbooks},
                                           {.name = "--data", .value = &options.data},
                                           {.name = "--listen", .value = &options.listen},
                                           {0}};
    int parsed = command_line_parse(arena, argc, argv, known, USAGE, &words);
    if (parsed)
        return command_line_exit(parsed);
    if (words.n)
        return usage_error(USAGE, "crashcart serve: \"%s\" is no option", words.at[0]);
    return role_supervise(&options);
}
