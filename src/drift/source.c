#include "drift/source.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "drift/ndjson.h"
#include "drift/npy.h"

enum { HEAD_BYTES = 1 << 20, PIECE_BYTES = 256 << 10 };

struct source {
    struct arena *arena;
    const char *name;
    int fd;
    bool is_npy, is_ndjson;
    struct buf head; /* the beginning of a text */
    bool head_is_all;
    void *mapped; /* of .npy */
    size_t mapped_bytes;
    struct npy npy;
};

const char *source_name(const struct source *source)
{
    return source->name;
}

/* Up to n_max bytes to the end of buf, fewer only at the end of the file. */
static int read_some(struct source *source, struct buf *buf, size_t n_max, struct err *err)
{
    size_t wanted = buf->n_bytes + n_max;
    while (buf->n_bytes < wanted) {
        char *room = buf_room(buf, wanted - buf->n_bytes);
        ssize_t n = read(source->fd, room, wanted - buf->n_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, "%s: %s", source->name, strerror(errno));
        if (n == 0)
            break;
        buf->n_bytes += (size_t)n;
    }
    return 0;
}

static int map_npy(struct source *source, const struct stat *st, struct err *err)
{
    source->mapped_bytes = (size_t)st->st_size;
    void *mapped = mmap(NULL, source->mapped_bytes, PROT_READ, MAP_PRIVATE, source->fd, 0);
    if (mapped == MAP_FAILED)
        return err_set(err, "%s: %s", source->name, strerror(errno));
    source->mapped = mapped;
    if (npy_read(source->arena, mapped, source->mapped_bytes, &source->npy, err) < 0)
        return err_prefix(err, "%s: ", source->name);
    return 0;
}

static int find_format(struct source *source, struct err *err)
{
    struct stat st;
    if (fstat(source->fd, &st) < 0)
        return err_set(err, "%s: %s", source->name, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return err_set(err, "%s: is a folder, not a file", source->name);
    if (read_some(source, &source->head, 16, err) < 0)
        return -1;
    source->is_npy = source->head.n_bytes >= 6 && memcmp(source->head.at, "\x93NUMPY", 6) == 0;
    if (source->is_npy && !S_ISREG(st.st_mode))
        return err_set(err, "%s: a .npy file is read from a file, not from a pipe", source->name);
    if (source->is_npy)
        return map_npy(source, &st, err);
    if (read_some(source, &source->head, HEAD_BYTES, err) < 0)
        return -1;
    source->head_is_all = source->head.n_bytes < HEAD_BYTES;
    const char *text = buf_text(&source->head);
    text += strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    source->is_ndjson = text[strspn(text, " \t\r\n")] == '{';
    return 0;
}

int source_open(const char *path, struct source **ret_source, struct err *err)
{
    struct source *source = heap_alloc(sizeof *source);
    bool standard = strcmp(path, "-") == 0;
    *source = (struct source){.arena = arena_new()};
    source->name = standard ? "standard input" : arena_strdup(source->arena, path);
    source->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0 || find_format(source, err) < 0) {
        if (source->fd < 0)
            err_set(err, "%s: %s", path, strerror(errno));
        source_close(source);
        return -1;
    }
    *ret_source = source;
    return 0;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    if (source->mapped)
        munmap(source->mapped, source->mapped_bytes);
    if (source->fd > STDIN_FILENO)
        close(source->fd);
    buf_free(&source->head);
    arena_free(source->arena);
    heap_free_(&source);
}

/* The reader of a text format. */
struct reader {
    struct csv *csv;
    struct ndjson *ndjson;
};

static struct reader reader_of(const struct source *source, const struct schema *schema,
                               const struct record_sink *sink)
{
    if (source->is_ndjson)
        return (struct reader){.ndjson = ndjson_new(source->name, schema, sink)};
    return (struct reader){.csv = csv_new(source->name, sink)};
}

static int reader_feed(const struct reader *reader, const struct buf *bytes, struct err *err)
{
    return reader->csv ? csv_feed(reader->csv, bytes->at, bytes->n_bytes, err)
                       : ndjson_feed(reader->ndjson, bytes->at, bytes->n_bytes, err);
}

static int reader_end(const struct reader *reader, struct err *err)
{
    return reader->csv ? csv_end(reader->csv, err) : ndjson_end(reader->ndjson, err);
}

static void reader_free(const struct reader *reader)
{
    csv_free(reader->csv);
    ndjson_free(reader->ndjson);
}

int source_guess(struct source *source, struct guess *guess, struct err *err)
{
    if (source->is_npy) {
        for (size_t c = 0; c < source->npy.frame.n_columns; c++)
            guess_add_number(guess, source->npy.names[c]);
        return 0;
    }
    struct record_sink sink = guess_records(guess);
    struct reader reader = reader_of(source, NULL, &sink);
    int is = source->head.n_bytes > 0 ? reader_feed(&reader, &source->head, err) : 0;
    if (is == 0 && source->head_is_all)
        is = reader_end(&reader, err);
    reader_free(&reader);
    return is < 0 ? -1 : 0;
}

static int read_text(struct source *source, struct schema *schema, const struct block_sink *sink,
                     struct err *err)
{
    struct table *table = table_new(schema, sink);
    struct record_sink records = table_records(table);
    struct reader reader = reader_of(source, schema, &records);
    int is = source->head.n_bytes > 0 ? reader_feed(&reader, &source->head, err) : 0;
    while (is == 0 && !source->head_is_all) {
        buf_clear(&source->head);
        is = read_some(source, &source->head, PIECE_BYTES, err);
        if (is < 0 || source->head.n_bytes == 0)
            break;
        is = reader_feed(&reader, &source->head, err);
    }
    if (is == 0)
        is = reader_end(&reader, err);
    if (is == 0)
        is = table_end(table, err);
    if (is == 0 && table_rows(table) == 0)
        is = err_set(err, "%s: holds no row", source->name);
    reader_free(&reader);
    table_free(table);
    return is < 0 ? -1 : 0;
}

int source_frame(struct source *source, const struct schema *schema, struct column *ret_columns,
                 struct frame *ret_frame, struct err *err)
{
    if (!source->is_npy)
        return 1;
    for (size_t c = 0; c < schema->n_columns; c++) {
        const struct schema_column *column = &schema->columns[c];
        size_t i = 0;
        while (i < source->npy.frame.n_columns && strcmp(source->npy.names[i], column->name) != 0)
            i++;
        if (i == source->npy.frame.n_columns && column->is_optional) {
            static const double missing = NAN;
            ret_columns[c] = (struct column){.at = (const unsigned char *)&missing, .type = NUMBER_F64};
            continue;
        }
        if (i == source->npy.frame.n_columns)
            return err_set(err, "%s: there is no column \"%s\"", source->name, column->name);
        if (column->categories)
            return err_set(err,
                           "%s: column \"%s\" holds categories, which .npy files do not; use CSV or NDJSON",
                           source->name, column->name);
        ret_columns[c] = source->npy.frame.columns[i];
    }
    *ret_frame = (struct frame){
        .n_rows = source->npy.frame.n_rows, .n_columns = schema->n_columns, .columns = ret_columns};
    return ret_frame->n_rows > 0 ? 0 : err_set(err, "%s: holds no row", source->name);
}

int source_read(struct source *source, struct schema *schema, const struct block_sink *sink, struct err *err)
{
    struct column columns[COLUMNS_MAX];
    struct frame frame;
    int is = source_frame(source, schema, columns, &frame, err);
    if (is > 0)
        return read_text(source, schema, sink, err);
    return is < 0 ? -1 : frame_each_block(&frame, sink, err);
}
