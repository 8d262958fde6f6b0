/* drift: what a model gets and answers, held against a reference (docs/drift.md). The runner has `crashcart
 * drift --json` do the work, in a process with limits of its own: rows of any number are no matter for the
 * process that pages. Its alert names what has drifted in labels, so that steps are filled with it; they stay
 * what they were when it was raised. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "watch/watch_priv.h"

enum { NAMED_MOST = 10, DRIFT_DEPTH = 12, DRIFT_LABELS = 4 };

static void drift_open(struct probe *probe)
{
    probe->memory = NULL;
}

static void drift_end(struct probe *probe)
{
    (void)probe;
}

/* ---- what has drifted ---- */

struct drifted {
    double psi; /* the largest; NAN: there is none */
    bool unknown;
    struct label labels[DRIFT_LABELS];
    size_t n_labels;
    struct buf features, segments, says;
};

/* "age, weight": each name once. */
static void name_add(struct buf *names, const char *name)
{
    size_t n = strlen(name), count = 1;
    for (const char *at = buf_text(names); *at; at += *at == ',' ? 2 : 0) {
        size_t n_this = strcspn(at, ",");
        if (n_this == n && memcmp(at, name, n) == 0)
            return;
        at += n_this;
        count++;
    }
    if (count <= NAMED_MOST && !strchr(name, ','))
        buf_printf(names, "%s%s", names->n_bytes ? ", " : "", name);
}

/* The indices come the largest first. Those at a limit or beyond are named; when none is, the largest. */
static void indices_read(struct json indices, double limit, struct drifted *drifted)
{
    for (struct json_iter i = json_first(indices); json_more(&i); json_next(&i)) {
        const char *feature = json_text(json_get(i.value, "feature"), NULL);
        const char *segment = json_text(json_get(i.value, "segment"), NULL);
        double psi = json_number(json_get(i.value, "psi"), NAN);
        bool first = isnan(drifted->psi);
        if (!feature || isnan(psi) || (!first && !(psi > limit)))
            continue;
        if (first)
            drifted->psi = psi;
        name_add(&drifted->features, feature);
        if (segment && psi > limit)
            name_add(&drifted->segments, segment);
        if (drifted->says.n_bytes < READING_TEXT_BYTES / 2)
            buf_printf(&drifted->says, "%s%.40s%s%.40s %.3g", drifted->says.n_bytes ? ", " : "", feature,
                       segment ? " of " : "", segment ? segment : "", psi);
    }
}

static void label_add(struct drifted *drifted, const char *name, const char *value)
{
    if (*value)
        drifted->labels[drifted->n_labels++] = (struct label){name, value};
}

static void labels_make(struct arena *arena, struct drifted *drifted)
{
    const char *features = buf_text(&drifted->features), *segments = buf_text(&drifted->segments);
    label_add(drifted, "feature", arena_strndup(arena, features, strcspn(features, ",")));
    label_add(drifted, "features", features);
    label_add(drifted, "segment", arena_strndup(arena, segments, strcspn(segments, ",")));
    label_add(drifted, "segments", segments);
}

/* ---- the other limits ---- */

static void add_problem(struct buf *problems, const char *text)
{
    buf_printf(problems, "%s%s", problems->n_bytes ? "; " : "", text);
}

/* How good the scores are, as `crashcart drift --json` names it. */
struct measured {
    const char *name, *words;
    bool falls; /* it is bad below its limit */
    double limit;
};

static void judge_measure(struct arena *arena, const struct measured *measured, struct json current,
                          struct buf *problems, const char **ret_error)
{
    double value = json_number(json_get(current, measured->name), NAN), limit = measured->limit;
    if (isnan(limit))
        return;
    if (isnan(value))
        *ret_error =
            arena_printf(arena, "no row says what %s is: it wants scores and labels", measured->words);
    else if (measured->falls ? value < limit : value > limit)
        add_problem(problems, arena_printf(arena, "%s is %.4g, %s %.4g", measured->words, value,
                                           measured->falls ? "below" : "above", limit));
}

