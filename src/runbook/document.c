/* From cmark's tree to the flat list of blocks. Containers (lists, items, block quotes) are walked by
 * recursion, bounded by what document_tame.c lets through and by CONTAINER_DEPTH. */
#include "runbook/document_priv.h"

#include <cmark-gfm-core-extensions.h>
#include <ctype.h>
#include <pthread.h>
#include <string.h>

#include "base/map.h"
#include "base/must.h"
#include "runbook/document_check.h"
#include "runbook/text.h"

enum { CONTAINER_DEPTH = 300, HEADING_LEVELS = 6 };

struct flattening {
    struct arena *arena;
    struct arena *growing; /* of the blocks, until all are there: a third of a kilobyte each */
    struct document *document;
    bool tamed;                          /* what cmark saw differs from the source */
    size_t headings[HEADING_LEVELS + 1]; /* the open one of each level */
    struct map *slugs;                   /* slug -> its count as (void *)(uintptr_t) */
};

struct place { /* where in the containers a block stands */
    size_t item;
    int depth, nesting;
    bool quoted;
};

static void split_lines(struct arena *arena, struct document *document, const char *bytes, size_t n_bytes)
{
    for (size_t first = 0; first < n_bytes && document->lines.n < DOCUMENT_LIMIT_LINES;) {
        const char *end = memchr(bytes + first, '\n', n_bytes - first);
        size_t n = end ? (size_t)(end - bytes) - first : n_bytes - first;
        struct source_line *line = list_push(arena, &document->lines);
        line->at = bytes + first;
        line->n_bytes = n > 0 && bytes[first + n - 1] == '\r' ? n - 1 : n;
        document->final_newline = end != NULL;
        first += n + 1;
    }
}

static size_t open_heading(const struct flattening *flat, int below_level)
{
    for (int level = below_level - 1; level >= 1; level--)
        if (flat->headings[level] != NO_BLOCK)
            return flat->headings[level];
    return NO_BLOCK;
}

/* Adds a block; its address is good until the next one. */
static struct block *add_block(struct flattening *flat, enum block_kind kind, cmark_node *node,
                               struct place place)
{
    struct block *block = list_push(flat->growing, &flat->document->blocks);
    int last = (int)flat->document->lines.n;

    block->kind = kind;
    block->line = cmark_node_get_start_line(node);
    block->line_end = cmark_node_get_end_line(node);
    if (block->line < 1)
        block->line = 1;
    if (block->line_end > last)
        block->line_end = last;
    if (block->line_end < block->line)
        block->line_end = block->line;
    block->heading = open_heading(flat, HEADING_LEVELS + 1);
    block->item = place.item;
    block->depth = place.depth;
    block->quoted = place.quoted;
    block->end = flat->document->blocks.n;
    return block;
}

static const char *unique_slug(struct flattening *flat, const char *text)
{
    const char *slug = text_slug(flat->arena, text);
    size_t n = strlen(slug);
    uintptr_t count = n > 0 ? (uintptr_t)map_get(flat->slugs, slug, n) : 0;

    if (n == 0)
        return slug;
    map_put(flat->slugs, slug, n, (void *)(count + 1));
    return count == 0 ? slug : arena_printf(flat->arena, "%s-%zu", slug, (size_t)count);
}

static void add_heading(struct flattening *flat, cmark_node *node, struct place place)
{
    int level = cmark_node_get_heading_level(node);
    struct block *block = add_block(flat, BLOCK_HEADING, node, place);
    struct source_line line = document_line(flat->document, block->line);

    prose_read(flat->arena, node, block->line, &block->prose);
    block->level = level;
    block->setext = memchr(line.at, '#', line.n_bytes) == NULL;
    block->slug = unique_slug(flat, block->prose.text);
    block->heading = open_heading(flat, level);
    /* A heading inside of a list or a quote does not open a section of the document. */
    if (place.item != NO_BLOCK || place.quoted)
        return;
    flat->headings[level] = flat->document->blocks.n - 1;
    for (int below = level + 1; below <= HEADING_LEVELS; below++)
        flat->headings[below] = NO_BLOCK;
}

static void add_prose_block(struct flattening *flat, enum block_kind kind, cmark_node *node,
                            struct place place)
{
    struct block *block = add_block(flat, kind, node, place);

    prose_read(flat->arena, node, block->line, &block->prose);
}

