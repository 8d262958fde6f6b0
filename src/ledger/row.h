/* A noun whose values are rows: its columns are a table of names, kinds and places in the struct. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "db/db.h"

struct ledger;

enum column_kind {
    COLUMN_INT64,
    COLUMN_INT,
    COLUMN_BOOL,
    COLUMN_TEXT,
    COLUMN_KEPT, /* a text; NULL: what is stored stays */
    COLUMN_WORD
};

struct column {
    const char *name;
    enum column_kind kind;
    size_t offset; /* of the member in the value */
    /* for COLUMN_WORD, an enum that is stored as its word */
    const char *(*word)(int value);
    int (*word_of)(const char *word); /* -1: no such word */
};

struct noun {
    const char *table;
    const struct column *columns;
    size_t n_columns;
    size_t n_identity; /* the first columns are its identity */
    size_t value_bytes;
};

/* Adds the row or replaces the one of the same identity. */
int row_save(struct ledger *ledger, const struct noun *noun, const void *value, struct err *err);
/* A prepared "SELECT its columns FROM its table" + rest, to be bound and stepped. NULL: err says why. */
struct db_statement *row_select(struct ledger *ledger, const struct noun *noun, const char *rest,
                                struct err *err);
/* The row under a statement of row_select; texts live in the arena. -1: a word that nobody knows. */
int row_read(struct db_statement *statement, const struct noun *noun, struct arena *arena, void *ret_value,
             struct err *err);
/* All rows of a bound statement as an array in the arena; one that cannot be read is passed over, and the log
 * says so. 0 or -1. */
int rows_read(struct db_statement *statement, const struct noun *noun, struct arena *arena, void **ret_values,
              size_t *ret_n, struct err *err);
