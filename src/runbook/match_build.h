/* What the two halves of the index builder share: match_page.c reads a page, match_index.c puts all pages
 * together. */
#pragma once

#include "base/map.h"
#include "runbook/match_priv.h"

/* A row of a table that links to a heading of its page: what it names is answered there. */
struct row_link {
    const char *slug;
    size_t first, n; /* identities */
};

struct match_builder {
    struct arena *arena;
    struct arena *scratch; /* for one page */
    struct match_index *index;
    struct map *terms;  /* canonical text -> struct term, in the order of their ids */
    struct map *by_raw; /* word as written -> struct term: each distinct word is looked up once */
    LIST(struct identity) identities;
    /* the page being read */
    uint32_t page;
    LIST(struct section) sections;
    size_t section;
    LIST(struct row_link) row_links;
    LIST(uint32_t) body;                        /* terms of the section being read */
    const struct procedure **procedure_of_line; /* that begins there; 0 to n_lines */
    int n_lines;
};

/* Reads index->pages[builder->page]. */
void match_page_read(struct match_builder *builder, const struct runbook *runbook);
