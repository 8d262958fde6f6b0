#include "drift/csv.h"

#include <string.h>

#include "base/buf.h"
#include "base/must.h"

enum { RECORD_BYTES_MAX = 1 << 20, FIELDS_MAX = 16384 };

struct csv {
    char *name;
    struct record_sink sink;
    struct buf rest;     /* a record whose end has not come */
    struct buf unquoted; /* the fields of the current record that had doubled quotes */
    struct cell *cells;
    size_t n_fields; /* of the header; 0 before it */
    uint64_t line;   /* where the current record begins, from 1 */
    bool started;    /* past where a byte order mark may stand */
};

struct csv *csv_new(const char *name, const struct record_sink *sink)
{
    struct csv *csv = heap_alloc(sizeof *csv);
    *csv = (struct csv){.name = heap_strdup(name), .sink = *sink, .line = 1};
    csv->cells = heap_alloc(FIELDS_MAX * sizeof *csv->cells);
    return csv;
}

void csv_free(struct csv *csv)
{
    if (!csv)
        return;
    heap_free_(&csv->name);
    heap_free_(&csv->cells);
    buf_free(&csv->rest);
    buf_free(&csv->unquoted);
    heap_free_(&csv);
}

static int at_line(const struct csv *csv, uint64_t line, struct err *err)
{
    return err_prefix(err, "%s:%llu: ", csv->name, (unsigned long long)line);
}

/* A field without quotes ends at a comma or the end of the line. */
static const char *plain_end(const char *at, const char *end)
{
    while (at < end && *at != ',' && *at != '\n')
        at++;
    return at;
}

/* Behind the closing quote of a field whose opening one is at[-1], or NULL when it is not there. */
static const char *quoted_end(const char *at, const char *end)
{
    for (;;) {
        at = memchr(at, '"', (size_t)(end - at));
        if (!at)
            return NULL;
        if (at + 1 < end && at[1] == '"') {
            at += 2;
            continue;
        }
        return at + 1;
    }
}

/* The text between the quotes; doubled ones become single. */
static void take_quoted(struct csv *csv, const char *at, const char *end, struct cell *cell)
{
    size_t n = (size_t)(end - at);
    cell->at = at;
    cell->n_bytes = n;
    if (!memchr(at, '"', n))
        return;
    char *out = buf_room(&csv->unquoted, n); /* reserved before: does not move */
    size_t written = 0;
    for (size_t i = 0; i < n; i++) {
        out[written++] = at[i];
        i += at[i] == '"';
    }
    csv->unquoted.n_bytes += written;
    cell->at = out;
    cell->n_bytes = written;
}

enum { RECORD_UNFINISHED = 1 };

/* Splits the record at *at into cells and steps over its line end. RECORD_UNFINISHED: its end is not among
 * the bytes, and final is not set. */
static int split(struct csv *csv, const char **at, const char *end, bool final, size_t *ret_n,
                 uint64_t *ret_lines, struct err *err)
{
    const char *p = *at;
    size_t n = 0;
    uint64_t lines = 1;
    bool quotes = false;
    buf_clear(&csv->unquoted);
    for (;;) {
        if (n == FIELDS_MAX)
            return err_set(err, "more than %d fields", FIELDS_MAX);
        struct cell *cell = &csv->cells[n++];
        cell->kind = CELL_TEXT;
        if (p < end && *p == '"') {
            const char *stop = quoted_end(p + 1, end);
            if (!stop)
                return final ? err_set(err, "a quote is opened and never closed") : RECORD_UNFINISHED;
            if (stop == end && !final)
                return RECORD_UNFINISHED; /* another quote may follow */
            if (!quotes)
                buf_room(&csv->unquoted, (size_t)(end - p < RECORD_BYTES_MAX ? end - p : RECORD_BYTES_MAX));
            quotes = true;
            if (stop - *at > RECORD_BYTES_MAX)
                return RECORD_UNFINISHED;
            take_quoted(csv, p + 1, stop - 1, cell);
            for (const char *q = p; (q = memchr(q, '\n', (size_t)(stop - q))); q++)
                lines++;
            p = stop;
            if (p < end && *p == '\r' && p + 1 == end && !final)
                return RECORD_UNFINISHED;
            if (p < end && *p == '\r' && (p + 1 == end || p[1] == '\n'))
                p++;
            if (p < end && *p != ',' && *p != '\n')
                return err_set(err, "field %zu goes on behind its closing quote", n);
        } else {
            const char *stop = plain_end(p, end);
            if (stop == end && !final)
                return RECORD_UNFINISHED;
            cell->at = p;
            cell->n_bytes = (size_t)(stop - p);
            bool last = stop == end || *stop == '\n';
            if (last && cell->n_bytes > 0 && stop[-1] == '\r')
                cell->n_bytes--;
            p = stop;
        }
        if (p == end || *p == '\n')
            break;
        p++;
    }
    *at = p < end ? p + 1 : p;
    *ret_n = n;
    *ret_lines = lines;
    return 0;
}

