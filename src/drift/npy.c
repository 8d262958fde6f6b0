#include "drift/npy.h"

#include <stdbool.h>
#include <string.h>

/* The header as it is read, character by character. */
struct header {
    const char *at, *end;
};

struct member {
    const char *name; /* NULL: not a structured type */
    enum number_type type;
};

struct layout {
    struct member members[NPY_COLUMNS_MAX];
    size_t n_members;
    bool structured, fortran;
    uint64_t shape[2];
    size_t n_dimensions;
    bool has_descr, has_order, has_shape;
};

static void skip_space(struct header *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\n' || *h->at == '\t'))
        h->at++;
}

static bool take(struct header *h, const char *token)
{
    size_t n = strlen(token);
    skip_space(h);
    if ((size_t)(h->end - h->at) < n || memcmp(h->at, token, n) != 0)
        return false;
    h->at += n;
    return true;
}

/* A Python string without escapes. */
static const char *take_string(struct header *h, size_t *ret_n)
{
    skip_space(h);
    if (h->at == h->end || (*h->at != '\'' && *h->at != '"'))
        return NULL;
    const char *from = h->at + 1;
    const char *to = memchr(from, *h->at, (size_t)(h->end - from));
    if (!to || memchr(from, '\\', (size_t)(to - from)))
        return NULL;
    h->at = to + 1;
    *ret_n = (size_t)(to - from);
    return from;
}

static int take_type(struct header *h, enum number_type *ret_type, struct err *err)
{
    static const struct {
        const char *name;
        enum number_type type;
    } types[] = {{"<f8", NUMBER_F64}, {"<f4", NUMBER_F32}, {"<i8", NUMBER_I64}, {"<i4", NUMBER_I32},
                 {"<i2", NUMBER_I16}, {"|i1", NUMBER_I8},  {"<u8", NUMBER_U64}, {"<u4", NUMBER_U32},
                 {"<u2", NUMBER_U16}, {"|u1", NUMBER_U8},  {"|b1", NUMBER_U8}};
    size_t n;
    const char *text = take_string(h, &n);
    if (!text)
        return err_set(err, "its type is not one of numbers");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].name) == n && memcmp(types[i].name, text, n) == 0) {
            *ret_type = types[i].type;
            return 0;
        }
    return err_set(err,
                   "type '%.*s' is not read here: numbers of the types f4, f8, i1 to i8, u1 to u8 and b1, "
                   "little-endian, are",
                   n < 20 ? (int)n : 20, text);
}

static int take_members(struct arena *arena, struct header *h, struct layout *layout, struct err *err)
{
    layout->structured = true;
    while (!take(h, "]")) {
        size_t n;
        if (layout->n_members == NPY_COLUMNS_MAX)
            return err_set(err, "more than %d columns", NPY_COLUMNS_MAX);
        struct member *member = &layout->members[layout->n_members++];
        const char *name = take(h, "(") ? take_string(h, &n) : NULL;
        if (!name)
            return err_set(err, "its structured type is not a list of names and types");
        member->name = arena_strndup(arena, name, n);
        if (!take(h, ",") || take_type(h, &member->type, err) < 0)
            return err_prefix(err, "member '%s': ", member->name);
        if (!take(h, ")"))
            return err_set(err, "member '%s' is not a single number", member->name);
        take(h, ",");
    }
    return layout->n_members > 0 ? 0 : err_set(err, "its structured type has no members");
}

static int take_shape(struct header *h, struct layout *layout, struct err *err)
{
    if (!take(h, "("))
        return err_set(err, "its header is not that of an array");
    while (!take(h, ")")) {
        uint64_t n = 0;
        const char *from = h->at;
        if (layout->n_dimensions == 2)
            return err_set(err, "more than two dimensions; rows and columns are wanted");
        while (h->at < h->end && *h->at >= '0' && *h->at <= '9') {
            if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(*h->at - '0'), &n))
                return err_set(err, "its shape is too large");
            h->at++;
        }
        if (h->at == from)
            return err_set(err, "its shape is not made of numbers");
        layout->shape[layout->n_dimensions++] = n;
        take(h, ",");
        skip_space(h);
    }
    return layout->n_dimensions > 0 ? 0 : err_set(err, "a single number; rows and columns are wanted");
}

