/* Where the configuration says that the ledger is kept. */
#pragma once

#include "config/config.h"
#include "ledger/ledger.h"

/* Reads the store's password, too, for secret_free(). place points to data_dir, the arena and the password.
 * -1: the secret cannot be read. */
int store_find(struct arena *arena, const struct config *config, const char *data_dir,
               struct ledger_place *ret_place, char **ret_password, struct err *err);
