/* Which columns a reference has and what they are: from what the caller says and its first records. */
#pragma once

#include "drift/csv.h"
#include "drift/drift.h"

enum { GUESS_RECORDS = 1000 };

struct guess;

struct guess *guess_new(void);
void guess_free(struct guess *guess); /* NULL is allowed */

/* Where a reader puts the first records; it says "enough" (1) after GUESS_RECORDS. */
struct record_sink guess_records(struct guess *guess);

/* A column is a number when all of its first values are numbers, and else a category. -1: a column that is
 * named in columns is not there. ret_schema is for schema_free(). */
int guess_schema(const struct guess *guess, const struct drift_columns *columns, struct schema **ret_schema,
                 struct err *err);

/* For files whose columns are all numbers. */
void guess_add_number(struct guess *guess, const char *name);
