/* Which ledger a command reads: a data folder, or what a server's configuration says of folder and store. */
#pragma once

#include "base/arena.h"
#include "ledger/ledger.h"

struct ledger_found {
    struct ledger_place place;
    char *password; /* of the store, or NULL */
};

/* file: the configuration of -c, or NULL; data_dir: of --data, or NULL. Texts are in the arena. 0; else the
 * exit code, after a message of the command of that name. */
int ledger_find(struct arena *arena, const char *command, const char *file, const char *data_dir,
                struct ledger_found *ret_found);
void ledger_found_free(struct ledger_found *found);
