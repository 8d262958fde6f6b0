/* Puts the pages of a library together into the index of match_priv.h: sorted identities, terms with their
 * pages and how much they tell. A term keeps one posting a page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runbook/match_build.h"

static int compare_identities(const void *a, const void *b)
{
    const struct identity *left = a, *right = b;
    int order = strcmp(left->folded, right->folded);
    if (order == 0)
        order = (left->page > right->page) - (left->page < right->page);
    if (order == 0)
        order = (left->section > right->section) - (left->section < right->section);
    if (order == 0)
        order = (int)left->kind - (int)right->kind;
    return order != 0 ? order : left->line - right->line;
}

/* Sorted, and of one section only the strongest. */
static void identities_close(struct match_builder *builder)
{
    struct identity *at = builder->identities.at;
    size_t n = 0;
    if (builder->identities.n > 0)
        qsort(at, builder->identities.n, sizeof *at, compare_identities);
    for (size_t i = 0; i < builder->identities.n; i++)
        if (n == 0 || at[n - 1].page != at[i].page || at[n - 1].section != at[i].section ||
            strcmp(at[n - 1].folded, at[i].folded) != 0)
            at[n++] = at[i];
    builder->index->identities = at;
    builder->index->n_identities = n;
}

static int compare_terms(const void *a, const void *b)
{
    return strcmp((*(struct term *const *)a)->text, (*(struct term *const *)b)->text);
}

/* Inverse document frequency over names, from 1 for a word that one page has down towards 0.15. In a small
 * library all words are rare, and the classes of the vocabulary tell them apart. */
static void terms_close(struct match_builder *builder)
{
    struct match_index *index = builder->index;
    double n_pages = (double)index->n_pages, highest = log(1 + n_pages);
    size_t n_terms = map_count(builder->terms), position = 0;
    index->terms = arena_alloc(builder->arena, (n_terms + 1) * sizeof(struct term *));
    index->terms_by_text = arena_alloc(builder->arena, (n_terms + 1) * sizeof(struct term *));
    for (struct term *term; (term = map_next(builder->terms, &position)); index->n_terms++) {
        double named = term->n_named > 0 ? term->n_named : 1;
        double idf = highest > 0 ? log(1 + n_pages / named) / highest : 1;
        term->idf = (float)(0.15 + 0.85 * idf);
        index->terms[index->n_terms] = index->terms_by_text[index->n_terms] = term;
    }
    qsort(index->terms_by_text, index->n_terms, sizeof(struct term *), compare_terms);
}

static void name_weigh(const struct match_index *index, struct name *name)
{
    for (size_t i = 0; i < name->n; i++) {
        struct name_word *word = &name->words[i];
        word->weight = index->terms[word->text]->idf * (word->class == WORD_WEAK ? WEAK_PART : 1);
        name->weight += word->weight;
    }
}

struct match_index *match_index_new(struct arena *arena, struct runbook *const *runbooks, size_t n_runbooks)
{
    struct match_index *index = arena_alloc(arena, sizeof *index);
    scoped_arena struct arena *scratch = arena_new();
    struct match_builder builder = {
        .arena = arena, .scratch = scratch, .index = index, .terms = map_new(), .by_raw = map_new()};
    index->vocabulary = vocabulary_builtin();
    index->pages = arena_alloc(arena, (n_runbooks + 1) * sizeof *index->pages);
    index->n_pages = n_runbooks;
    for (size_t i = 0; i < n_runbooks; i++) {
        builder.page = (uint32_t)i;
        match_page_read(&builder, runbooks[i]);
        arena_reset(scratch);
    }
    identities_close(&builder);
    terms_close(&builder);
    for (size_t i = 0; i < n_runbooks; i++) {
        struct page *page = &index->pages[i];
        name_weigh(index, &page->file);
        name_weigh(index, &page->folder);
        for (size_t k = 0; k < page->n_sections; k++)
            name_weigh(index, &page->sections[k].name);
    }
    map_free(builder.terms);
    map_free(builder.by_raw);
    return index;
}

const struct term *match_term(const struct match_index *index, const char *text)
{
    struct term key = {.text = text}, *key_at = &key;
    struct term **found =
        bsearch(&key_at, index->terms_by_text, index->n_terms, sizeof(struct term *), compare_terms);
    return found ? *found : NULL;
}

const struct identity *match_identities(const struct match_index *index, const char *folded, size_t *ret_n)
{
    size_t at =
        first_not(identity, index->identities, index->n_identities, strcmp(identity->folded, folded) < 0);
    size_t end = at;
    while (end < index->n_identities && strcmp(index->identities[end].folded, folded) == 0)
        end++;
    *ret_n = end - at;
    return *ret_n ? index->identities + at : NULL;
}
