/* Which procedure answers an alert. Ranks all procedures (and pages without procedures) of a library by the
 * words of the alert: CamelCase split, abbreviations and synonyms (policy/alert.words), file names, headings,
 * table rows, front matter, alert names in the text; label values help. Says "no procedure" when nothing
 * fits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "runbook/label.h"

struct library;
struct runbook;
struct procedure;

struct match_query {
    const char *alertname;
    const struct label *labels; /* may be NULL */
    size_t n_labels;
    const struct label *annotations; /* may be NULL: for what was measured (measure.h) */
    size_t n_annotations;
    const char *runbook_url;    /* annotation, or NULL: file and #anchor win when they are found */
    const struct runbook *only; /* search one document, or NULL for all */
};

struct match {
    const struct runbook *runbook;     /* NULL: nothing fits */
    const struct procedure *procedure; /* NULL: the page as a whole, or a heading without steps */
    const char *heading;               /* the heading, row or title that answers */
    int line;
    double score; /* 0 to 1 */
    bool confident;
    const char *why; /* "the heading \"Service Down Alert\" (line 35) has service, down" */
};

struct match_index;
struct match_index *match_index_new(struct arena *arena, struct runbook *const *runbooks, size_t n_runbooks);

/* best and runner-up; texts in the arena. */
void match_alert(struct arena *arena, const struct library *library, const struct match_query *query,
                 struct match *ret_best, struct match *ret_second);
