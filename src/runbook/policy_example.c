/* Does an alert meet the example of a level? "Service completely down" is met by ServiceDown, not by
 * DiskFull and not by DatabaseDown: every word of the example that is no degree must be in the alert, as
 * itself or near to it, and they must be at least half of the alert's. What the alert measured must not
 * contradict it. What the words cannot decide stays undecided. */
#include <string.h>

#include "runbook/alert_words.h"
#include "runbook/policy_priv.h"

#define ALERT_COVERED_LEAST 0.5
#define DEGREE_PART         0.01

struct example_search {
    struct arena *arena;
    const struct severity_scale *scale;
    const struct vocabulary *vocabulary;
    struct alert_words alert;
    const struct measured *measured;
    double best; /* how well the finding fits */
    struct severity_finding finding;
    const char *met_by; /* "the alert" or "the procedure" */
};

static bool same_text(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}

static bool same_word(const struct word *a, const struct word *b)
{
    return same_text(a->text, b->text) || (a->group && b->group && same_text(a->group, b->group));
}

static bool in_words(const struct alert_words *words, const struct word *word)
{
    list_each (other, words)
        if (same_word(other, word))
            return true;
    return false;
}

/* "10" in "(>10%)" is the condition's, not a word. */
static bool counts(const struct word *word)
{
    return word->class != WORD_NOISE && word->raw[strspn(word->raw, "0123456789")] != '\0';
}

/* Whether a word is missing that must not be: told at the first one, for most examples. */
static bool lacks_word(const struct example_search *search, const struct alert_words *words)
{
    list_each (word, words)
        if (counts(word) && !in_words(&search->alert, word) &&
            !severity_scale_degree(search->scale, word->raw))
            return true;
    return false;
}

struct overlap {
    size_t n, n_found, n_degrees_found;
};

static struct overlap overlap_of(const struct example_search *search, const struct alert_words *words,
                                 const struct alert_words *within)
{
    struct overlap overlap = {0};
    list_each (word, words) {
        bool found = in_words(within, word);
        if (!counts(word))
            continue;
        if (severity_scale_degree(search->scale, word->raw)) {
            overlap.n_degrees_found += found;
            continue;
        }
        overlap.n++;
        overlap.n_found += found;
    }
    return overlap;
}

static void example_try(struct example_search *search, const struct severity *severity,
                        const struct criterion *criterion, const char *kind)
{
    struct alert_words cut_now = {0};
    const struct alert_words *words = criterion->words ? criterion->words : &cut_now;
    const char *why;
    if (!criterion->text)
        return;
    if (!criterion->words)
        alert_words_of(search->arena, search->vocabulary, criterion->text, &cut_now);
    if (lacks_word(search, words))
        return;
    enum measured_answer measured = measured_answer(search->measured, criterion, &why);
    if (measured == MEASURED_FAILS)
        return;
    struct overlap example = overlap_of(search, words, &search->alert);
    struct overlap alert = overlap_of(search, &search->alert, words);
    if (example.n == 0 || alert.n == 0 || (double)alert.n_found < ALERT_COVERED_LEAST * (double)alert.n)
        return;
    double fit = (double)alert.n_found / (double)alert.n + DEGREE_PART * (double)example.n_degrees_found;
    bool better =
        fit > search->best || (fit == search->best && severity->rank < search->finding.severity->rank);
    if (search->finding.severity && !better)
        return;
    search->best = fit;
    search->finding.severity = severity;
    search->finding.unmeasured = criterion->condition.has_value && measured == MEASURED_NOTHING;
    search->finding.line = criterion->line > 0 ? criterion->line : severity->line;
    search->finding.why =
        arena_printf(search->arena, "%s meets the %s \"%s\" of %s (line %d)", search->met_by, kind,
                     criterion->text, severity_name(search->arena, severity), search->finding.line);
}

static void examples_try(struct example_search *search, const struct runbook *runbook, const char *name,
                         const char *met_by)
{
    memset(&search->alert, 0, sizeof search->alert);
    search->met_by = met_by;
    alert_words_of(search->arena, search->vocabulary, name, &search->alert);
    list_each (severity, &runbook->severities) {
        list_each (example, &severity->examples)
            example_try(search, severity, example, "example");
        list_each (criterion, &severity->criteria)
            example_try(search, severity, criterion, "criterion");
    }
}

struct severity_finding severity_by_example(struct arena *arena, const struct severity_scale *scale,
                                            const struct runbook *runbook, const struct procedure *procedure,
                                            const struct match_query *query, const struct measured *measured)
{
    struct example_search search = {
        .arena = arena, .scale = scale, .vocabulary = vocabulary_builtin(), .measured = measured};
    if (query->alertname)
        examples_try(&search, runbook, query->alertname, "the alert");
    if (!search.finding.severity && procedure && procedure->title)
        examples_try(&search, runbook, procedure->title, "the procedure");
    return search.finding;
}
