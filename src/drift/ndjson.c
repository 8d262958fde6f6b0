#include "drift/ndjson.h"

#include <string.h>

#include "base/json.h"

enum { LINE_BYTES_MAX = 1 << 20, MEMBERS_MAX = 16384, JSON_DEPTH = 32 };

struct ndjson {
    char *name;
    const struct schema *schema;
    struct record_sink sink;
    struct json_document *document;
    struct buf rest; /* a line whose end has not come */
    struct cell *names, *cells;
    uint64_t line; /* from 1 */
    bool seen[COLUMNS_MAX];
};

struct ndjson *ndjson_new(const char *name, const struct schema *schema, const struct record_sink *sink)
{
    struct ndjson *ndjson = heap_alloc(sizeof *ndjson);
    *ndjson = (struct ndjson){.name = heap_strdup(name), .schema = schema, .sink = *sink, .line = 1};
    ndjson->document = json_document_new();
    ndjson->names = heap_alloc(MEMBERS_MAX * sizeof *ndjson->names);
    ndjson->cells = heap_alloc(MEMBERS_MAX * sizeof *ndjson->cells);
    return ndjson;
}

void ndjson_free(struct ndjson *ndjson)
{
    if (!ndjson)
        return;
    heap_free_(&ndjson->name);
    heap_free_(&ndjson->names);
    heap_free_(&ndjson->cells);
    json_document_free(ndjson->document);
    buf_free(&ndjson->rest);
    heap_free_(&ndjson);
}

/* -1: an array or object. */
static int cell_of_json(struct json value, struct cell *ret_cell)
{
    *ret_cell = (struct cell){.kind = CELL_MISSING};
    switch (json_kind(value)) {
    case JSON_NUMBER:
        *ret_cell = (struct cell){.kind = CELL_NUMBER, .number = json_number(value, 0)};
        return 0;
    case JSON_STRING:
        ret_cell->kind = CELL_TEXT;
        ret_cell->at = json_text(value, &ret_cell->n_bytes);
        return 0;
    case JSON_BOOL:
        ret_cell->kind = CELL_TEXT;
        ret_cell->at = json_bool(value, false) ? "true" : "false";
        ret_cell->n_bytes = strlen(ret_cell->at);
        return 0;
    case JSON_ARRAY:
    case JSON_OBJECT:
        return -1;
    case JSON_NONE:
    case JSON_NULL:
        break;
    }
    return 0;
}

static int take_all(struct ndjson *ndjson, struct json record, struct err *err)
{
    size_t n = 0;
    for (struct json_iter i = json_first(record); json_more(&i); json_next(&i)) {
        if (n == MEMBERS_MAX)
            return err_set(err, "more than %d members", MEMBERS_MAX);
        if (cell_of_json(i.value, &ndjson->cells[n]) < 0)
            continue;
        ndjson->names[n] = (struct cell){.kind = CELL_TEXT, .at = i.name, .n_bytes = i.name_bytes};
        n++;
    }
    int is = ndjson->sink.header(ndjson->sink.context, ndjson->names, n, err);
    return is ? is : ndjson->sink.record(ndjson->sink.context, ndjson->cells, n, err);
}

static int take_named(struct ndjson *ndjson, struct json record, struct err *err)
{
    const struct schema *schema = ndjson->schema;
    for (size_t c = 0; c < schema->n_columns; c++) {
        struct json value = json_get(record, schema->columns[c].name);
        if (cell_of_json(value, &ndjson->cells[c]) < 0)
            return err_set(err, "column \"%s\" holds an array or object, and a value is wanted",
                           schema->columns[c].name);
        ndjson->seen[c] |= json_kind(value) != JSON_NONE;
    }
    return ndjson->sink.record(ndjson->sink.context, ndjson->cells, schema->n_columns, err);
}

static int take_line(struct ndjson *ndjson, const char *at, size_t n, struct err *err)
{
    struct json record;
    if (ndjson->line == 1 && n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
        at += 3;
        n -= 3;
    }
    while (n > 0 && (at[n - 1] == '\r' || at[n - 1] == ' ' || at[n - 1] == '\t'))
        n--;
    if (n == 0)
        return 0;
    if (n > LINE_BYTES_MAX)
        return err_set(err, "a line of more than %d bytes", LINE_BYTES_MAX);
    if (json_parse(ndjson->document, at, n, JSON_DEPTH, &record, err) < 0)
        return -1;
    if (json_kind(record) != JSON_OBJECT)
        return err_set(err, "not a JSON object");
    return ndjson->schema ? take_named(ndjson, record, err) : take_all(ndjson, record, err);
}

static int take_line_here(struct ndjson *ndjson, const char *at, size_t n, struct err *err)
{
    int is = take_line(ndjson, at, n, err);
    if (is < 0)
        return err_prefix(err, "%s:%llu: ", ndjson->name, (unsigned long long)ndjson->line);
    ndjson->line++;
    return is;
}

int ndjson_feed(struct ndjson *ndjson, const char *bytes, size_t n_bytes, struct err *err)
{
    const char *at = bytes, *end = bytes + n_bytes;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        int is = 0;
        if (!newline || ndjson->rest.n_bytes > 0) {
            size_t n = (size_t)(stop - at);
            buf_add(&ndjson->rest, at, n <= LINE_BYTES_MAX ? n : LINE_BYTES_MAX + 1);
            if (newline || ndjson->rest.n_bytes > LINE_BYTES_MAX) {
                is = take_line_here(ndjson, ndjson->rest.at, ndjson->rest.n_bytes, err);
                buf_clear(&ndjson->rest);
            }
        } else
            is = take_line_here(ndjson, at, (size_t)(stop - at), err);
        if (is)
            return is;
        at = newline ? newline + 1 : end;
    }
    return 0;
}

int ndjson_end(struct ndjson *ndjson, struct err *err)
{
    int is = 0;
    if (ndjson->rest.n_bytes > 0)
        is = take_line_here(ndjson, ndjson->rest.at, ndjson->rest.n_bytes, err);
    if (is || !ndjson->schema)
        return is;
    for (size_t c = 0; c < ndjson->schema->n_columns; c++)
        if (!ndjson->seen[c] && !ndjson->schema->columns[c].is_optional)
            return err_set(err, "%s: column \"%s\" is in none of its %llu lines", ndjson->name,
                           ndjson->schema->columns[c].name, (unsigned long long)(ndjson->line - 1));
    return is;
}
