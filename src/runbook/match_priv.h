/* The index behind match.h. Only match*.c and their tests include this.
 *
 * A page is a document of the library. Its candidates are sections: number 0 is the page as a whole, then one
 * for each heading, then one for each procedure that does not begin at a heading. A name is a short text that
 * says what a candidate is about: a heading, a title, a file name, a folder. A term is a word of any page,
 * with the pages that have it. Identities are the names that stand in pages as one word
 * (`KubePodCrashLooping`). All of it is built once and then read-only. */
#pragma once

#include <stdint.h>

#include "runbook/alert_words.h"
#include "runbook/match.h"
#include "runbook/runbook.h"

#define NO_TERM ((uint32_t)-1)

/* A word near to another counts this part of a hit; a weak word this part of a word. */
#define NEAR_PART 0.75F
#define WEAK_PART 0.35F

/* How much a hit counts by where a page has the word. */
#define WEIGHT_FILE    1.0F
#define WEIGHT_TITLE   1.0F
#define WEIGHT_HEADING 0.9F
#define WEIGHT_MATTER  0.85F
#define WEIGHT_CELL    0.7F
#define WEIGHT_FOLDER  0.5F
#define WEIGHT_BODY    0.35F

struct posting {
    uint32_t page;
    float weight; /* of the strongest place where the page has the term */
};

struct term {
    const char *text;
    uint32_t id;
    uint32_t n_named; /* pages with the term in a name */
    float idf;        /* 0 to 1: rare in names is high */
    LIST(struct posting) postings;
};

struct name_word {
    uint32_t text, group, together; /* terms, or NO_TERM */
    enum word_class class;
    float weight; /* idf by class */
};

struct name {
    struct name_word *words;
    size_t n;
    float weight; /* of all words */
};

struct section {
    uint32_t page;
    const char *heading;
    int line, line_end;
    size_t parent; /* the section around it; 0 is the page, whose own parent is itself */
    struct name name;
    uint32_t *body; /* terms in it, sorted */
    size_t n_body;
    const struct procedure *procedure; /* or NULL */
};

struct page {
    const struct runbook *runbook;
    struct section *sections;
    size_t n_sections;
    struct name file, folder; /* sections[0].name is the title */
};

/* Where a name can stand that is the alert's own, from the strongest to the weakest. */
enum identity_kind {
    IDENTITY_FILE,
    IDENTITY_HEADING,
    IDENTITY_FRONT_MATTER,
    IDENTITY_FIRST_CELL,
    IDENTITY_LABELLED, /* "Alert: KubePodCrashLooping" */
    IDENTITY_IN_HEADING,
    IDENTITY_STRONG,
    IDENTITY_CELL,
    IDENTITY_CODE,
    IDENTITY_TEXT,
    IDENTITY_FENCE,
    N_IDENTITY_KINDS
};

struct identity {
    const char *folded; /* name_folded() */
    uint32_t page, section;
    enum identity_kind kind;
    int line;
};

struct match_index {
    const struct vocabulary *vocabulary;
    struct page *pages;
    size_t n_pages;
    struct term **terms_by_text; /* sorted by text */
    struct term **terms;         /* by id */
    size_t n_terms;
    struct identity *identities; /* sorted by folded, page, section, kind */
    size_t n_identities;
};

/* The term of a canonical word, or NULL when no page has it. */
const struct term *match_term(const struct match_index *index, const char *text);

/* The identities of that folded name: a run of them, *ret_n may be 0. */
const struct identity *match_identities(const struct match_index *index, const char *folded, size_t *ret_n);

/* The alert in the index's terms. */
enum { QUERY_WORDS = 24 }; /* further words of a longer name are left out */

struct query_word {
    const char *raw;
    const struct term *text, *group, *together; /* NULL: no page has it */
    enum word_class class;
    double weight;
};

struct query_terms {
    struct query_word words[QUERY_WORDS];
    size_t n;
    double weight; /* of all words */
    const char *folded;
    struct query_word label_words[QUERY_WORDS]; /* of the values of helpful labels */
    size_t n_label_words;
};

struct query_terms match_query_terms(struct arena *arena, const struct match_index *index,
                                     const struct match_query *query);

/* How well a candidate answers. */
struct candidate {
    const struct page *page; /* NULL: there is none */
    const struct section *section;
    double rank;  /* what candidates are ordered by */
    double score; /* 0 to 1 */
    double words; /* 0 to 1: by words alone */
    double fit;   /* 0 to 1: how much of its own name the alert has */
    bool named;   /* an identity holds it */
    enum identity_kind identity;
    int identity_line;
    bool other;       /* its name, or one around it, differs from the alert's in a number (match_number.c) */
    uint32_t covered; /* bit i: word i of the query is in its name or those around it */
    uint32_t own;     /* bit i: word i is in its own name and in none around it */
};

/* Whether the name, which is written as text, is the alert's but for a number: match_number.c. */
bool match_other_number(const struct match_index *index, const struct query_terms *query,
                        const struct name *name, const char *text);

/* The two best candidates of the library, or of one document. */
void match_rank(struct arena *arena, const struct match_index *index, const struct query_terms *query,
                const struct runbook *only, struct candidate *ret_best, struct candidate *ret_second);

/* The candidate that a runbook_url names; false when the library does not have its file. With an anchor that
 * the page does not have, the section is the page. */
bool match_url(struct arena *arena, const struct match_index *index, const char *url,
               struct candidate *ret_candidate, bool *ret_anchor_found);

/* The last part of a path without its endings: "a/b/foo-bar.html.md" -> "foo-bar". */
const char *match_file_stem(struct arena *arena, const char *file);
