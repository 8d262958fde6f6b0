#include "cmd/ledger_found.h"

#include <stdio.h>

#include "base/secret.h"
#include "cmd/config_file.h"
#include "cmd/exit_code.h"
#include "role/store.h"

int ledger_find(struct arena *arena, const char *command, const char *file, const char *data_dir,
                struct ledger_found *ret_found)
{
    struct config *config = NULL;
    struct err err = {0};
    *ret_found = (struct ledger_found){.place.data_dir = data_dir ? data_dir : "./crashcart-data"};
    if (!file)
        return EXIT_DONE;
    int result = config_open(arena, file, &config);
    if (result)
        return result;
    const char *data = data_dir ? data_dir : arena_strdup(arena, config->data);
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