static int take_record(struct csv *csv, size_t n, struct err *err)
{
    const struct cell *cells = csv->cells;
    if (csv->n_fields == 0) {
        csv->n_fields = n;
        return csv->sink.header(csv->sink.context, cells, n, err);
    }
    if (n == 1 && cells[0].n_bytes == 0 && csv->n_fields > 1)
        return 0;
    if (n != csv->n_fields)
        return err_set(err, "%zu fields, and the header has %zu", n, csv->n_fields);
    return csv->sink.record(csv->sink.context, cells, n, err);
}

/* Takes all whole records; *at is where the first unfinished one begins. */
static int take_records(struct csv *csv, const char **at, const char *end, bool final, struct err *err)
{
    while (*at < end) {
        const char *from = *at;
        size_t n = 0;
        uint64_t lines = 0;
        int is = split(csv, at, end, final, &n, &lines, err);
        if ((is == RECORD_UNFINISHED ? end : *at) - from > RECORD_BYTES_MAX)
            is = err_set(err, "a record of more than %d bytes; is a quote not closed?", RECORD_BYTES_MAX);
        else if (is == RECORD_UNFINISHED)
            return 0;
        else if (is == 0 && memchr(from, '\0', (size_t)(*at - from)))
            is = err_set(err, "a NUL byte: this is no text");
        if (is == 0)
            is = take_record(csv, n, err);
        if (is < 0)
            return at_line(csv, csv->line, err);
        if (is > 0)
            return is;
        csv->line += lines;
    }
    return 0;
}

/* A byte order mark is looked for once four bytes are there, or all. */
static int skip_mark(struct csv *csv, const char **at, const char *end, bool final, struct err *err)
{
    size_t n = (size_t)(end - *at);
    if (csv->started || (n < 3 && !final))
        return 0;
    csv->started = true;
    if (n >= 2 && (memcmp(*at, "\xff\xfe", 2) == 0 || memcmp(*at, "\xfe\xff", 2) == 0))
        return err_set(err, "%s:1: this is UTF-16; write it as UTF-8", csv->name);
    if (n >= 3 && memcmp(*at, "\xef\xbb\xbf", 3) == 0)
        *at += 3;
    return 0;
}

/* What was kept is filled up to the end of its line first, so that the bulk is read where it lies. When the
 * record goes on over many lines it is filled up in doubling pieces: it is split anew each time. */
static int finish_rest(struct csv *csv, const char **at, const char *end, struct err *err)
{
    while (csv->rest.n_bytes > 0 && *at < end) {
        const char *newline = memchr(*at, '\n', (size_t)(end - *at));
        const char *stop = newline ? newline + 1 : end;
        if ((size_t)(stop - *at) < csv->rest.n_bytes / 2)
            stop = (size_t)(end - *at) < csv->rest.n_bytes / 2 ? end : *at + csv->rest.n_bytes / 2;
        buf_add(&csv->rest, *at, (size_t)(stop - *at));
        *at = stop;
        const char *from = csv->rest.at;
        int is = skip_mark(csv, &from, csv->rest.at + csv->rest.n_bytes, false, err);
        if (is == 0 && csv->started)
            is = take_records(csv, &from, csv->rest.at + csv->rest.n_bytes, false, err);
        if (is)
            return is;
        buf_consume(&csv->rest, (size_t)(from - csv->rest.at));
    }
    return 0;
}

int csv_feed(struct csv *csv, const char *bytes, size_t n_bytes, struct err *err)
{
    const char *at = bytes, *end = bytes + n_bytes;
    int is = finish_rest(csv, &at, end, err);
    if (is == 0 && at < end)
        is = skip_mark(csv, &at, end, false, err);
    if (is == 0 && at < end && csv->started)
        is = take_records(csv, &at, end, false, err);
    if (is == 0)
        buf_add(&csv->rest, at, (size_t)(end - at));
    return is;
}

int csv_end(struct csv *csv, struct err *err)
{
    const char *at = csv->rest.at, *end = at ? at + csv->rest.n_bytes : at;
    int is = at ? skip_mark(csv, &at, end, true, err) : 0;
    if (is == 0 && at)
        is = take_records(csv, &at, end, true, err);
    if (is == 0 && csv->n_fields == 0)
        return err_set(err, "%s:1: is empty: there is no header", csv->name);
    return is;
}
