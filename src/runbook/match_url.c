/* What a runbook_url annotation names: "https://wiki.example.com/ops/blob/main/db/slow.md#connections-full".
 * The file of the library that shares the longest tail of the path with it, endings aside; of equals none. */
#include <string.h>
#include <strings.h>

#include "runbook/document.h"
#include "runbook/match_priv.h"
#include "runbook/text.h"

struct url_parts {
    const char *path; /* without scheme, host, query and endings of the last part */
    const char *anchor;
};

static const char *without_endings(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *last = slash ? slash + 1 : path;
    return arena_strndup(arena, path, (size_t)(last - path) + strcspn(last, "."));
}

static struct url_parts url_split(struct arena *arena, const char *url)
{
    struct url_parts parts = {0};
    const char *scheme = strstr(url, "://"), *at = scheme ? scheme + 3 : url;
    if (scheme)
        at += strcspn(at, "/?#");
    size_t n_path = strcspn(at, "?#");
    const char *hash = strchr(at, '#');
    if (hash && hash[1])
        parts.anchor = text_percent_decoded(arena, hash + 1, strlen(hash + 1));
    char *path = text_percent_decoded(arena, at, n_path);
    for (size_t n = strlen(path); n > 0 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    parts.path = without_endings(arena, path);
    return parts;
}

/* How many parts of two paths are equal from the end. */
static size_t common_tail(const char *a, const char *b)
{
    size_t n_a = strlen(a), n_b = strlen(b), n_parts = 0;
    while (n_a > 0 && n_b > 0) {
        size_t from_a = n_a, from_b = n_b;
        while (from_a > 0 && a[from_a - 1] != '/')
            from_a--;
        while (from_b > 0 && b[from_b - 1] != '/')
            from_b--;
        if (n_a == from_a || n_a - from_a != n_b - from_b ||
            strncasecmp(a + from_a, b + from_b, n_a - from_a) != 0)
            break;
        n_parts++;
        n_a = from_a > 0 ? from_a - 1 : 0;
        n_b = from_b > 0 ? from_b - 1 : 0;
    }
    return n_parts;
}

static const struct page *page_of_path(struct arena *arena, const struct match_index *index, const char *path)
{
    const struct page *best = NULL;
    size_t n_best = 0;
    bool tied = false;
    for (size_t i = 0; i < index->n_pages; i++) {
        const struct page *page = &index->pages[i];
        size_t n = common_tail(without_endings(arena, page->runbook->file), path);
        tied = n == n_best ? tied || n > 0 : n > n_best ? false : tied;
        if (n > n_best) {
            best = page;
            n_best = n;
        }
    }
    return tied ? NULL : best;
}

static const struct section *section_of_anchor(const struct page *page, const char *anchor)
{
    const struct document *document = page->runbook->document;
    int line = 0;
    if (!document)
        return NULL;
    list_each (block, &document->blocks)
        if (block->kind == BLOCK_HEADING && block->slug && strcasecmp(block->slug, anchor) == 0) {
            line = block->line;
            break;
        }
    for (size_t i = 0; line > 0 && i < page->n_sections; i++)
        if (page->sections[i].line == line)
            return &page->sections[i];
    return NULL;
}

bool match_url(struct arena *arena, const struct match_index *index, const char *url,
               struct candidate *ret_candidate, bool *ret_anchor_found)
{
    struct url_parts parts = url_split(arena, url);
    const struct page *page = parts.path[0] ? page_of_path(arena, index, parts.path) : NULL;
    if (!page)
        return false;
    const struct section *section = parts.anchor ? section_of_anchor(page, parts.anchor) : NULL;
    *ret_anchor_found = section != NULL;
    *ret_candidate = (struct candidate){
        .page = page, .section = section ? section : page->sections, .rank = 1, .score = 1, .words = 1};
    return true;
}
