#include "drift/table.h"

#include <math.h>
#include <string.h>

#include "base/must.h"
#include "base/nearest.h"

struct table {
    struct schema *schema;
    struct block_sink sink;
    double *values;                     /* n_columns runs of BLOCK_ROWS */
    const double *columns[COLUMNS_MAX]; /* into values */
    size_t n_rows;                      /* in the open block */
    uint64_t first_row;
    bool has_header;
    size_t field_of[COLUMNS_MAX]; /* of CSV: where a column is in a record; SIZE_MAX: nowhere */
};

struct table *table_new(struct schema *schema, const struct block_sink *sink)
{
    struct table *table = heap_alloc(sizeof *table);
    *table = (struct table){.schema = schema, .sink = *sink};
    table->values = heap_alloc((schema->n_columns + 1) * BLOCK_ROWS * sizeof *table->values);
    for (size_t c = 0; c < schema->n_columns; c++)
        table->columns[c] = table->values + c * BLOCK_ROWS;
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    heap_free_(&table->values);
    heap_free_(&table);
}

static int put_block(struct table *table, struct err *err)
{
    struct block block = {.n_rows = table->n_rows,
                          .n_columns = table->schema->n_columns,
                          .first_row = table->first_row,
                          .columns = table->columns};
    table->first_row += table->n_rows;
    table->n_rows = 0;
    return table->sink.take(table->sink.context, &block, err);
}

static int put_record(void *context, const struct cell *cells, size_t n, struct err *err)
{
    struct table *table = context;
    static const struct cell missing = {.kind = CELL_MISSING};
    for (size_t c = 0; c < table->schema->n_columns; c++) {
        size_t field = table->has_header ? table->field_of[c] : c;
        must(field == SIZE_MAX || field < n);
        if (cell_value(table->schema, &table->schema->columns[c],
                       field == SIZE_MAX ? &missing : &cells[field],
                       &table->values[c * BLOCK_ROWS + table->n_rows], err) < 0)
            return -1;
    }
    if (++table->n_rows < BLOCK_ROWS)
        return 0;
    return put_block(table, err);
}

static bool is_named(const struct cell *name, const char *wanted)
{
    return strlen(wanted) == name->n_bytes && memcmp(wanted, name->at, name->n_bytes) == 0;
}

static int no_field(const struct schema_column *column, const struct cell *names, size_t n, struct err *err)
{
    scoped_arena struct arena *arena = arena_new();
    const char **words = arena_alloc(arena, (n + 1) * sizeof *words);
    for (size_t i = 0; i < n; i++)
        words[i] = arena_strndup(arena, names[i].at, names[i].n_bytes);
    const char *near = word_nearest(column->name, words, n);
    return near ? err_set(err, "there is no column \"%s\"; the nearest is \"%s\"", column->name, near)
                : err_set(err, "there is no column \"%s\"", column->name);
}

static int put_header(void *context, const struct cell *names, size_t n, struct err *err)
{
    struct table *table = context;
    table->has_header = true;
    for (size_t c = 0; c < table->schema->n_columns; c++) {
        const struct schema_column *column = &table->schema->columns[c];
        table->field_of[c] = SIZE_MAX;
        for (size_t i = 0; i < n; i++) {
            if (!is_named(&names[i], column->name))
                continue;
            if (table->field_of[c] != SIZE_MAX)
                return err_set(err, "two columns are named \"%s\"", column->name);
            table->field_of[c] = i;
        }
        if (table->field_of[c] == SIZE_MAX && !column->is_optional)
            return no_field(column, names, n, err);
    }
    return 0;
}

struct record_sink table_records(struct table *table)
{
    return (struct record_sink){.context = table, .header = put_header, .record = put_record};
}

int table_end(struct table *table, struct err *err)
{
    return table->n_rows > 0 ? put_block(table, err) : 0;
}

uint64_t table_rows(const struct table *table)
{
    return table->first_row + table->n_rows;
}
