/* How well candidates answer an alert.
 *
 * First all pages are looked through with the postings of the alert's words, and the best few dozen kept;
 * then every section of those is scored by its words:
 *
 *     found = part of the alert's words, by weight, that the candidate has, each counted by where it stands
 *     fit   = part of the candidate's own name that the alert has
 *     words = found * (0.7 + 0.3 * fit)
 *
 * An identity (the alert's own name stands there) lifts that to base + (1 - base) * words, by the kind of
 * place. Label values only order: two services' pages of one shape are told apart by the label "service". */
#include <string.h>

#include "base/must.h"
#include "runbook/match_priv.h"

enum { PAGES_LOOKED_INTO = 40 };
#define NO_WORD ((size_t)-1)

/* What a hit counts in the scoring of one candidate. */
#define PART_AROUND        0.85 /* in the headings above it, the title, the file name */
#define PART_FOLDER        0.5
#define PART_SECTION_BODY  0.45
#define PART_ELSEWHERE     0.35 /* somewhere in the page, of the weight it has there */
#define PART_WITHIN        0.8  /* for the page as a whole: anywhere in it */
#define PART_LABELS        0.15
#define PART_PLACE         0.05 /* of two that are sure, the one in the stronger place */
#define PART_INHERITED     0.97 /* of a section's identity for its page */
#define PART_ONE_WORD      0.6  /* a name of one word in running text is likely just the word */
#define PART_OTHER_SUBJECT 0.75 /* of what has nothing of the word that says what the alert is about */
#define PART_OTHER_NUMBER  0.4  /* of what has another number: below the least that is an answer */
#define COVERED            0.7  /* a word counts as had when a name has it or one near to it */
#define RANK_LEAST         0.15
#define PART_RATHER        0.6 /* of the rank of its page, for a procedure to answer instead */

static const double identity_base[N_IDENTITY_KINDS] = {
    [IDENTITY_FILE] = 0.99,       [IDENTITY_HEADING] = 0.97,  [IDENTITY_FRONT_MATTER] = 0.96,
    [IDENTITY_FIRST_CELL] = 0.95, [IDENTITY_LABELLED] = 0.93, [IDENTITY_IN_HEADING] = 0.94,
    [IDENTITY_STRONG] = 0.85,     [IDENTITY_CELL] = 0.85,     [IDENTITY_CODE] = 0.82,
    [IDENTITY_TEXT] = 0.78,       [IDENTITY_FENCE] = 0.74,
};

struct ranking {
    struct arena *arena;
    size_t subject; /* the word that says what the alert is about, or NO_WORD */
    const struct match_index *index;
    const struct query_terms *query;
    uint64_t *asked; /* bit i: term i is one of the alert's words, or near to one */
    LIST(struct candidate) candidates;
};

static bool is_term(const struct term *term, uint32_t id)
{
    return term && term->id == id;
}

/* 1 for the same word, be it written together or apart; less for a word near to it; 0. */
static double similarity(const struct query_word *words, size_t i, const struct name *name, size_t k)
{
    const struct query_word *asked = &words[i];
    const struct name_word *has = &name->words[k];
    if (is_term(asked->text, has->text) || is_term(asked->together, has->text) ||
        is_term(asked->text, has->together))
        return 1;
    if ((i > 0 && is_term(words[i - 1].together, has->text)) ||
        (k > 0 && is_term(asked->text, name->words[k - 1].together)))
        return 1;
    return is_term(asked->group, has->group) ? (double)NEAR_PART : 0;
}

/* Raises cover[i] to part * similarity for the words of a name, and gives how much of the name the words
 * have. */
static double name_cover(const struct query_word *words, size_t n, const struct name *name, double part,
                         double *cover)
{
    double had = 0;
    for (size_t k = 0; k < name->n; k++) {
        double best = 0;
        for (size_t i = 0; i < n; i++) {
            double s = similarity(words, i, name, k);
            if (part * s > cover[i])
                cover[i] = part * s;
            if (s > best)
                best = s;
        }
        had += best * (double)name->words[k].weight;
    }
    return name->weight > 0 ? had / (double)name->weight : 0;
}

static bool body_has(const struct section *section, uint32_t id)
{
    size_t at = first_not(other, section->body, section->n_body, *other < id);
    return at < section->n_body && section->body[at] == id;
}

