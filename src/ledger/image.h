/* An empty ledger as the bytes of its SQLite file. The build makes it (tools/ledger_image.c): a first start
 * writes it down in a fraction of the time that it takes to make the tables one by one. */
#pragma once

#include <stddef.h>

#include "base/err.h"

extern const unsigned char ledger_image[];
extern const size_t ledger_image_bytes; /* 0: none, and the tables are made one by one */

/* Makes that file, which must not be there. */
int ledger_image_make(const char *path, struct err *err);
/* Gives a ledger that is not there yet its file; whatever stands in the way is left to who opens it. */
void ledger_image_lay(const char *path);