static void add_html(struct flattening *flat, cmark_node *node, struct place place)
{
    struct block *block = add_block(flat, BLOCK_HTML, node, place);
    const char *html = cmark_node_get_literal(node);

    if (html && document_read_html_table(flat->arena, html, block)) {
        block->kind = BLOCK_TABLE;
        return;
    }
    prose_read_html(flat->arena, html ? html : "", block->line, &block->prose);
}

static void read_info(struct arena *arena, const char *info, struct block *block)
{
    if (info == NULL || info[0] == '\0')
        return;
    block->info = text_normalise(arena, info, strlen(info));
    size_t n = strcspn(block->info, " \t,{:");
    if (n == 0)
        return;
    char *lang = arena_strndup(arena, block->info, n);
    for (char *c = lang; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    block->lang = lang;
}

/* Content lines as cmark sees them; when bytes were blotted out for it, the same stretch of the source. */
static void read_fence_lines(struct flattening *flat, const char *literal, struct block *block)
{
    const char *copy = arena_strdup(flat->arena, literal);
    int line = block->body_line;

    for (const char *at = copy; *at; line++) {
        size_t n = strcspn(at, "\n");
        struct source_line *content = list_push(flat->arena, &block->lines);
        struct source_line source = document_line(flat->document, line);
        *content = (struct source_line){at, n > 0 && at[n - 1] == '\r' ? n - 1 : n};
        while (flat->tamed && content->n_bytes > 0 && content->at[content->n_bytes - 1] == '\t' &&
               source.n_bytes > 0 && source.at[source.n_bytes - 1] != '\t')
            content->n_bytes--; /* filled up by document_admonition.c */
        if (flat->tamed && source.n_bytes >= content->n_bytes)
            content->at = source.at + (source.n_bytes - content->n_bytes);
        else if (flat->tamed)
            *content = source;
        at += n + (at[n] == '\n');
    }
}

static int fence_indent(struct source_line line)
{
    int blanks = 0;

    for (size_t i = 0; i < line.n_bytes && line.at[i] != '`' && line.at[i] != '~'; i++)
        blanks = line.at[i] == ' ' ? blanks + 1 : line.at[i] == '\t' ? blanks + 4 : 0;
    return blanks;
}

static bool fence_closed(const struct document *document, const struct block *block)
{
    struct source_line line = document_line(document, block->line_end);

    while (line.n_bytes > 0 && (line.at[line.n_bytes - 1] == ' ' || line.at[line.n_bytes - 1] == '\t'))
        line.n_bytes--;
    bool marked = line.n_bytes >= 3 && (line.at[line.n_bytes - 1] == '`' || line.at[line.n_bytes - 1] == '~');
    bool tagged = line.n_bytes >= 6 && strncasecmp(line.at + line.n_bytes - 6, "</pre>", 6) == 0;
    return block->line_end > block->line && (marked || tagged) &&
           block->line_end - block->line > (int)block->lines.n;
}

static void add_fence(struct flattening *flat, cmark_node *node, struct place place)
{
    int length, offset;
    char character;
    struct block *block = add_block(flat, BLOCK_FENCE, node, place);
    const char *literal = cmark_node_get_literal(node);

    block->fenced = cmark_node_get_fenced(node, &length, &offset, &character) != 0;
    block->body_line = block->line + (block->fenced ? 1 : 0);
    read_fence_lines(flat, literal ? literal : "", block);
    read_info(flat->arena, cmark_node_get_fence_info(node), block);
    if (block->fenced) {
        block->indent = fence_indent(document_line(flat->document, block->line));
        block->closed = fence_closed(flat->document, block);
    } else {
        block->closed = true;
        block->line_end = block->line + (int)block->lines.n - (block->lines.n > 0);
    }
}

static struct prose *read_cells(struct arena *arena, cmark_node *row, size_t n_columns, int line)
{
    struct prose *cells = arena_alloc(arena, (n_columns ? n_columns : 1) * sizeof *cells);
    size_t n = 0;

    for (cmark_node *cell = cmark_node_first_child(row); cell && n < n_columns; cell = cmark_node_next(cell))
        if (cmark_node_first_child(cell))
            prose_read(arena, cell, line, &cells[n++]);
        else
            cells[n++] = (struct prose){.text = "", .line = line};
    for (; n < n_columns; n++)
        cells[n] = (struct prose){.text = "", .line = line};
    return cells;
}

static void add_table(struct flattening *flat, cmark_node *node, struct place place)
{
    struct block *block = add_block(flat, BLOCK_TABLE, node, place);
    bool header = true;

    block->n_columns = cmark_gfm_extensions_get_table_columns(node);
    for (cmark_node *row = cmark_node_first_child(node); row; row = cmark_node_next(row)) {
        int line = cmark_node_get_start_line(row);
        struct prose *cells = read_cells(flat->arena, row, block->n_columns, line);
        if (header) {
            block->columns = cells;
            header = false;
            continue;
        }
        struct table_row *added = list_push(flat->arena, &block->rows);
        *added = (struct table_row){.cells = cells, .n_cells = block->n_columns, .line = line};
    }
}

static void add_children(struct flattening *flat, cmark_node *parent, struct place place);

/* "[ ] look" without the task list extension's help (ordered items) is a checkbox all the same. */
static void read_checkbox(struct block *block, cmark_node *node)
{
    struct prose *prose = &block->prose;

    if (strcmp(cmark_node_get_type_string(node), "tasklist") == 0) {
        block->marker = MARKER_CHECKBOX;
        block->checked = cmark_gfm_extensions_get_tasklist_item_checked(node);
    } else if (prose->text[0] == '[' && strchr(" xX", prose->text[1]) && prose->text[1] &&
               prose->text[2] == ']') {
        block->marker = MARKER_CHECKBOX;
        block->checked = prose->text[1] != ' ';
    }
}

static void add_item(struct flattening *flat, cmark_node *node, struct place place, size_t list_first,
                     int number)
{
    cmark_node *list = cmark_node_parent(node);
    cmark_node *first = cmark_node_first_child(node);
    size_t index = flat->document->blocks.n;
    struct block *block = add_block(flat, BLOCK_ITEM, node, place);

    block->depth = place.depth + 1;
    block->list_first = list_first == NO_BLOCK ? index : list_first;
    block->marker = cmark_node_get_list_type(list) == CMARK_ORDERED_LIST ? MARKER_ORDERED : MARKER_BULLET;
    block->number = block->marker == MARKER_ORDERED ? number : 0;
    block->prose = (struct prose){.text = "", .line = block->line};
    if (first && cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH) {
        prose_read(flat->arena, first, cmark_node_get_start_line(first), &block->prose);
        cmark_node_unlink(first);
    }
    read_checkbox(block, node);
    place.item = index;
    place.depth++;
    add_children(flat, node, place);
    block = &flat->document->blocks.at[index];
    block->end = flat->document->blocks.n;
    int last = block->line + (int)block->prose.line_starts.n - (block->prose.line_starts.n > 0);
    block->line_end = block->end > index + 1 ? flat->document->blocks.at[block->end - 1].line_end : last;
}

static void add_list(struct flattening *flat, cmark_node *node, struct place place)
{
    size_t first = NO_BLOCK;
    int number = cmark_node_get_list_start(node);

    for (cmark_node *item = cmark_node_first_child(node); item; item = cmark_node_next(item)) {
        size_t index = flat->document->blocks.n;
        add_item(flat, item, place, first, number++);
        if (first == NO_BLOCK)
            first = index;
    }
}

static void add_node(struct flattening *flat, cmark_node *node, struct place place)
{
    cmark_node_type type = cmark_node_get_type(node);

    if (type == CMARK_NODE_HEADING)
        add_heading(flat, node, place);
    else if (type == CMARK_NODE_PARAGRAPH)
        add_prose_block(flat, BLOCK_PARAGRAPH, node, place);
    else if (type == CMARK_NODE_CODE_BLOCK)
        add_fence(flat, node, place);
    else if (type == CMARK_NODE_HTML_BLOCK)
        add_html(flat, node, place);
    else if (type == CMARK_NODE_THEMATIC_BREAK)
        add_block(flat, BLOCK_RULE, node, place);
    else if (type == CMARK_NODE_LIST)
        add_list(flat, node, place);
    else if (strcmp(cmark_node_get_type_string(node), "table") == 0)
        add_table(flat, node, place);
    else if (type == CMARK_NODE_BLOCK_QUOTE) {
        place.quoted = true;
        add_children(flat, node, place);
    }
}

static void add_children(struct flattening *flat, cmark_node *parent, struct place place)
{
    if (++place.nesting > CONTAINER_DEPTH)
        return;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node))
        add_node(flat, node, place);
}

