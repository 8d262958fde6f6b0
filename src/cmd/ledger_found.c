#include "cmd/ledger_found.h"

#include <stdio.h>

#include "base/secret.h"
#include "cmd/exit_code.h"
#include "config/config.h"
#include "role/store.h"

int ledger_find(struct arena *arena, const char *command, const char *file, const char *data_dir,
                struct ledger_found *ret_found)
{
    struct config_errors errors = {.arena = arena};
    struct config *config = NULL;
    struct err err = {0};
    *ret_found = (struct ledger_found){.place.data_dir = data_dir ? data_dir : "./crashcart-data"};
    if (!file)
        return EXIT_DONE;
    int loaded = config_load(file, &config, &errors);
    list_each (error, &errors.list)
        fprintf(stderr, "%s\n", *error);
    if (loaded)
        return loaded < 0 ? EXIT_UNREACHABLE : EXIT_REFUSED;
    const char *data = data_dir ? data_dir : arena_strdup(arena, config->data);
    int result = EXIT_DONE;
    if (!config->store)
        ret_found->place.data_dir = data;
    else if (store_find(arena, config, data, &ret_found->place, &ret_found->password, &err) != 0)
        result = EXIT_UNREACHABLE;
    if (result)
        fprintf(stderr, "crashcart %s: %s\n", command, err.text);
    config_free(config);
    return result;
}

void ledger_found_free(struct ledger_found *found)
{
    secret_free(found->password);
}
