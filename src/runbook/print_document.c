/* A document as it is drawn for people: its blocks in order, with their lines, as plain values. Whoever draws
 * them needs no Markdown of their own, and no text in them is markup.
 *
 *   {"kind":"paragraph","line":3,"line_end":3,"text":["Look at ",{"text":"df -h","as":["code"]}]} */
#include <string.h>

#include "runbook/document.h"
#include "runbook/print.h"

static const char *const kinds[] = {
    [BLOCK_HEADING] = "heading", [BLOCK_PARAGRAPH] = "paragraph", [BLOCK_ITEM] = "item",
    [BLOCK_FENCE] = "fence",     [BLOCK_TABLE] = "table",         [BLOCK_RULE] = "rule",
    [BLOCK_HTML] = "html"};
static const char *const markers[] = {
    [MARKER_BULLET] = "bullet", [MARKER_ORDERED] = "ordered", [MARKER_CHECKBOX] = "checkbox"};
static const char *const marks[] = {
    [SPAN_STRONG] = "strong", [SPAN_EMPHASIS] = "emphasis", [SPAN_CODE] = "code",
    [SPAN_LINK] = "link",     [SPAN_IMAGE] = "image",       [SPAN_STRUCK] = "struck"};
enum { N_MARKS = sizeof marks / sizeof *marks };

/* What is said of each byte: which marks, and the span (from 1) that gives it an address or its exact text.
 */
struct marked {
    unsigned char *as;
    unsigned *owner;
};

static struct marked mark(struct arena *arena, const struct prose *prose, size_t n_bytes)
{
    struct marked marked = {arena_alloc(arena, n_bytes * sizeof *marked.as),
                            arena_alloc(arena, n_bytes * sizeof *marked.owner)};
    memset(marked.as, 0, n_bytes * sizeof *marked.as);
    memset(marked.owner, 0, n_bytes * sizeof *marked.owner);
    for (size_t i = 0; i < prose->spans.n; i++) {
        const struct span *span = &prose->spans.at[i];
        for (size_t at = span->at; at < span->at + span->n_bytes && at < n_bytes; at++) {
            marked.as[at] |= (unsigned char)(1U << span->kind);
            if (span->exact)
                marked.owner[at] = (unsigned)i + 1;
        }
    }
    return marked;
}

static void write_piece(struct json_writer *w, const struct prose *prose, unsigned as, unsigned owner,
                        size_t at, size_t n_bytes)
{
    const struct span *span = owner ? &prose->spans.at[owner - 1] : NULL;
    if (!as) {
        jw_string_n(w, prose->text + at, n_bytes);
        return;
    }
    jw_begin_object(w);
    jw_name(w, "text");
    if (span && span->kind == SPAN_CODE && span->at == at && span->n_bytes == n_bytes)
        jw_string(w, span->exact);
    else
        jw_string_n(w, prose->text + at, n_bytes);
    jw_name(w, "as");
    jw_begin_array(w);
    for (unsigned kind = 0; kind < N_MARKS; kind++)
        if (as & (1U << kind))
            jw_string(w, marks[kind]);
    jw_end_array(w);
    if (span && span->kind != SPAN_CODE)
        jw_pair(w, "to", span->exact);
    jw_end_object(w);
}

static void write_prose(struct json_writer *w, const char *name, const struct prose *prose)
{
    size_t n_bytes = prose->text ? strlen(prose->text) : 0;
    scoped_arena struct arena *arena = arena_new();
    struct marked marked = mark(arena, prose, n_bytes);
    if (name)
        jw_name(w, name);
    jw_begin_array(w);
    for (size_t at = 0, end; at < n_bytes; at = end) {
        for (end = at + 1;
             end < n_bytes && marked.as[end] == marked.as[at] && marked.owner[end] == marked.owner[at]; end++)
            ;
        write_piece(w, prose, marked.as[at], marked.owner[at], at, end - at);
    }
    jw_end_array(w);
}

static void write_cells(struct json_writer *w, const char *name, const struct prose *cells, size_t n)
{
    jw_name(w, name);
    jw_begin_array(w);
    for (size_t i = 0; i < n; i++)
        write_prose(w, NULL, &cells[i]);
    jw_end_array(w);
}

static void write_table(struct json_writer *w, const struct block *block)
{
    write_cells(w, "columns", block->columns, block->n_columns);
    jw_name(w, "rows");
    jw_begin_array(w);
    list_each (row, &block->rows) {
        jw_begin_object(w);
        jw_pair_int(w, "line", row->line);
        write_cells(w, "cells", row->cells, row->n_cells);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void write_fence(struct json_writer *w, const struct block *block)
{
    jw_pair(w, "lang", block->lang);
    jw_pair_int(w, "body_line", block->body_line);
    jw_name(w, "lines");
    jw_begin_array(w);
    list_each (line, &block->lines)
        jw_string_n(w, line->at, line->n_bytes);
    jw_end_array(w);
}

static void write_block(struct json_writer *w, const struct block *block)
{
    jw_begin_object(w);
    jw_pair(w, "kind", kinds[block->kind]);
    jw_pair_int(w, "line", block->line);
    jw_pair_int(w, "line_end", block->line_end);
    jw_pair_int(w, "depth", block->depth); /* 0 outside of lists */
    jw_pair_bool(w, "quoted", block->quoted);
    if (block->kind == BLOCK_HEADING) {
        jw_pair_int(w, "level", block->level);
        jw_pair(w, "slug", block->slug);
    }
    if (block->kind == BLOCK_ITEM) {
        jw_pair(w, "marker", markers[block->marker]);
        jw_pair_int(w, "number", block->number);
        jw_pair_bool(w, "checked", block->checked);
    }
    if (block->kind == BLOCK_FENCE)
        write_fence(w, block);
    else if (block->kind == BLOCK_TABLE)
        write_table(w, block);
    else if (block->kind != BLOCK_RULE)
        write_prose(w, "text", &block->prose);
    jw_end_object(w);
}

void document_print_json(const struct document *document, struct json_writer *w)
{
    jw_begin_object(w);
    jw_name(w, "front_matter");
    jw_begin_array(w);
    list_each (entry, &document->front_matter) {
        jw_begin_object(w);
        jw_pair(w, "key", entry->key);
        jw_pair(w, "value", entry->value);
        jw_pair_int(w, "line", entry->line);
        jw_end_object(w);
    }
    jw_end_array(w);
    jw_name(w, "blocks");
    jw_begin_array(w);
    list_each (block, &document->blocks)
        write_block(w, block);
    jw_end_array(w);
    jw_end_object(w);
}
