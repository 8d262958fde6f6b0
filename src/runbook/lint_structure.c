/* Fences, headings and links of a document. */
#include <string.h>
#include <strings.h>

#include "base/map.h"
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
            n_comments += comment;
            n_other += !comment;
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
    if (lint_shell(block) && n_comments > 0 && n_other == 0)
        lint_add(lint, "comment-only-fence", block->line, 1, NULL);
}

/* Anchors of the document's headings. */
static struct map *anchors_gather(const struct lint *lint)
{
    struct map *anchors = map_new();
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_HEADING && block->slug)
            map_put(anchors, block->slug, strlen(block->slug), block);
    return anchors;
}

static bool is_contents(const struct block *heading)
{
    return heading && (text_find_word(heading->prose.text, "contents") ||
                       text_same(heading->prose.text, "toc") || text_same(heading->prose.text, "index"));
}

struct contents {
    const struct block *heading; /* of the table of contents, or NULL */
    struct map *linked;          /* anchors it has */
};

/* Anchors made by hand (<a name="x">, {#x}) are let pass: any line with the name in quotes or braces. */
static bool anchored_by_hand(const struct lint *lint, const char *anchor)
{
    size_t n = strlen(anchor);
    list_each (source, &lint->document->lines) {
        const char *found = memmem(source->at, source->n_bytes, anchor, n);
        if (found && found > source->at && strchr("\"'", found[-1]))
            return true;
        if (found && found > source->at + 1 && found[-1] == '#' && found[-2] == '{')
            return true;
    }
    return false;
}

static void link_check(struct lint *lint, const struct span *span, const struct map *anchors,
                       const struct block *heading, struct contents *contents)
{
    if (span->kind != SPAN_LINK || !span->exact || span->exact[0] != '#' || !span->exact[1])
        return;
    const char *anchor = span->exact + 1;
    bool listed = is_contents(heading);
    if (listed) {
        contents->heading = heading;
        map_put(contents->linked, anchor, strlen(anchor), contents->linked);
    }
    if (!map_get(anchors, anchor, strlen(anchor)) && !anchored_by_hand(lint, anchor))
        lint_add(lint, listed ? "toc-dead-anchor" : "dead-anchor", span->line, 1, anchor);
}

static void links_check(struct lint *lint, const struct map *anchors, struct contents *contents)
{
    const struct document *document = lint->document;
    list_each (block, &document->blocks) {
        const struct block *heading =
            block->heading == NO_BLOCK ? NULL : &document->blocks.at[block->heading];
        list_each (span, &block->prose.spans)
            link_check(lint, span, anchors, heading, contents);
        list_each (row, &block->rows)
            for (size_t i = 0; i < row->n_cells; i++)
                list_each (span, &row->cells[i].spans)
                    link_check(lint, span, anchors, heading, contents);
    }
}

/* Sections of the level that the table of contents lists, after it. */
static void contents_check(struct lint *lint, const struct contents *contents)
{
    if (!contents->heading || map_count(contents->linked) < 2)
        return;
    list_each (block, &lint->document->blocks)
        if (block->kind == BLOCK_HEADING && block->level == contents->heading->level &&
            block->line > contents->heading->line && block->slug && block->prose.spans.n == 0 &&
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
    links_check(lint, anchors, &contents);
    contents_check(lint, &contents);
    if (!lint->document->final_newline && lint->document->lines.n > 0)
        lint_add(lint, "no-final-newline", (int)lint->document->lines.n, 1, NULL);
    map_free(contents.linked);
    map_free(anchors);
}