static void close_sections(struct document *document)
{
    size_t end_of[HEADING_LEVELS + 1]; /* where a section of that level ends, seen from below */

    for (int level = 0; level <= HEADING_LEVELS; level++)
        end_of[level] = document->blocks.n;
    for (size_t i = document->blocks.n; i-- > 0;) {
        struct block *block = &document->blocks.at[i];
        if (block->kind != BLOCK_HEADING || block->item != NO_BLOCK || block->quoted)
            continue;
        block->end = end_of[block->level];
        for (int level = block->level; level <= HEADING_LEVELS; level++)
            end_of[level] = i;
    }
}

static void register_extensions(void)
{
    cmark_gfm_core_extensions_ensure_registered();
}

/* The tree lives in memory. */
static cmark_node *parse(struct arena *memory, const struct buf *text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static const char *const extensions[] = {"table", "strikethrough", "tasklist"};

    must(pthread_once(&once, register_extensions) == 0);
    cmark_parser *parser =
        cmark_parser_new_with_mem(CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_SOURCEPOS, document_memory(memory));
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
    cmark_parser_feed(parser, buf_text(text), text->n_bytes);
    return cmark_parser_finish(parser);
}

struct document *document_read(struct arena *arena, const char *bytes, size_t n_bytes)
{
    struct document *document = arena_alloc(arena, sizeof *document);
    scoped_buf struct buf copy = {0};
    scoped_arena struct arena *memory = arena_new();
    struct flattening flat = {.arena = arena, .growing = memory, .document = document};

