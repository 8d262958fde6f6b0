#include "drift/canary.h"

#include <math.h>

static double share_variance(double share, double n)
{
    double adjusted = (share * n + 1) / (n + 2);
    return adjusted * (1 - adjusted) / (n + 2);
}

/* The measures: where each is, and the variance of its estimate. */
static double auprc_of(const struct drift_performance *p, double *ret_variance)
{
    *ret_variance = share_variance(p->auprc, (double)p->n_positive);
    return p->auprc;
}
static double ece_of(const struct drift_performance *p, double *ret_variance)
{
    *ret_variance = p->ece_variance;
    return p->ece;
}
static double precision_of(const struct drift_performance *p, double *ret_variance)
{
    *ret_variance = share_variance(p->precision, (double)p->answered);
    return p->precision;
}
static double recall_of(const struct drift_performance *p, double *ret_variance)
{
    *ret_variance = share_variance(p->recall, (double)p->n_positive);
    return p->recall;
}

static const struct {
    const char *name;
    double (*of)(const struct drift_performance *p, double *ret_variance);
    double better; /* 1: more is better; -1: less is */
} measures[CHANGES] = {
    {"auprc", auprc_of, 1}, {"ece", ece_of, -1}, {"precision", precision_of, 1}, {"recall", recall_of, 1}};

/* Of the standard normal distribution. */
static double below(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}

/* How far chance alone may have raised each side. */
struct biases {
    double baseline, candidate;
};

static void decide(struct drift_change *change, double better, const struct biases *biases, double margin,
                   double sure)
{
    double d = (change->candidate - change->baseline) * better;
    change->verdict = DRIFT_UNDECIDED;
    if (isnan(d) || isnan(change->error)) {
        change->confidence = 0;
        return;
    }
    double s = fmax(change->error, 1e-12);
    double not_worse = below((d - biases->baseline + margin) / s);
    double worse = below((-d - biases->candidate) / s);
    change->confidence = not_worse;
    if (not_worse >= sure)
        change->verdict = DRIFT_NOT_WORSE;
    else if (worse >= sure) {
        change->verdict = DRIFT_WORSE;
        change->confidence = worse;
    }
}

void canary_compare(const struct drift_performance *baseline, const struct drift_performance *candidate,
                    double margin, double confidence, struct drift_comparison *ret_comparison)
{
    struct drift_comparison comparison = {.verdict = DRIFT_NOT_WORSE, .confidence = 1};
    double sure = 1 - (1 - confidence) / CHANGES;
    for (size_t i = 0; i < CHANGES; i++) {
        struct drift_change *change = &comparison.changes[i];
        double variance[2];
        change->measure = measures[i].name;
        change->baseline = measures[i].of(baseline, &variance[0]);
        change->candidate = measures[i].of(candidate, &variance[1]);
        change->error = sqrt(variance[0] + variance[1]);
        struct biases biases = {0};
        if (measures[i].better < 0)
            biases = (struct biases){baseline->ece_bias, candidate->ece_bias};
        decide(change, measures[i].better, &biases, margin, sure);
        if (change->verdict > comparison.verdict ||
            (change->verdict == comparison.verdict && change->confidence < comparison.confidence)) {
            comparison.verdict = change->verdict;
            comparison.confidence = change->confidence;
        }
    }
    *ret_comparison = comparison;
}

const char *drift_verdict_name(enum drift_verdict verdict)
{
    static const char *const names[] = {"not worse", "undecided", "worse"};
    return names[verdict];
}
