/* Fences, tables, headings and links of a document. */
#include <string.h>
#include <strings.h>

#include "base/map.h"
#include "runbook/command.h"
#include "runbook/heading_words.h"
#include "runbook/lint_priv.h"
#include "runbook/text.h"

static void fence_check(struct lint *lint, const struct block *block)
{
    size_t n_comments = 0, n_other = 0;
    if (block->fenced && !block->closed)
        lint_add(lint, "unclosed-fence", block->line, 1, NULL);
    int line = block->body_line;
    bool told = false;
    list_each (source, &block->lines) {
        size_t n_blanks = 0;
        while (n_blanks < source->n_bytes && (source->at[n_blanks] == ' ' || source->at[n_blanks] == '\t'))
            n_blanks++;
        if (n_blanks < source->n_bytes) {
            bool comment = source->at[n_blanks] == '#' &&
                           !(n_blanks + 1 < source->n_bytes && source->at[n_blanks + 1] == '!');
            /* "# df -h" is typed as root, and no comment */
            const char *rest = arena_strndup(lint->arena, source->at, source->n_bytes);
            rest += n_blanks + strspn(rest + n_blanks, "# ");
            n_comments += comment && !text_is_command(rest);
            n_other += !comment || text_is_command(rest);
        }
        /* "# " and "## ": in a shell block these are comments */
        size_t n_marks = 0;
        while (n_marks < source->n_bytes && source->at[n_marks] == '#')
            n_marks++;
        bool heading = n_marks > 0 && n_marks < source->n_bytes && source->at[n_marks] == ' ';
        bool markdown =
            block->lang && (strcmp(block->lang, "markdown") == 0 || strcmp(block->lang, "md") == 0);
        if (heading && markdown && !told) {
            lint_add(lint, "heading-in-fence", line, 1, NULL);
            told = true;
        }
        line++;
    }
    if (block->lang && lint_shell(block) && strncmp(block->lang, "console", 7) != 0 && n_comments > 0 &&
        n_other == 0)
        lint_add(lint, "comment-only-fence", block->line, 1, NULL);
}

/* Where a row has more cells than its table has columns: the bar that should have been escaped. Markdown
 * parts cells at bars inside of backticks, too, and drops what is too much. */
static void row_check(struct lint *lint, const struct block *table, int line)
{
    const struct source_line row = document_line(lint->document, line);
    const char *at = row.at, *end = at + row.n_bytes, *in_code = NULL, *too_many = NULL;
    size_t n_bars = 0;
    bool code = false;

    while (end > at && strchr(" \t|", end[-1]) && (end - at < 2 || end[-2] != '\\'))
        end--;
    while (at < end && strchr(" \t>", *at))
        at++;
    at += at < end && *at == '|';
    for (; at < end; at++) {
        if (*at == '\\') {
            at++;
        } else if (*at == '`') {
            code = !code;
        } else if (*at == '|') {
            n_bars++;
            in_code = code && in_code == NULL ? at : in_code;
            too_many = n_bars == table->n_columns ? at : too_many;
        }
    }
    if (too_many)
        lint_add(lint, "table-bar", line, (int)((in_code ? in_code : too_many) - row.at) + 1, NULL);
}

static void table_check(struct lint *lint, const struct block *table)
{
    const struct source_line first = document_line(lint->document, table->line);

    if (memchr(first.at, '<', first.n_bytes) && memchr(first.at, '|', first.n_bytes) == NULL)
        return; /* written in HTML */
    list_each (row, &table->rows)
        row_check(lint, table, row->line);
}

/* Anchors made by hand: id="x", name='x', {#x}. */
static void line_anchors(const struct source_line *source, struct map *anchors)
{
    static const char *const marks[] = {"id=\"", "name=\"", "id='", "name='", "{#"};
    const char *end = source->at + source->n_bytes;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t n_mark = strlen(marks[i]);
        for (const char *at = source->at; (at = memmem(at, (size_t)(end - at), marks[i], n_mark));) {
            size_t n = 0;
            at += n_mark;
            while (at + n < end && !strchr("\"'} \t", at[n]))
                n++;
            if (n > 0)
                map_put(anchors, at, n, anchors);
        }
    }
}

static struct map *anchors_gather(const struct lint *lint)
{
    struct map *anchors = map_new();
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_HEADING && block->slug)
            map_put(anchors, block->slug, strlen(block->slug), block);
    list_each (source, &lint->document->lines)
        line_anchors(source, anchors);
    return anchors;
}

/* A link to a file beside the document, without its anchor: "../db/slow%20query.md#see" -> "../db/slow
 * query.md"; NULL for other links: with a scheme, from the root of a site, with a template in it. */
static const char *linked_path(struct arena *arena, const char *address)
{
    size_t n = strcspn(address, "?#"), n_scheme = strspn(address, "abcdefghijklmnopqrstuvwxyz+");
    if (n == 0 || address[0] == '/' || address[0] == '<' || (n_scheme > 1 && address[n_scheme] == ':') ||
        strpbrk(address, "{}$@\n") || strchr(address, ' '))
        return NULL;
    return text_percent_decoded(arena, address, n);
}

