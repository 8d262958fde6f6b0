#include "role/store.h"

#include "base/secret.h"

int store_find(struct arena *arena, const struct config *config, const char *data_dir,
               struct ledger_place *ret_place, char **ret_password, struct err *err)
{
    char *password = NULL;
    if (config->store_secret && secret_read(config->store_secret, &password, err) < 0)
        return err_prefix(err, "store_secret: ");
    *ret_password = password;
    *ret_place = (struct ledger_place){data_dir, arena_strdup(arena, config->store), password};
    return 0;
}
