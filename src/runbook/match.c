/* Which procedure answers an alert: what a URL names, else the best of the ranking, else nothing; and why. */
#include "runbook/match.h"

#include <string.h>

#include "base/buf.h"
#include "runbook/library.h"
#include "runbook/match_priv.h"

/* Below it nothing fits. */
#define SCORE_LEAST 0.42
/* A choice by words is sure above SCORE_SURE, that far before the next, when its name has all the alert's
 * words that tell something and little else: CephOSDFull is no sure answer to CephClusterFull. */
#define SCORE_SURE  0.75
#define FIT_SURE    0.75
#define MARGIN_SURE 0.1
/* A choice by name is sure when it is that far before the next; in passing (in running text, in a list of
 * related alerts) only when its own words fit, too. */
#define MARGIN_NAMED 0.02
/* All of the alert's words and no other ones are nearly its name. */
#define WORDS_ALL   0.98
#define MARGIN_ALL  0.04
#define WORDS_NAMED 0.45

/* What the place is called where the alert's name stands; %s is the heading. */
static const char *const identity_words[N_IDENTITY_KINDS] = {
    [IDENTITY_FILE] = "the file has the alert's name",
    [IDENTITY_HEADING] = "the heading is the alert's name",
    [IDENTITY_FRONT_MATTER] = "the front matter names the alert",
    [IDENTITY_FIRST_CELL] = "a table row names the alert",
    [IDENTITY_LABELLED] = "the text says it is for this alert",
    [IDENTITY_IN_HEADING] = "the heading names the alert",
    [IDENTITY_STRONG] = "the text names the alert in bold",
    [IDENTITY_CELL] = "a table names the alert",
    [IDENTITY_CODE] = "the text names the alert",
    [IDENTITY_TEXT] = "the text names the alert",
    [IDENTITY_FENCE] = "a code block names the alert",
};

static const char *why_words(struct arena *arena, const struct query_terms *query,
                             const struct candidate *candidate)
{
    scoped_buf struct buf found = {0};
    for (size_t i = 0; i < query->n; i++)
        if (candidate->covered >> i & 1)
            buf_printf(&found, "%s%s", found.n_bytes > 0 ? ", " : "", query->words[i].raw);
    if (found.n_bytes == 0)
        return arena_printf(arena, "the text of \"%s\" (line %d) has some of its words",
                            candidate->section->heading, candidate->section->line);
    return arena_printf(arena, "the %s \"%s\" (line %d) has %s",
                        candidate->section == candidate->page->sections ? "page" : "heading",
                        candidate->section->heading, candidate->section->line, buf_text(&found));
}

/* The procedure that begins there or is around it: a heading may be a phase of one. */
static const struct procedure *procedure_of(const struct page *page, const struct section *section)
{
    const struct section *at = section;
    while (!at->procedure && at != page->sections)
        at = &page->sections[at->parent];
    bool around = at->procedure && at->procedure->line_end >= section->line;
    return around ? at->procedure : NULL;
}

static struct match match_of(struct arena *arena, const struct query_terms *query,
                             const struct candidate *candidate)
{
    struct match match = {0};
    if (!candidate->page)
        return match;
    match.runbook = candidate->page->runbook;
    match.procedure = procedure_of(candidate->page, candidate->section);
    match.heading = candidate->section->heading;
    match.line = candidate->section->line;
    match.score = candidate->score < 1 ? candidate->score : 1;
    match.why = candidate->named ? arena_printf(arena, "%s (line %d)", identity_words[candidate->identity],
                                                candidate->identity_line)
                                 : why_words(arena, query, candidate);
    return match;
}

static bool covers_content(const struct query_terms *query, const struct candidate *candidate)
{
    for (size_t i = 0; i < query->n; i++)
        if (query->words[i].class == WORD_CONTENT && !(candidate->covered >> i & 1))
            return false;
    return true;
}

static bool sure(const struct query_terms *query, const struct candidate *best,
                 const struct candidate *second)
{
    double margin = best->rank - (second->page ? second->rank : 0);
    if (best->score < SCORE_SURE)
        return false;
    if (best->named)
        return margin >= MARGIN_NAMED && (best->identity < IDENTITY_STRONG || best->words >= WORDS_NAMED);
    return margin >= (best->words >= WORDS_ALL ? MARGIN_ALL : MARGIN_SURE) && best->fit >= FIT_SURE &&
           covers_content(query, best);
}

/* The URL decides; of a page that it names without a heading, the words choose the part. */
static bool by_url(struct arena *arena, const struct match_index *index, const struct match_query *query,
                   const struct query_terms *terms, struct match *ret_best)
{
    struct candidate named, within, other;
    bool anchor_found;
    if (!query->runbook_url || !match_url(arena, index, query->runbook_url, &named, &anchor_found))
        return false;
    if (query->only && named.page->runbook != query->only)
        return false;
    if (!anchor_found) {
        match_rank(arena, index, terms, named.page->runbook, &within, &other);
        if (within.page && sure(terms, &within, &other))
            named.section = within.section;
    }
    *ret_best = match_of(arena, terms, &named);
    ret_best->confident = true;
    ret_best->why = arena_printf(arena, "the alert's runbook_url names %s%s", named.page->runbook->file,
                                 anchor_found ? " and this heading" : "");
    return true;
}

void match_alert(struct arena *arena, const struct library *library, const struct match_query *query,
                 struct match *ret_best, struct match *ret_second)
{
    scoped_arena struct arena *scratch = arena_new();
    const struct match_index *index = library->index;
    struct query_terms terms = match_query_terms(scratch, index, query);
    struct candidate best, second;
    match_rank(scratch, index, &terms, query->only, &best, &second);
    struct match chosen = {0}, next;
    if (by_url(arena, index, query, &terms, &chosen)) {
        bool same = best.page && best.page->runbook == chosen.runbook;
        next = match_of(arena, &terms, same ? &second : &best);
    } else {
        bool fits = best.page && best.score >= SCORE_LEAST;
        next = match_of(arena, &terms, fits ? &second : &best);
        if (fits) {
            chosen = match_of(arena, &terms, &best);
            chosen.confident = sure(&terms, &best, &second);
        } else {
            chosen.why = "no procedure: nothing in the runbooks fits the words of the alert";
        }
    }
    *ret_best = chosen;
    *ret_second = next;
}