/* Pages are also linked as the site shows them: without ending, as a folder, as .html. */
static bool page_exists(struct lint *lint, const char *path)
{
    static const char *const endings[] = {"",          ".md",       ".mdx",       ".html.md",
                                          ".markdown", "/index.md", "/README.md", "/_index.md"};
    const struct lint_surroundings *around = lint->surroundings;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (around->file_exists(around->context,
                                arena_printf(lint->arena, "%.*s%s", (int)n, path, endings[i])))
            return true;
    bool html = n > 5 && strncmp(path + n - 5, ".html", 5) == 0;
    return html &&
           (around->file_exists(around->context, arena_printf(lint->arena, "%.*s.md", (int)n, path)) ||
            around->file_exists(around->context, arena_printf(lint->arena, "%.*s.md", (int)n - 5, path)));
}

static void file_check(struct lint *lint, const struct span *span)
{
    enum { PATH_BYTES = 1000 };
    if ((span->kind != SPAN_LINK && span->kind != SPAN_IMAGE) || !span->exact ||
        !lint->surroundings->file_exists || strnlen(span->exact, PATH_BYTES) == PATH_BYTES)
        return;
    const char *path = linked_path(lint->arena, span->exact);
    if (path && !page_exists(lint, path))
        lint_add(lint, "dead-link", span->line, 1, path);
}

struct contents {
    int line;           /* of the heading or label of the table of contents; 0: there is none */
    int level;          /* of the sections that it lists */
    struct map *linked; /* anchors it has */
};

/* "**Contents**" above the list that the block belongs to. */
static bool under_contents_label(const struct lint *lint, const struct block *block)
{
    const struct block *blocks = lint->document->blocks.at;
    size_t i = (size_t)(block - blocks);
    while (blocks[i].item != NO_BLOCK)
        i = blocks[i].item;
    size_t first = blocks[i].kind == BLOCK_ITEM ? blocks[i].list_first : 0;
    const char *label = first > 0 ? block_label(lint->arena, &blocks[first - 1]) : NULL;
    return label && words_are(WORDS_CONTENTS, label);
}

static int level_of_anchor(const struct lint *lint, const char *anchor)
{
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_HEADING && block->slug && strcmp(block->slug, anchor) == 0)
            return block->level;
    return 0;
}

static void link_check(struct lint *lint, const struct span *span, const struct map *anchors,
                       const struct block *block, struct contents *contents)
{
    size_t heading = block->heading;
    file_check(lint, span);
    if (span->kind != SPAN_LINK || !span->exact || span->exact[0] != '#' || !span->exact[1])
        return;
    const char *anchor = text_percent_decoded(lint->arena, span->exact + 1, strlen(span->exact + 1));
    bool titled = heading != NO_BLOCK && lint->headings[heading].contents;
    bool listed = titled || under_contents_label(lint, block);
    if (listed) {
        contents->line = titled ? lint->document->blocks.at[heading].line : span->line;
        contents->level = titled                ? lint->document->blocks.at[heading].level
                          : contents->level > 0 ? contents->level
                                                : level_of_anchor(lint, anchor);
        map_put(contents->linked, anchor, strlen(anchor), contents->linked);
    }
    if (!map_get(anchors, anchor, strlen(anchor)) && strncmp(anchor, "/", 1) != 0)
        lint_add(lint, listed ? "toc-dead-anchor" : "dead-anchor", span->line, 1, anchor);
}

static void links_check(struct lint *lint, const struct map *anchors, struct contents *contents)
{
    const struct document *document = lint->document;
    list_each (block, &document->blocks) {
        list_each (span, &block->prose.spans)
            link_check(lint, span, anchors, block, contents);
        list_each (row, &block->rows)
            for (size_t i = 0; i < row->n_cells; i++)
                list_each (span, &row->cells[i].spans)
                    link_check(lint, span, anchors, block, contents);
    }
}

/* Sections of the level that the table of contents lists, after it. */
static void contents_check(struct lint *lint, const struct contents *contents)
{
    if (contents->line == 0 || map_count(contents->linked) < 2)
        return;
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_HEADING && block->level == contents->level && block->line > contents->line &&
            block->slug && block->prose.spans.n == 0 &&
            !map_get(contents->linked, block->slug, strlen(block->slug)))
            lint_add(lint, "toc-missing-section", block->line, 1, block->prose.text);
}

void lint_structure(struct lint *lint)
{
    struct map *anchors = anchors_gather(lint);
    struct contents contents = {.linked = map_new()};
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_FENCE)
            fence_check(lint, block);
        else if (block->kind == BLOCK_TABLE)
            table_check(lint, block);
    links_check(lint, anchors, &contents);
    contents_check(lint, &contents);
    if (!lint->document->final_newline && lint->document->lines.n > 0)
        lint_add(lint, "no-final-newline", (int)lint->document->lines.n, 1, NULL);
    map_free(contents.linked);
    map_free(anchors);
}
