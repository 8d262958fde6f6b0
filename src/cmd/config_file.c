#include "cmd/config_file.h"

#include <stdio.h>

#include "cmd/exit_code.h"

int config_open(struct arena *arena, const char *file, struct config **ret_config)
{
    struct config_errors errors = {.arena = arena};
    int loaded = config_load(file, ret_config, &errors);
    list_each (error, &errors.list)
        fprintf(stderr, "%s\n", *error);
    if (loaded)
        return loaded < 0 ? EXIT_UNREACHABLE : EXIT_REFUSED;
    return EXIT_DONE;
}
