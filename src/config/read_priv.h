/* Shared by the files of config/ while one file is read: where errors go. */
#pragma once

#include <stdbool.h>

#include "config/config.h"

enum { MOST_ERRORS = 20 };

struct reading {
    struct arena *arena; /* of the configuration */
    const char *file;
    struct config_errors *errors;
};

/* No more errors are kept: what is costly to say need not be found out. */
bool errors_full(const struct reading *reading);
/* "FILE:LINE: message"; line 0: of the whole file. */
void error_add(const struct reading *reading, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct node;
/* Fills config from the tree by the schema (config/read.c); root NULL: defaults alone. */
void config_read(const struct reading *reading, const struct node *root, struct config *config);
/* What a schema cannot say: references, duplicates, empty lists (config/check.c). */
void config_check(const struct reading *reading, const struct config *config);
