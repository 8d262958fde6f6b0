/* Does a measured value meet a threshold of a level? "error rate is 12 %" meets "Error rate > 10 %", not
 * "Disk usage > 10 %": a number is held only against a threshold of the same quantity. Each word of the
 * threshold that tells what is measured must be said with the value (or with the alert, as "checkout" is),
 * and at least half of the value's words must be the threshold's. A bare number takes its quantity from the
 * alert's name, or from the procedure's title. */
#include <math.h>
#include <string.h>

#include "runbook/alert_words.h"
#include "runbook/measure.h"
#include "runbook/policy_priv.h"
#include "runbook/severity.h"
#include "runbook/text.h"
#include "runbook/thresholds.h"

/* Said with per cent, they tell nothing more: "memory usage > 90 %" and "memory at 92 %" are the same. */
static const char *const shares[] = {"usage", "utilization", "utilisation", "used", "consumption", "full"};
/* Of a comparison or a unit, not of what is measured. */
static const char *const unsaid[] = {
    "s",      "m",       "h",       "d",       "x",       "percent", "than", "least",   "most",   "more",
    "less",   "fewer",   "greater", "between", "exceeds", "or",      "ms",   "seconds", "second", "minutes",
    "minute", "hours",   "sec",     "min",     "gb",      "mb",      "kb",   "half",    "third",  "quarter",
    "thirds", "lasting", "longer",  "one",     "two",     "three",   "five", "ten"};
/* A plain number between 0 and 1 is a share when its words say so. */
static const char *const ratios[] = {"rate",        "ratio",       "share",      "fraction",     "usage",
                                     "utilization", "utilisation", "proportion", "availability", "accuracy"};
static const char *const percents[] = {"percent", "percentage", "pct"};
static const char *const people[] = {"user", "users"};
static const char *const changes[] = {"drop", "increase"};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_one_of(const char *word, const char *const *words, size_t n_words)
{
    for (size_t i = 0; i < n_words; i++)
        if (text_is(word, words[i]))
            return true;
    return false;
}

/* Different words for one quantity. Words that are near to each other for finding a page (policy/alert.words)
 * are too far apart here: a lag is no latency. */
static const char *const synonyms[][10] = {
    {"error", "errors", "failure", "failures", "fail", "fails", "failed", "failing", "5xx", "unsuccessful"},
    {"latency", "response-time", "p50", "p90", "p95", "p99"},
    {"usage", "utilization", "utilisation", "used", "consumption", "util"},
    {"down", "unavailable", "unreachable", "outage", "offline"},
    {"drop", "drops", "dropped", "decrease", "decreased", "decline", "declined", "fell"},
    {"increase", "increased", "increases", "rise", "rises", "rose", "grew"},
};

/* Bits: of the rows of synonyms that have it. */
static unsigned meanings_of(const struct word *word)
{
    unsigned meanings = 0;
    for (size_t i = 0; i < COUNT(synonyms); i++)
        for (size_t k = 0; k < COUNT(synonyms[i]) && synonyms[i][k]; k++)
            if (text_is(word->raw, synonyms[i][k]))
                meanings |= 1u << i;
    return meanings;
}

static bool has_word(const struct alert_words *words, const struct word *word)
{
    unsigned meanings = meanings_of(word); /* of most words none */
    list_each (other, words)
        if (text_is(other->text, word->text) || (meanings && meanings & meanings_of(other)))
            return true;
    return false;
}

static bool has_any(const struct alert_words *words, const struct alert_words *wanted)
{
    list_each (word, wanted)
        if (has_word(words, word))
            return true;
    return false;
}

static bool has_raw(const struct alert_words *words, const char *const *raw, size_t n_raw)
{
    list_each (word, words)
        if (is_one_of(word->raw, raw, n_raw))
            return true;
    return false;
}

struct measured *measured_of(struct arena *arena, const struct severity_scale *scale,
                             const struct procedure *procedure, const struct match_query *query)
{
    struct measured *measured = arena_alloc(arena, sizeof *measured);
    const struct vocabulary *vocabulary = vocabulary_builtin();
    measured->arena = arena;
    measured->scale = scale;
    measures_read(arena, query, &measured->measures);
    if (measured->measures.n == 0)
        return measured;
    for (size_t i = 0; i < measured->measures.n; i++)
        alert_words_of(arena, vocabulary, measured->measures.at[i].words, &measured->said[i]);
    alert_words_of(arena, vocabulary, query->alertname ? query->alertname : "", &measured->name);
    alert_words_of(arena, vocabulary, procedure && procedure->title ? procedure->title : "",
                   &measured->title);
    measured->query = query;
    measured->labels = arena_alloc(arena, sizeof *measured->labels);
    return measured;
}

/* The words of the alert's label values, read when they are first asked for: mostly nothing that is said
 * comes near a threshold. */