static int take_header(struct arena *arena, struct header *h, struct layout *layout, struct err *err)
{
    if (!take(h, "{"))
        return err_set(err, "its header is not that of an array");
    while (!take(h, "}")) {
        size_t n;
        const char *key = take_string(h, &n);
        if (!key || !take(h, ":"))
            return err_set(err, "its header is not that of an array");
        if (n == 5 && memcmp(key, "descr", n) == 0 && !layout->has_descr) {
            layout->has_descr = true;
            layout->n_members = 1;
            if (take(h, "[")) {
                layout->n_members = 0;
                if (take_members(arena, h, layout, err) < 0)
                    return -1;
            } else if (take_type(h, &layout->members[0].type, err) < 0)
                return -1;
        } else if (n == 13 && memcmp(key, "fortran_order", n) == 0 && !layout->has_order) {
            layout->has_order = true;
            layout->fortran = take(h, "True");
            if (!layout->fortran && !take(h, "False"))
                return err_set(err, "its header is not that of an array");
        } else if (n == 5 && memcmp(key, "shape", n) == 0 && !layout->has_shape) {
            layout->has_shape = true;
            if (take_shape(h, layout, err) < 0)
                return -1;
        } else
            return err_set(err, "its header has the unknown key '%.*s'", n < 20 ? (int)n : 20, key);
        take(h, ",");
    }
    if (!layout->has_descr || !layout->has_order || !layout->has_shape)
        return err_set(err, "its header lacks descr, fortran_order or shape");
    return 0;
}

/* Where each column lies. */
static int lay_out(struct arena *arena, const struct layout *layout, const unsigned char *data,
                   size_t n_bytes, struct npy *npy, struct err *err)
{
    uint64_t n_rows = layout->shape[0], n_columns = layout->n_dimensions == 2 ? layout->shape[1] : 1, total;
    size_t record = 0, offset = 0;
    for (size_t i = 0; i < layout->n_members; i++)
        record += number_type_bytes(layout->members[i].type);
    if (layout->structured && layout->n_dimensions != 1)
        return err_set(err, "a structured type has one dimension here");
    if (n_columns == 0 || n_columns > NPY_COLUMNS_MAX)
        return err_set(err, "%llu columns; 1 to %d are read", (unsigned long long)n_columns, NPY_COLUMNS_MAX);
    if (__builtin_mul_overflow(n_rows, n_columns * record, &total) || total > n_bytes)
        return err_set(err, "is cut short: %zu bytes of values, and its shape wants more", n_bytes);
    size_t n = layout->structured ? layout->n_members : (size_t)n_columns;
    struct column *columns = arena_alloc(arena, n * sizeof *columns);
    const char **names = arena_alloc(arena, n * sizeof *names);
    for (size_t c = 0; c < n; c++) {
        enum number_type type = layout->members[layout->structured ? c : 0].type;
        size_t bytes = number_type_bytes(type);
        bool side_by_side = !layout->structured && (layout->fortran || n == 1);
        columns[c] = (struct column){.at = data + (side_by_side ? (size_t)n_rows * bytes * c : offset),
                                     .stride_bytes = side_by_side         ? bytes
                                                     : layout->structured ? record
                                                                          : bytes * n,
                                     .type = type};
        columns[c].block_bytes = columns[c].stride_bytes * BLOCK_ROWS;
        names[c] = layout->structured ? layout->members[c].name : arena_printf(arena, "column%zu", c);
        offset += bytes;
    }
    npy->frame = (struct frame){.n_rows = n_rows, .n_columns = n, .columns = columns};
    npy->names = names;
    return 0;
}

int npy_read(struct arena *arena, const unsigned char *bytes, size_t n_bytes, struct npy *ret_npy,
             struct err *err)
{
    if (n_bytes < 10 || memcmp(bytes, "\x93NUMPY", 6) != 0)
        return err_set(err, "is no .npy file");
    if (bytes[6] < 1 || bytes[6] > 3)
        return err_set(err, "is a .npy file of the unknown version %d", bytes[6]);
    size_t from = bytes[6] == 1 ? 10 : 12, n_header = (size_t)bytes[8] | (size_t)bytes[9] << 8;
    if (from == 12 && n_bytes >= 12)
        n_header |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (n_bytes < from || n_header > n_bytes - from || n_header > 1 << 20)
        return err_set(err, "is cut short within its header");
    struct header header = {.at = (const char *)bytes + from, .end = (const char *)bytes + from + n_header};
    struct layout *layout = arena_alloc(arena, sizeof *layout);
    if (take_header(arena, &header, layout, err) < 0)
        return -1;
    return lay_out(arena, layout, bytes + from + n_header, n_bytes - from - n_header, ret_npy, err);
}