    for (int level = 0; level <= HEADING_LEVELS; level++)
        flat.headings[level] = NO_BLOCK;
    split_lines(arena, document, bytes, n_bytes);
    if (document->lines.n == DOCUMENT_LIMIT_LINES) {
        struct source_line last = document_line(document, DOCUMENT_LIMIT_LINES);
        n_bytes = (size_t)(last.at - bytes) + last.n_bytes;
    }
    document_read_front_matter(arena, document);
    document_tame(bytes, n_bytes, document->front_matter_end, &copy, &flat.tamed);
    flat.slugs = map_new();
    add_children(&flat, parse(memory, &copy), (struct place){.item = NO_BLOCK});
    map_free(flat.slugs);
    list_settle(arena, &document->blocks);
    close_sections(document);
    return document;
}

struct source_line document_line(const struct document *document, int line)
{
    if (line < 1 || (size_t)line > document->lines.n)
        return (struct source_line){"", 0};
    return document->lines.at[line - 1];
}

const char *document_lines(struct arena *arena, const struct document *document, int first, int last)
{
    scoped_buf struct buf out = {0};

    if (first < 1)
        first = 1;
    for (int n = first; n <= last && n <= (int)document->lines.n; n++) {
        struct source_line line = document_line(document, n);
        if (n > first)
            buf_putc(&out, '\n');
        buf_add(&out, line.at, line.n_bytes);
    }
    return arena_strndup(arena, buf_text(&out), out.n_bytes);
}

struct strings document_path(struct arena *arena, const struct document *document, size_t block)
{
    size_t chain[HEADING_LEVELS + 1];
    int n = 0;
    struct strings path = {0};

    if (block >= document->blocks.n)
        return path;
    size_t at = document->blocks.at[block].kind == BLOCK_HEADING ? block : document->blocks.at[block].heading;
    for (; at != NO_BLOCK && n <= HEADING_LEVELS; at = document->blocks.at[at].heading)
        chain[n++] = at;
    while (n-- > 0)
        strings_add(arena, &path, document->blocks.at[chain[n]].prose.text);
    return path;
}

const char *block_title(struct arena *arena, const struct block *block)
{
    const char *text = block->prose.text;

    if (block->kind == BLOCK_ITEM && block->prose.passages.n > 0 && block->prose.passages.at[0].lead)
        text = block->prose.passages.at[0].lead;
    text = text_without_decoration(arena, text, NULL);
    text = text_without_number(arena, text, NULL);
    return text_without_colon(arena, text_without_decoration(arena, text, NULL));
}

const char *block_label(struct arena *arena, const struct block *block)
{
    const char *label, *rest;

    if (block->kind != BLOCK_PARAGRAPH || block->prose.passages.n != 1)
        return NULL;
    const struct passage *passage = &block->prose.passages.at[0];
    if (passage->lead)
        return passage->rest[0] == '\0' ? passage->lead : NULL;
    if (text_label(arena, passage->rest, &label, &rest) && rest[0] == '\0')
        return label;
    return NULL;
}

const char *fence_text(struct arena *arena, const struct block *block)
{
    scoped_buf struct buf out = {0};

    for (size_t i = 0; i < block->lines.n; i++) {
        if (i > 0)
            buf_putc(&out, '\n');
        buf_add(&out, block->lines.at[i].at, block->lines.at[i].n_bytes);
    }
    return arena_strndup(arena, buf_text(&out), out.n_bytes);
}