static const struct alert_words *labels_said(const struct measured *measured)
{
    struct label_words *labels = measured->labels;
    const struct match_query *query = measured->query;
    for (size_t i = 0; !labels->read && i < query->n_labels; i++) {
        struct alert_words words = {0};
        const struct label *label = &query->labels[i];
        if (!label->name || !label->value || strcmp(label->name, "alertname") == 0 ||
            strlen(label->value) > WORD_BYTES)
            continue;
        alert_words_of(measured->arena, vocabulary_builtin(), label->value, &words);
        list_each (word, &words)
            *list_push(measured->arena, &labels->words) = *word;
    }
    labels->read = true;
    return &labels->words;
}

/* ---- the same quantity? ---- */

static bool tells(const struct measured *measured, const struct word *word, bool percent)
{
    if (word->class == WORD_NOISE || word->raw[strspn(word->raw, "0123456789.")] == '\0' ||
        is_one_of(word->raw, unsaid, COUNT(unsaid)))
        return false;
    if (is_one_of(word->raw, people, COUNT(people)))
        return true;
    return word->class == WORD_CONTENT && !severity_scale_degree(measured->scale, word->raw) &&
           !(percent && is_one_of(word->raw, shares, COUNT(shares)));
}

/* One speaks of a change, the other of what changed: "accuracy drop > 5 %" and "accuracy is 71 %". */
static bool change_differs(const struct measured *measured, const struct alert_words *a,
                           const struct alert_words *b)
{
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct word change = word_of(measured->arena, vocabulary_builtin(), changes[i]);
        if (has_word(a, &change) != has_word(b, &change))
            return true;
    }
    return false;
}

/* "p95" and "p99" are near to each other, and not the same. */
static bool aggregate_differs(const struct alert_words *a, const struct alert_words *b)
{
    static const char *const aggregates[] = {"p50", "p90", "p95", "p99", "average", "median", "max"};
    const char *of_a = NULL, *of_b = NULL;
    for (size_t i = 0; i < COUNT(aggregates); i++) {
        of_a = has_raw(a, &aggregates[i], 1) ? aggregates[i] : of_a;
        of_b = has_raw(b, &aggregates[i], 1) ? aggregates[i] : of_b;
    }
    return of_a && of_b && strcmp(of_a, of_b) != 0;
}

static bool is_down(const struct measured *measured, const struct alert_words *words)
{
    struct word down = word_of(measured->arena, vocabulary_builtin(), "down");
    return has_word(words, &down);
}

/* Whether core, the words said of the value, and clause, those of the threshold, are of one quantity. */
static bool is_quantity(const struct measured *measured, const struct alert_words *core,
                        const struct alert_words *clause, bool percent)
{
    size_t n_wanted = 0, n_core = 0, n_said = 0, n_found = 0;
    if (!has_any(core, clause))
        return false;
    list_each (word, clause) {
        if (!tells(measured, word, percent))
            continue;
        n_wanted++;
        if (has_word(core, word))
            n_core++;
        else if (!has_word(&measured->name, word) && !has_word(labels_said(measured), word))
            return false;
    }
    list_each (word, core) {
        if (!tells(measured, word, percent))
            continue;
        bool found = has_word(clause, word);
        if (!found && has_word(labels_said(measured), word))
            continue;
        n_said++;
        n_found += found;
    }
    return n_wanted > 0 && n_core > 0 && 2 * n_found >= n_said && !change_differs(measured, core, clause) &&
           !aggregate_differs(core, clause);
}

static const struct alert_words *words_said(const struct measured *measured, const struct measure *measure)
{
    return &measured->said[measure - measured->measures.at];
}

static bool agrees(const struct measured *measured, const struct measure *measure,
                   const struct alert_words *clause, bool percent)
{
    if (*measure->words == '\0')
        return is_quantity(measured, &measured->name, clause, percent) ||
               is_quantity(measured, &measured->title, clause, percent);
    return is_quantity(measured, words_said(measured, measure), clause, percent);
}

/* ---- the number ---- */

static bool compare(const char *op, double value, double limit)
{
    if (strcmp(op, ">") == 0)
        return value > limit;
    if (strcmp(op, ">=") == 0)
        return value >= limit;
    if (strcmp(op, "<") == 0)
        return value < limit;
    if (strcmp(op, "<=") == 0)
        return value <= limit;
    return strcmp(op, "==") == 0 && fabs(value - limit) < 1e-9;
}

/* The value in the unit of the limit; false when they cannot be compared. */
static bool value_in(const struct measured *measured, const struct measure *measure,
                     const struct alert_words *clause, const struct condition *condition, double *ret_value)
{
    enum measure_unit unit;
    double scale;
    if (!measure_unit_named(condition->unit, condition->unit ? strlen(condition->unit) : 0, &unit, &scale))
        return false;
    *ret_value = measure->value / scale;
    if (unit == measure->unit)
        return true;
    const struct alert_words *core = *measure->words ? words_said(measured, measure) : &measured->name;
    bool share = measure->value >= 0 && measure->value <= 1;
    if (unit == MEASURE_PERCENT && measure->unit == MEASURE_NUMBER) {
        if (share && has_raw(core, percents, COUNT(percents)))
            return true;
        bool says = has_raw(core, ratios, COUNT(ratios)) || has_raw(clause, ratios, COUNT(ratios));
        *ret_value = share ? measure->value * 100 : measure->value;
        return says || measure->value > 1;
    }
    if (unit == MEASURE_NUMBER && measure->unit == MEASURE_PERCENT) {
        *ret_value = measure->value / 100; /* a limit such as 0.1 */
        return condition->value > 0 && condition->value <= 1;
    }
    if (measure->unit != MEASURE_NUMBER)
        return false;
    /* Prometheus gives base units: seconds, bytes. A number that is large beside a limit in ms is in ms. */
    if (unit == MEASURE_SECONDS && scale < 1 && condition->value < 10 * measure->value)
        *ret_value = measure->value;
    return true;
}

