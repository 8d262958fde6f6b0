/* What each column of a file is taken for, and how a cell becomes a number.
 *
 * Cells that say that a value is missing (empty, NA, N/A, n/a, #N/A, <NA>, NaN, nan, NULL, null, None, as
 * pandas reads them) become NaN. A cell that its kind cannot take is an error, never a missing value: a
 * column that turned to rubbish is not healthy. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/list.h"
#include "base/map.h"

enum {
    COLUMNS_MAX = 256,     /* columns that are looked at; a file may have more */
    CATEGORIES_MAX = 1000, /* words of one column; more are no categories */
    SEGMENTS_MAX = 100,
    NAME_BYTES_MAX = 200
};

enum column_kind {
    COLUMN_NUMBER,
    COLUMN_CATEGORY, /* its place in the dictionary */
    COLUMN_SCORE,    /* a probability, 0 to 1 */
    COLUMN_LABEL,    /* 0 or 1, also written false or true */
    COLUMN_TIME      /* RFC 3339, or seconds since 1970: microseconds since 1970 */
};

/* The words of a category column, in the order in which the reference had them. */
struct dictionary {
    struct strings words;
    struct map *places; /* word -> 1 + its place */
    bool closed;        /* a word that is not there has the place words.n */
    size_t n_max;
};

struct schema_column {
    const char *name;
    enum column_kind kind;
    bool is_feature;               /* has an index of its own */
    bool is_optional;              /* a file may lack it: labels often come later */
    struct dictionary *categories; /* of a category, else NULL */
};

enum { NO_COLUMN = -1 };

struct schema {
    struct arena *arena; /* owns names and words */
    struct schema_column columns[COLUMNS_MAX];
    size_t n_columns;
    int score, label, segment, time; /* places, or NO_COLUMN */
};

struct schema *schema_new(void);
void schema_free(struct schema *schema); /* NULL is allowed */

/* The place of the new column, or -1: there are COLUMNS_MAX. name is copied. */
int schema_add(struct schema *schema, const char *name, enum column_kind kind, struct err *err);
int schema_find(const struct schema *schema, const char *name); /* NO_COLUMN when it is not there */

/* The place of a word, added when the dictionary is open. -1: no room, and err says what that means. */
int dictionary_place(struct schema *schema, const struct schema_column *column, const char *word,
                     size_t n_bytes, double *ret_place, struct err *err);

/* A cell as a file has it. */
enum cell_kind { CELL_MISSING, CELL_TEXT, CELL_NUMBER };
struct cell {
    enum cell_kind kind;
    const char *at; /* of a text; not closed by a NUL */
    size_t n_bytes;
    double number;
};

/* -1: it cannot be one; err says why, without the place in the file. */
int cell_value(struct schema *schema, const struct schema_column *column, const struct cell *cell,
               double *ret_value, struct err *err);

/* Whether the text is one of the words for "missing". */
bool text_is_missing(const char *at, size_t n_bytes);
/* A decimal number, also an infinity, spaces around it allowed. 0 done; -1 it is none, or beyond a double. */
int text_number(const char *at, size_t n_bytes, double *ret_number);

const char *column_kind_name(enum column_kind kind);
