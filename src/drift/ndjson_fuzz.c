/* The first byte is the size of the pieces, the rest a file: whole and in pieces it must give the same
 * records, or the same error. Seeds: tests/fuzz/ndjson_fuzz. */
#include "drift/ndjson.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct buf text;
    struct schema *schema;
};

static int no_header(void *context, const struct cell *names, size_t n, struct err *err)
{
    (void)context;
    (void)err;
    for (size_t i = 0; i < n; i++)
        must(utf8_valid(names[i].at, names[i].n_bytes));
    return 0;
}

static int take(void *context, const struct cell *cells, size_t n, struct err *err)
{
    struct seen *seen = context;
    for (size_t i = 0; i < n; i++) {
        double value = 0;
        buf_printf(&seen->text, "|%d", cells[i].kind);
        if (cells[i].kind == CELL_TEXT)
            buf_add(&seen->text, cells[i].at, cells[i].n_bytes);
        if (seen->schema && cell_value(seen->schema, &seen->schema->columns[i], &cells[i], &value, err) < 0)
            return -1;
        buf_printf(&seen->text, "=%.17g", value);
    }
    return 0;
}

static struct schema *schema_of_all_kinds(void)
{
    struct schema *schema = schema_new();
    struct err err;
    for (enum column_kind kind = COLUMN_NUMBER; kind <= COLUMN_TIME; kind++)
        must(schema_add(schema, column_kind_name(kind), kind, &err) >= 0);
    return schema;
}

static int read_all(struct seen *seen, const char *bytes, size_t n, size_t piece, struct err *err)
{
    struct record_sink sink = {.context = seen, .header = no_header, .record = take};
    struct ndjson *ndjson = ndjson_new("fuzz.ndjson", seen->schema, &sink);
    int is = 0;
    for (size_t at = 0; is == 0 && at < n; at += piece) {
        size_t some = n - at < piece ? n - at : piece;
        char *copy = heap_alloc(some); /* as long as the piece, so that reading past it is seen */
        memcpy(copy, bytes + at, some);
        is = ndjson_feed(ndjson, copy, some, err);
        heap_free_(&copy);
    }
    if (is == 0)
        is = ndjson_end(ndjson, err);
    ndjson_free(ndjson);
    return is;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    for (int with_schema = 0; with_schema < 2; with_schema++) {
        struct seen seen[2] = {{.schema = NULL}};
        struct err err[2] = {{.text = ""}, {.text = ""}};
        int is[2];
        for (int i = 0; i < 2; i++) {
            seen[i].schema = with_schema ? schema_of_all_kinds() : NULL;
            is[i] =
                read_all(&seen[i], (const char *)data + 1, size - 1, i ? 1 + data[0] % 32 : size, &err[i]);
        }
        must(is[0] == is[1] && strcmp(err[0].text, err[1].text) == 0);
        must(strcmp(buf_text(&seen[0].text), buf_text(&seen[1].text)) == 0);
        for (int i = 0; i < 2; i++) {
            buf_free(&seen[i].text);
            schema_free(seen[i].schema);
        }
    }
    return 0;
}