/* ---- one threshold ---- */

struct decision { /* NULL: none */
    const struct threshold_clause *clause;
    const struct measure *measure;
};

static enum measured_answer clause_answer(const struct measured *measured,
                                          const struct threshold_clause *clause,
                                          struct decision *ret_decision)
{
    const struct condition *condition = &clause->condition;
    enum measured_answer answer = MEASURED_NOTHING;
    if (!condition->has_value || !condition->op)
        return MEASURED_NOTHING;
    bool percent = condition->unit && strcmp(condition->unit, "%") == 0;
    list_each (measure, &measured->measures) {
        double value;
        if ((measure->lasting && !is_down(measured, &clause->words)) ||
            !value_in(measured, measure, &clause->words, condition, &value) ||
            !agrees(measured, measure, &clause->words, percent))
            continue;
        bool high = !condition->has_value_hi || !condition->op_hi ||
                    compare(condition->op_hi, value, condition->value_hi);
        bool holds = high && compare(condition->op, value, condition->value);
        if (!holds && answer == MEASURED_HOLDS)
            continue;
        answer = holds ? MEASURED_HOLDS : MEASURED_FAILS;
        *ret_decision = (struct decision){clause, measure};
    }
    return answer;
}

static enum measured_answer alternative_answer(const struct measured *measured,
                                               const struct threshold_alternative *alternative,
                                               struct decision *ret_decision)
{
    struct decision by_second = {0};
    enum measured_answer one = clause_answer(measured, &alternative->clauses[0], ret_decision);
    if (alternative->n_clauses == 1)
        return one;
    enum measured_answer other = clause_answer(measured, &alternative->clauses[1], &by_second);
    if (one == MEASURED_NOTHING)
        *ret_decision = by_second;
    if (one == MEASURED_FAILS || other == MEASURED_FAILS)
        return MEASURED_FAILS;
    return one == MEASURED_HOLDS && other == MEASURED_HOLDS ? MEASURED_HOLDS : MEASURED_NOTHING;
}

static const char *why_of(const struct measured *measured, const char *text, const struct decision *decision)
{
    const struct condition *condition = &decision->clause->condition;
    const struct measure *measure = decision->measure;
    const char *op = condition->has_value_hi   ? "is within"
                     : condition->op[0] == '<' ? "is under"
                     : condition->op[1] == '=' ? "reaches"
                                               : "is over";
    const char *words = *measure->words ? measure->words : measure->lasting ? "it" : "the alert's value";
    return arena_printf(measured->arena, "%s %s %s \"%s\"", words, measure->written, op,
                        text_normalise(measured->arena, text, strlen(text)));
}

enum measured_answer measured_answer(const struct measured *measured, const struct criterion *criterion,
                                     const char **ret_why)
{
    enum measured_answer answer = MEASURED_NOTHING;
    const struct thresholds *thresholds = criterion->thresholds;
    if (measured->measures.n > 0 && !thresholds)
        thresholds = thresholds_read(measured->arena, criterion);
    if (measured->measures.n == 0 || !thresholds)
        return MEASURED_NOTHING;
    for (size_t i = 0; i < thresholds->n && answer != MEASURED_HOLDS; i++) {
        const struct threshold_alternative *alternative = &thresholds->at[i];
        struct decision decision = {0};
        enum measured_answer one = alternative_answer(measured, alternative, &decision);
        if (one == MEASURED_NOTHING || !decision.clause)
            continue;
        answer = one;
        *ret_why = why_of(measured, alternative->text, &decision);
    }
    return answer;
}

static void try_each(const struct measured *measured, const struct severity *severity,
                     const struct criterion *at, size_t n, struct severity_finding *best)
{
    for (size_t i = 0; i < n; i++) {
        const char *why;
        if (best->severity && best->severity->rank <= severity->rank)
            return;
        if (measured_answer(measured, &at[i], &why) != MEASURED_HOLDS)
            continue;
        best->severity = severity;
        best->line = at[i].line > 0 ? at[i].line : severity->line;
        best->why = arena_printf(measured->arena, "%s of %s (line %d)", why,
                                 severity_name(measured->arena, severity), best->line);
    }
}

struct severity_finding severity_by_measure(const struct measured *measured, const struct runbook *runbook)
{
    struct severity_finding best = {0};
    if (measured->measures.n == 0)
        return best;
    list_each (severity, &runbook->severities) {
        try_each(measured, severity, severity->criteria.at, severity->criteria.n, &best);
        try_each(measured, severity, severity->examples.at, severity->examples.n, &best);
    }
    return best;
}
