/* A ledger of SQLite as one file, and back: everything that a server needs to go on elsewhere, which is the
 * database and the few files beside it (the key that signs it, the last checkpoint, the first token). The
 * file holds secrets: it is made for its owner alone.
 *
 * A backup is a copy of one moment, taken while a server writes. It is proved (ledger/proof.h) before it gets
 * its name, and again before it becomes a data folder. */
#pragma once

#include "ledger/proof.h"

/* Writes the ledger of the place into the new file. 0; LEDGER_BROKEN: the ledger does not hold together,
 * ret_proof says where; LEDGER_AWAY; -1 with the reason: a file of that name is there, no space, it is in
 * PostgreSQL, which has its own tools. After a failure nothing is left. */
int ledger_backup(const struct ledger_place *place, const char *path, struct ledger_proof *ret_proof,
                  struct err *err);

/* Makes the data folder from a backup; an older one is brought up to the tables of today. The folder must not
 * be there, or be empty. Outcomes as above; after a failure nothing is left. */
int ledger_backup_restore(const char *path, const char *data_dir, struct ledger_proof *ret_proof,
                          struct err *err);
