/* Is a model worse than another, by what the labels say, and how sure is that?
 *
 * Two independent samples, one a model; for each measure the difference d (above 0: the candidate is better)
 * and its standard error s, of large samples:
 *
 * - auprc: variance a(1-a)/positives, the binomial interval of K. Boyd, K. H. Eng, C. D. Page, "Area under
 *   the Precision-Recall Curve: Point Estimates and Confidence Intervals", ECML PKDD 2013.
 * - ece: the variance of drift/performance.h (delta method, bins independent). Few rows make it too large; so
 *   that no claim rests on that, the bound of it is taken off: the baseline's from "not worse", the
 *   candidate's from "worse".
 * - precision, recall: p(1-p)/n of their answers and positives.
 *
 * Each share is taken with one more success and one more failure, so that 0 and 1 have an error, too:
 * A. Agresti, B. Caffo, The American Statistician 54 (2000). The candidate is
 *
 * - not worse when d > -margin is sure: a test of non-inferiority (G. Piaggio and others, JAMA 308 (2012));
 * - worse when that is not so, and d < 0 is sure;
 * - undecided else: more rows are needed.
 *
 * Sure: at the confidence asked for, one-sided, divided among the measures (Bonferroni). The verdict is the
 * worst of the measures: worse before undecided before not worse. */
#pragma once

#include "drift/performance.h"

enum drift_verdict { DRIFT_NOT_WORSE, DRIFT_UNDECIDED, DRIFT_WORSE };

enum { CHANGES = 4 };

struct drift_change {
    const char *measure; /* "auprc", "ece", "precision", "recall" */
    double baseline, candidate;
    double error;      /* s; NaN when one side has no value */
    double confidence; /* that the verdict is right; when undecided, that it is not worse: 0 to 1 */
    enum drift_verdict verdict;
};

struct drift_comparison {
    enum drift_verdict verdict;
    double confidence; /* of the measure that gave the verdict */
    struct drift_change changes[CHANGES];
};

/* confidence: 0.95, say; margin: 0.02, say. */
void canary_compare(const struct drift_performance *baseline, const struct drift_performance *candidate,
                    double margin, double confidence, struct drift_comparison *ret_comparison);

const char *drift_verdict_name(enum drift_verdict verdict); /* "not worse", "undecided", "worse" */
