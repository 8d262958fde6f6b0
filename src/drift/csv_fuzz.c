/* The first byte is the size of the pieces, the rest a file: whole and in pieces it must give the same
 * records, or the same error. What it holds then becomes numbers. Seeds: tests/fuzz/csv_fuzz. */
#include <string.h>

#include "base/buf.h"
#include "base/must.h"
#include "drift/guess.h"
#include "drift/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int write_cells(void *context, const struct cell *cells, size_t n, struct err *err)
{
    (void)err;
    for (size_t i = 0; i < n; i++) {
        buf_putc(context, '|');
        buf_add(context, cells[i].at, cells[i].n_bytes);
    }
    buf_putc(context, '\n');
    return 0;
}

static int read_all(const struct record_sink *sink, const char *bytes, size_t n, size_t piece,
                    struct err *err)
{
    struct csv *csv = csv_new("fuzz.csv", sink);
    int is = 0;
    for (size_t at = 0; is == 0 && at < n; at += piece) {
        size_t some = n - at < piece ? n - at : piece;
        char *copy = heap_alloc(some); /* as long as the piece, so that reading past it is seen */
        memcpy(copy, bytes + at, some);
        is = csv_feed(csv, copy, some, err);
        heap_free_(&copy);
    }
    if (is == 0)
        is = csv_end(csv, err);
    csv_free(csv);
    return is;
}

static int take(void *context, const struct block *block, struct err *err)
{
    uint64_t *n_rows = context;
    (void)err;
    must(block->n_rows > 0 && block->n_rows <= BLOCK_ROWS && block->first_row == *n_rows);
    *n_rows += block->n_rows;
    return 0;
}

static void make_numbers(const char *bytes, size_t n)
{
    struct guess *guess = guess_new();
    struct record_sink first = guess_records(guess);
    struct drift_columns columns = {0};
    struct schema *schema = NULL;
    struct err err;
    if (read_all(&first, bytes, n, n + 1, &err) >= 0 && guess_schema(guess, &columns, &schema, &err) == 0) {
        uint64_t n_rows = 0;
        struct block_sink sink = {.context = &n_rows, .take = take};
        struct table *table = table_new(schema, &sink);
        struct record_sink records = table_records(table);
        if (read_all(&records, bytes, n, n + 1, &err) == 0)
            must(table_end(table, &err) == 0 && n_rows == table_rows(table));
        table_free(table);
        schema_free(schema);
    }
    guess_free(guess);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    scoped_buf struct buf whole = {0}, pieces = {0};
    struct err a = {.text = ""}, b = {.text = ""};
    const char *bytes = (const char *)data + 1;
    size_t n = size - 1;
    int is = read_all(&(struct record_sink){&whole, write_cells, write_cells}, bytes, n, n + 1, &a);
    must(read_all(&(struct record_sink){&pieces, write_cells, write_cells}, bytes, n, 1 + data[0] % 32, &b) ==
         is);
    must(strcmp(a.text, b.text) == 0);
    must(whole.n_bytes == pieces.n_bytes && memcmp(buf_text(&whole), buf_text(&pieces), whole.n_bytes) == 0);
    make_numbers(bytes, n);
    return 0;
}
