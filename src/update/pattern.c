/* What a sentence asserts: the patterns of policy/update.words in its clauses, and what excepts them. */
#include <string.h>
#include <strings.h>

#include "update/update_priv.h"
#include "update/vocabulary.h"

enum { NEAR_WORDS = 5 };

static bool any_is(const struct strings *patterns, const char *word)
{
    list_each (pattern, patterns)
        if (word_is(*pattern, word))
            return true;
    return false;
}

static bool any_fits(const struct strings *patterns, const char *word)
{
    if (any_is(patterns, word))
        return true;
    list_each (pattern, patterns)
        if (word_is_misspelt(*pattern, word) && !any_is(&vocabulary()->own, word))
            return true;
    return false;
}

static bool holds_one(const struct clause_words *sentence, const struct strings *patterns)
{
    for (size_t i = 0; i < sentence->n; i++)
        if (any_fits(patterns, sentence->at[i]))
            return true;
    return false;
}

static bool concerns(const struct claim_pattern *pattern, const struct clause_words *sentence)
{
    return (!pattern->about.n || holds_one(sentence, &pattern->about)) &&
           !holds_one(sentence, &pattern->without);
}

/* Where the words of a pattern are looked for. */
struct search {
    const struct clause_words *in;
    size_t from, until;
    const char *claim; /* what is found counts only where nothing excepts it; NULL: always */
    const struct strings *unless;
    size_t first;      /* the word of the first group */
    unsigned excepted; /* the last clause in which it was, and one more */
};

static bool goes_on(struct search *search, const struct claim_pattern *pattern, size_t group, size_t from);

static bool is_meant(const struct search *search, const char *exception)
{
    for (size_t i = 0; search->unless && i < search->unless->n; i++)
        if (strcmp(search->unless->at[i], exception) == 0)
            return true;
    return strcmp(exception, search->claim) == 0 || strcmp(exception, "all") == 0;
}

static bool is_excepted(struct search *search, size_t last)
{
    const struct clause_words *in = search->in;
    struct search here = {.in = in, .from = search->first, .until = last + 1};
    if (in->clause[search->first] == in->clause[last] && search->excepted == in->clause[last] + 1)
        return true;
    while (here.from && in->clause[here.from - 1] == in->clause[search->first])
        here.from--;
    while (here.until < in->n && in->clause[here.until] == in->clause[last])
        here.until++;
    list_each (exception, &vocabulary()->exceptions) {
        if (is_meant(search, exception->name) && concerns(exception, in) &&
            goes_on(&here, exception, 0, here.from)) {
            search->excepted = in->clause[search->first] == in->clause[last] ? in->clause[last] + 1 : 0;
            return true;
        }
    }
    return false;
}

/* Where what is near ends: words that only hold others together are not counted ("none of the archives of our
 * site were opened"). */
static size_t near_end(const struct clause_words *in, size_t from, size_t until)
{
    static const char *const small[] = {"a", "an",   "any", "in",    "of",  "our",
                                        "s", "that", "the", "these", "this"};
    size_t n_near = 0, at = from;
    for (; at < until && n_near < NEAR_WORDS; at++) {
        bool counts = true;
        for (size_t i = 0; i < sizeof small / sizeof *small; i++)
            counts &= strcmp(small[i], in->at[at]) != 0;
        n_near += counts;
    }
    return at;
}

/* Each group's word near behind the one before it. */
static bool goes_on(struct search *search, const struct claim_pattern *pattern, size_t group, size_t from)
{
    if (group == pattern->n_groups)
        return !search->claim || !is_excepted(search, from - 1);
    size_t last = group ? near_end(search->in, from, search->until) : search->until;
    if (pattern->is_next[group] && last > from + 1)
        last = from + 1;
    for (size_t i = from; i < last; i++) {
        bool is_first = i == 0 || search->in->clause[i - 1] != search->in->clause[i];
        if ((pattern->is_first[group] && !is_first) ||
            any_fits(&pattern->groups[group], search->in->at[i]) == pattern->is_other[group])
            continue;
        if (group == 0)
            search->first = i;
        if (goes_on(search, pattern, group + 1, i + 1))
            return true;
    }
    return false;
}

