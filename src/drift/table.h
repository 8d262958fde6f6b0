/* Records become blocks of numbers by a schema. */
#pragma once

#include "drift/csv.h"
#include "drift/frame.h"

struct table;

/* The schema stays the caller's; open dictionaries in it grow. */
struct table *table_new(struct schema *schema, const struct block_sink *sink);
void table_free(struct table *table); /* NULL is allowed */

/* Where a reader of CSV (header, then records by it) or of NDJSON (records in the order of the schema) puts
 * its records. */
struct record_sink table_records(struct table *table);

/* Hands on the rows that fill no block. */
int table_end(struct table *table, struct err *err);
uint64_t table_rows(const struct table *table);