/* The weight a page has a term with; postings are in the order of the pages. */
static double posting_weight(const struct term *term, uint32_t page)
{
    if (!term)
        return 0;
    size_t at = first_not(posting, term->postings.at, term->postings.n, posting->page < page);
    bool found = at < term->postings.n && term->postings.at[at].page == page;
    return found ? (double)term->postings.at[at].weight : 0;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* What a page has of the alert, whatever its section. */
struct page_cover {
    double names[QUERY_WORDS];   /* in title, file name, folder */
    double weights[QUERY_WORDS]; /* of the strongest place in the page */
};

static void page_names_cover(const struct page *page, const struct query_word *words, size_t n, double *cover)
{
    name_cover(words, n, &page->sections[0].name, PART_AROUND, cover);
    name_cover(words, n, &page->file, PART_AROUND, cover);
    name_cover(words, n, &page->folder, PART_FOLDER, cover);
}

static struct page_cover page_cover(const struct query_terms *query, const struct page *page)
{
    struct page_cover cover = {0};
    uint32_t number = page->sections[0].page;
    page_names_cover(page, query->words, query->n, cover.names);
    for (size_t i = 0; i < query->n; i++)
        cover.weights[i] = larger(posting_weight(query->words[i].text, number),
                                  posting_weight(query->words[i].group, number));
    return cover;
}

static void above_cover(const struct page *page, const struct section *section,
                        const struct query_word *words, size_t n, double *cover)
{
    for (size_t i = section->parent; i != 0; i = page->sections[i].parent)
        name_cover(words, n, &page->sections[i].name, PART_AROUND, cover);
}

static double part_found(const struct query_terms *query, const double *cover)
{
    double found = 0;
    for (size_t i = 0; i < query->n; i++)
        found += cover[i] * query->words[i].weight;
    return query->weight > 0 ? found / query->weight : 0;
}

static double label_part(const struct query_terms *query, const struct page *page,
                         const struct section *section)
{
    double cover[QUERY_WORDS] = {0}, covered = 0;
    if (query->n_label_words == 0)
        return 0;
    name_cover(query->label_words, query->n_label_words, &section->name, 1, cover);
    above_cover(page, section, query->label_words, query->n_label_words, cover);
    page_names_cover(page, query->label_words, query->n_label_words, cover);
    for (size_t i = 0; i < query->n_label_words; i++)
        covered += cover[i];
    return covered / (double)query->n_label_words;
}

/* Fills candidate->words, ->fit and ->covered for a section of the page; section 0 is the page. */
static void words_score(const struct query_terms *query, size_t subject, const struct page_cover *around,
                        struct candidate *candidate)
{
    const struct page *page = candidate->page;
    const struct section *section = candidate->section;
    bool whole = section == page->sections;
    double cover[QUERY_WORDS];
    memcpy(cover, around->names, sizeof cover);
    candidate->fit = name_cover(query->words, query->n, &section->name, 1, cover);
    if (whole)
        candidate->fit = larger(candidate->fit, name_cover(query->words, query->n, &page->file, 1, cover));
    uint32_t around_it = 0;
    for (size_t i = 0; i < query->n; i++)
        around_it |= around->names[i] > 0 ? 1U << i : 0;
    for (size_t i = 0; i < query->n; i++)
        candidate->own |= cover[i] > around->names[i] && query->words[i].class == WORD_CONTENT ? 1U << i : 0;
    candidate->own &= ~around_it;
    above_cover(page, section, query->words, query->n, cover);
    for (size_t i = 0; i < query->n; i++) {
        const struct term *term = query->words[i].text;
        if (cover[i] > COVERED)
            candidate->covered |= 1U << i;
        cover[i] = larger(cover[i], around->weights[i] * (whole ? PART_WITHIN : PART_ELSEWHERE));
        if (!whole && term && body_has(section, term->id))
            cover[i] = larger(cover[i], PART_SECTION_BODY);
    }
    candidate->words = part_found(query, cover) * (0.7 + 0.3 * candidate->fit);
    if (subject != NO_WORD && cover[subject] == 0)
        candidate->words *= PART_OTHER_SUBJECT;
}

static void term_ask(uint64_t *asked, const struct term *term)
{
    if (term)
        asked[term->id / 64] |= UINT64_C(1) << term->id % 64;
}

static uint64_t *terms_asked(struct arena *arena, const struct match_index *index,
                             const struct query_terms *query)
{
    uint64_t *asked = arena_alloc(arena, (index->n_terms / 64 + 1) * sizeof *asked);
    for (size_t i = 0; i < query->n; i++) {
        term_ask(asked, query->words[i].text);
        term_ask(asked, query->words[i].group);
        term_ask(asked, query->words[i].together);
    }
    return asked;
}

static bool is_asked(const uint64_t *asked, uint32_t id)
{
    return id != NO_TERM && (asked[id / 64] >> id % 64 & 1);
}

/* Whether any of the words may be in the name. Of a page with hundreds of headings few have one, and holding
 * each word against each was most of what an alert took. */
static bool may_have_any(const uint64_t *asked, const struct name *name)
{
    for (size_t k = 0; k < name->n; k++) {
        const struct name_word *word = &name->words[k];
        if (is_asked(asked, word->text) || is_asked(asked, word->together) || is_asked(asked, word->group))
            return true;
    }
    return false;
}

/* A heading without any of the words, and not named, is never better than what stands around it. */
static bool has_any(const struct ranking *ranking, const struct name *name)
{
    const struct query_terms *query = ranking->query;
    if (!may_have_any(ranking->asked, name))
        return false;
    for (size_t k = 0; k < name->n; k++)
        for (size_t i = 0; i < query->n; i++)
            if (similarity(query->words, i, name, k) > 0)
                return true;
    return false;
}

static size_t content_words(const struct query_terms *query)
{
    size_t n = 0;
    for (size_t i = 0; i < query->n; i++)
        n += query->words[i].class == WORD_CONTENT;
    return n;
}

static double base_of(const struct query_terms *query, enum identity_kind kind)
{
    double base = identity_base[kind];
    return kind >= IDENTITY_STRONG && query->n < 2 && content_words(query) < 2 ? base * PART_ONE_WORD : base;
}

/* The section itself, the headings around it, the title or the file. */
static bool is_of_other_number(const struct ranking *ranking, const struct page *page, size_t section)
{
    const struct match_index *index = ranking->index;
    const struct query_terms *query = ranking->query;
    for (size_t i = section; i != 0; i = page->sections[i].parent)
        if (match_other_number(index, query, &page->sections[i].name, page->sections[i].heading))
            return true;
    return match_other_number(index, query, &page->sections[0].name, page->sections[0].heading) ||
           match_other_number(index, query, &page->file, page->runbook->file);
}

static void candidate_add(struct ranking *ranking, const struct page_cover *around, const struct page *page,
                          size_t section, const struct identity *identity)
{
    struct candidate candidate = {.page = page, .section = &page->sections[section]};
    words_score(ranking->query, ranking->subject, around, &candidate);
    candidate.other = !identity && is_of_other_number(ranking, page, section);
    if (candidate.other)
        candidate.words *= PART_OTHER_NUMBER;
    candidate.score = candidate.words;
    if (identity) {
        double base = base_of(ranking->query, identity->kind);
        if (identity->section != section)
            base *= PART_INHERITED;
        candidate.named = true;
        candidate.identity = identity->kind;
        candidate.identity_line = identity->line;
        candidate.score = larger(candidate.words, base + (1 - base) * candidate.words);
        candidate.rank = PART_PLACE * base;
    }
    candidate.rank += candidate.score + PART_LABELS * label_part(ranking->query, page, candidate.section);
    if (candidate.rank >= RANK_LEAST)
        *list_push(ranking->arena, &ranking->candidates) = candidate;
}

/* identities are those of this page, by section. */
static void page_rank(struct ranking *ranking, const struct page *page, const struct identity *identities,
                      size_t n_identities)
{
    const struct identity *strongest = NULL;
    for (size_t i = 0; i < n_identities; i++)
        if (!strongest || identity_base[identities[i].kind] > identity_base[strongest->kind])
            strongest = &identities[i];
    struct page_cover around = page_cover(ranking->query, page);
    candidate_add(ranking, &around, page, 0, strongest);
    size_t at = 0;
    for (size_t i = 1; i < page->n_sections; i++) {
        while (at < n_identities && identities[at].section < i)
            at++;
        bool named = at < n_identities && identities[at].section == i;
        if (named || has_any(ranking, &page->sections[i].name))
            candidate_add(ranking, &around, page, i, named ? &identities[at] : NULL);
    }
}

static bool names_page(const struct term *term)
{
    list_each (posting, &term->postings)
        if (posting->weight >= WEIGHT_TITLE)
            return true;
    return false;
}

/* The rarest of the alert's words that is some page's name, the first of equals: "mail" of MailQueueGrows
 * where a page is called "Mail relay". */
static size_t subject_of(const struct query_terms *query)
{
    size_t subject = NO_WORD;
    for (size_t i = 0; i < query->n; i++) {
        const struct query_word *word = &query->words[i];
        if (!word->text || word->class != WORD_CONTENT)
            continue;
        if (names_page(word->text) && (subject == NO_WORD || word->weight > query->words[subject].weight))
            subject = i;
    }
    return subject;
}

static void term_raise(const struct term *term, float *best)
{
    if (!term)
        return;
    list_each (posting, &term->postings)
        if (posting->weight > best[posting->page])
            best[posting->page] = posting->weight;
}

/* Adds to sums what a word finds in each page; best is room for one value a page. */
static void word_look(const struct query_word *words, size_t i, double weight, size_t n_pages, float *best,
                      float *sums)
{
    memset(best, 0, n_pages * sizeof *best);
    term_raise(words[i].text, best);
    term_raise(words[i].group, best);
    term_raise(words[i].together, best);
    if (i > 0)
        term_raise(words[i - 1].together, best);
    for (size_t k = 0; k < n_pages; k++)
        sums[k] += (float)weight * best[k];
}

/* What each page promises, by its postings, identities and labels. */
static float *pages_look(struct arena *arena, const struct match_index *index,
                         const struct query_terms *query, const struct identity *identities,
                         size_t n_identities)
{
    float *best = arena_alloc(arena, (index->n_pages + 1) * sizeof *best);
    float *sums = arena_alloc(arena, (index->n_pages + 1) * sizeof *sums);
    for (size_t i = 0; i < query->n; i++)
        word_look(query->words, i, query->words[i].weight, index->n_pages, best, sums);
    for (size_t i = 0; i < query->n_label_words; i++)
        word_look(query->label_words, i, PART_LABELS, index->n_pages, best, sums);
    for (size_t i = 0; i < n_identities; i++)
        sums[identities[i].page] += (float)identity_base[identities[i].kind];
    return sums;
}

/* The best pages, best first; of equals the first. */
static size_t pages_choose(const float *sums, size_t n_pages, size_t *ret_pages)
{
    size_t n = 0;
    for (size_t i = 0; i < n_pages; i++) {
        if (sums[i] <= 0 || (n == PAGES_LOOKED_INTO && sums[i] <= sums[ret_pages[n - 1]]))
            continue;
        size_t at = n < PAGES_LOOKED_INTO ? n++ : n - 1;
        for (; at > 0 && sums[ret_pages[at - 1]] < sums[i]; at--)
            ret_pages[at] = ret_pages[at - 1];
        ret_pages[at] = i;
    }
    return n;
}

/* Whether one of them stands within the other. */
static bool nested(const struct candidate *a, const struct candidate *b)
{
    if (a->page != b->page)
        return false;
    const struct section *sections = a->page->sections;
    size_t first = (size_t)(a->section - sections), second = (size_t)(b->section - sections);
    if (first == 0 || second == 0)
        return true;
    size_t inner = first > second ? first : second, outer = first > second ? second : first;
    while (inner != 0 && inner != outer)
        inner = sections[inner].parent;
    return inner == outer;
}

static bool before(const struct candidate *a, const struct candidate *b)
{
    if (!b->page || a->rank != b->rank)
        return !b->page || a->rank > b->rank;
    return a->section->page != b->section->page ? a->section->page < b->section->page
                                                : a->section->line < b->section->line;
}

/* By words alone: an identity of one section says nothing of the other ones. */
static bool says_more(const struct candidate *a, const struct candidate *b)
{
    if (!b->page || a->words != b->words)
        return !b->page || a->words > b->words;
    return a->section->line < b->section->line;
}

/* A page may have more of the alert's words than any of its parts alone. The answer is then the part that has
 * one which the page's own names have not: "Clock is wrong" of "Node problems" for NodeClockSkew. A page that
 * names the alert in a list of all of its alerts stays as sure as it is, with the part that says which.
 */
static void within_page(const struct ranking *ranking, struct candidate *best)
{
    if (!best->page || best->section != best->page->sections ||
        (best->named && best->identity <= IDENTITY_FRONT_MATTER))
        return;
    double of_page = best->named ? best->words : best->rank;
    struct candidate inner = {0};
    list_each (candidate, &ranking->candidates)
        if (candidate->page == best->page && candidate->own && !candidate->named && !candidate->other &&
            candidate->words >= PART_RATHER * of_page && says_more(candidate, &inner))
            inner = *candidate;
    if (!inner.page)
        return;
    if (best->named) {
        best->section = inner.section;
    } else {
        inner.score = larger(inner.score, best->score);
        *best = inner;
    }
}

void match_rank(struct arena *arena, const struct match_index *index, const struct query_terms *query,
                const struct runbook *only, struct candidate *ret_best, struct candidate *ret_second)
{
    struct ranking ranking = {.arena = arena,
                              .index = index,
                              .query = query,
                              .subject = subject_of(query),
                              .asked = terms_asked(arena, index, query)};
    size_t n_identities, pages[PAGES_LOOKED_INTO];
    const struct identity *identities = match_identities(index, query->folded, &n_identities);
    float *sums = pages_look(arena, index, query, identities, n_identities);
    for (size_t i = 0; only && i < index->n_pages; i++)
        if (index->pages[i].runbook != only)
            sums[i] = 0;
    size_t n = pages_choose(sums, index->n_pages, pages);
    for (size_t i = 0; i < n; i++) {
        size_t first = 0, end;
        while (first < n_identities && identities[first].page < pages[i])
            first++;
        for (end = first; end < n_identities && identities[end].page == pages[i];)
            end++;
        page_rank(&ranking, &index->pages[pages[i]], end > first ? identities + first : NULL, end - first);
    }
    struct candidate best = {0}, second = {0};
    list_each (candidate, &ranking.candidates)
        if (before(candidate, &best))
            best = *candidate;
    within_page(&ranking, &best);
    list_each (candidate, &ranking.candidates)
        if (!nested(candidate, &best) && before(candidate, &second))
            second = *candidate;
    *ret_best = best;
    *ret_second = second;
}

static struct query_word query_word(const struct match_index *index, const struct word *word)
{
    struct query_word to = {.raw = word->raw, .class = word->class};
    to.text = match_term(index, word->text);
    to.group = word->group ? match_term(index, word->group) : NULL;
    to.together = word->together ? match_term(index, word->together) : NULL;
    /* A word that no page has tells less than one that some page has and this one has not. */
    double idf = to.text ? (double)to.text->idf : to.together ? (double)to.together->idf : 0.6;
    to.weight = idf * (word->class == WORD_WEAK ? (double)WEAK_PART : 1);
    return to;
}

static size_t query_words(struct arena *arena, const struct match_index *index, const char *text,
                          struct query_word *words, size_t n)
{
    struct alert_words all = {0};
    alert_words_of(arena, index->vocabulary, text, &all);
    list_each (word, &all)
        if (word->class != WORD_NOISE && n < QUERY_WORDS)
            words[n++] = query_word(index, word);
    return n;
}

struct query_terms match_query_terms(struct arena *arena, const struct match_index *index,
                                     const struct match_query *query)
{
    struct query_terms terms = {0};
    const char *name = query->alertname ? query->alertname : "";
    terms.folded = name_folded(arena, name, strlen(name));
    terms.n = query_words(arena, index, name, terms.words, 0);
    for (size_t i = 0; i < terms.n; i++)
        terms.weight += terms.words[i].weight;
    for (size_t i = 0; i < query->n_labels; i++) {
        const struct label *label = &query->labels[i];
        if (label->name && label->value && vocabulary_label(index->vocabulary, label->name))
            terms.n_label_words =
                query_words(arena, index, label->value, terms.label_words, terms.n_label_words);
    }
    return terms;
}