static bool says(const char *name, const char *claim, const struct clause_words *sentence)
{
    struct search search = {.in = sentence, .until = sentence->n, .claim = claim};
    list_each (pattern, &vocabulary()->patterns) {
        search.unless = &pattern->unless;
        search.excepted = 0;
        if (strcmp(pattern->name, name) == 0 && concerns(pattern, sentence) &&
            goes_on(&search, pattern, 0, 0))
            return true;
    }
    return false;
}

/* "RESOLVED: image reader", "[Resolved] image reader" */
static bool is_headed_resolved(struct arena *arena, const char *sentence, size_t n_bytes)
{
    size_t label, n_label, before = field_label(sentence, n_bytes, &label, &n_label);
    const char *close = n_bytes && *sentence == '[' ? memchr(sentence, ']', n_bytes) : NULL;
    if (close) {
        label = 1;
        n_label = (size_t)(close - sentence) - 1;
    }
    return (before || close) && status_word_fits("resolved", words_plain(arena, sentence + label, n_label));
}

/* "Cause: a full disk", "The culprit: a full disk" */
static bool states_field(struct arena *arena, const char *claim, const char *sentence, size_t n_bytes,
                         const struct clause_words *plain)
{
    static const char article[] = "The ";
    enum { ARTICLE_BYTES = sizeof article - 1 };
    size_t label, n_label, before = field_label(sentence, n_bytes, &label, &n_label);
    struct search search = {.in = plain, .claim = claim};
    if (before && n_label > ARTICLE_BYTES && strncasecmp(sentence + label, article, ARTICLE_BYTES) == 0) {
        label += ARTICLE_BYTES;
        n_label -= ARTICLE_BYTES;
    }
    const char *fact = before ? fact_of(arena, sentence + label, n_label, true) : NULL;
    return fact && strcmp(fact, claim) == 0 && plain->n &&
           *words_plain(arena, sentence + before, n_bytes - before) && !is_excepted(&search, plain->n - 1);
}

static bool is_asked_alone(const char *claim)
{
    list_each (name, &vocabulary()->alone)
        if (strcmp(*name, claim) == 0)
            return true;
    return false;
}

const char *claim_next(const char *sentence, size_t n_bytes, const char *after)
{
    scoped_arena struct arena *arena = arena_new();
    struct clause_words plain;
    clause_split(arena, sentence, n_bytes, &plain);
    bool passed = !after, headed = is_headed_resolved(arena, sentence, n_bytes);
    list_each (claim, &vocabulary()->says) {
        /* Whoever stands behind what is denied needs not stand behind the denial. */
        bool asked = passed && !(after && is_asked_alone(claim->name));
        if (asked && (says(claim->name, claim->name, &plain) ||
                      states_field(arena, claim->name, sentence, n_bytes, &plain) ||
                      (headed && strcmp(claim->name, "resolved") == 0)))
            return claim->name;
        passed |= after && strcmp(after, claim->name) == 0;
    }
    return NULL;
}

bool says_unknown(const char *text, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct clause_words plain;
    clause_split(arena, text, n_bytes, &plain);
    struct search search = {.in = &plain, .until = plain.n};
    list_each (exception, &vocabulary()->exceptions)
        if (strcmp(exception->name, "all") == 0 && goes_on(&search, exception, 0, 0))
            return true;
    return false;
}

bool says_it_goes_on(const char *sentence, size_t n_bytes)
{
    scoped_arena struct arena *arena = arena_new();
    struct clause_words plain;
    clause_split(arena, sentence, n_bytes, &plain);
    return says("over", NULL, &plain);
}