static void judge_performance(struct arena *arena, const struct config_check *check, struct json current,
                              struct buf *problems, const char **ret_error)
{
    const struct measured all[] = {{"auprc", "AUPRC", true, check->drift.auprc},
                                   {"precision", "precision", true, check->drift.precision},
                                   {"recall", "recall", true, check->drift.recall},
                                   {"ece", "ECE", false, check->drift.ece},
                                   {"brier", "the Brier score", false, check->drift.brier}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        judge_measure(arena, &all[i], current, problems, ret_error);
}

static void judge_freshness(struct arena *arena, const struct config_check *check, struct json freshness,
                            struct buf *problems, const char **ret_error)
{
    const char *state = json_text(json_get(freshness, "state"), NULL);
    if (check->drift.max_age_s && !state)
        *ret_error = "the reference has no column of times, so the age of the data is not known";
    else if (state && strcmp(state, "future") == 0)
        *ret_error = "the newest row lies in the future: a clock is wrong";
    else if (state && strcmp(state, "fresh") != 0)
        add_problem(problems, arena_printf(arena, "the data are %s", state));
}

/* ---- the look ---- */

static void judge_result(struct probe *probe, struct json result)
{
    const struct config_check *check = probe->check;
    scoped_arena struct arena *arena = arena_new();
    scoped_buf struct buf problems = {0};
    struct drifted drifted = {.psi = NAN};
    const char *error = NULL, *band = json_text(json_get(result, "band"), NULL);
    indices_read(json_get(result, "indices"), isnan(check->above) ? 0.2 : check->above, &drifted);
    labels_make(arena, &drifted);
    probe_measured(probe, result);
    judge_performance(arena, check, json_get(result, "current"), &problems, &error);
    judge_freshness(arena, check, json_get(result, "freshness"), &problems, &error);
    bool psi_bad = drifted.psi > check->above, bad = problems.n_bytes > 0;
    if (!isnan(check->above) && isnan(drifted.psi))
        error = "no feature could be compared";
    else if (!isnan(check->above) && !psi_bad && band && strcmp(band, "unknown") == 0)
        error = "too few rows to tell drift from chance";
    struct finding finding = {.subject = "drift",
                              .labels = drifted.labels,
                              .n_labels = drifted.n_labels,
                              .value = isnan(drifted.psi) ? 0 : drifted.psi,
                              .bad = bad};
    finding.says =
        bad ? arena_printf(arena, "%.150s; PSI: %.100s", buf_text(&problems), buf_text(&drifted.says))
            : arena_printf(arena, "the PSI (%.200s)", buf_text(&drifted.says));
    struct check_reading reading = {.kind = READING_VALUE,
                                    .value = finding.value,
                                    .by_subject = true,
                                    .findings = &finding,
                                    .n_findings = 1};
    snprintf(reading.text, sizeof reading.text, "%s", finding.says);
    if (error && !bad && !psi_bad)
        probe_say(probe, READING_ERROR, 0, "%s", error);
    else
        probe_done(probe, &reading);
    buf_free(&drifted.features);
    buf_free(&drifted.segments);
    buf_free(&drifted.says);
}

/* What it says goes to people; a path in front of it says where. */
static void say_failed(struct probe *probe, const char *output)
{
    static const char name[] = "crashcart: ";
    char text[READING_TEXT_BYTES];
    size_t n = 0;
    output += strncmp(output, name, sizeof name - 1) == 0 ? sizeof name - 1 : 0;
    for (; *output && n < sizeof text - 1; output++) /* it is broken at the width of a terminal */
        if (*output != '\n')
            text[n++] = *output;
        else if (n && text[n - 1] != ' ')
            text[n++] = ' ';
    text[n] = '\0';
    probe_say(probe, READING_ERROR, 0, "%.280s", *text ? text : "nothing came of the comparison");
}

static void drift_ran(struct probe *probe, struct json result)
{
    const char *why = json_text(json_get(result, "why"), NULL);
    size_t n_bytes = 0;
    const char *output = json_text(json_get(result, "output"), &n_bytes);
    int64_t status = json_int(json_get(result, "exit"), -1);
    struct json_document *document = json_document_new();
    struct json root;
    struct err err;
    if (why)
        probe_say(probe, READING_ERROR, 0, "%.280s", why);
    else if ((status != 0 && status != 1) || !output)
        say_failed(probe, output ? output : "");
    else if (json_parse(document, output, n_bytes, DRIFT_DEPTH, &root, &err) < 0)
        probe_say(probe, READING_ERROR, 0, "its result cannot be read: %.200s", err.text);
    else
        judge_result(probe, root);
    json_document_free(document);
}

const struct check_kind drift_kind = {
    .open = drift_open, .begin = probe_run, .end = drift_end, .close = drift_end, .ran = drift_ran};
