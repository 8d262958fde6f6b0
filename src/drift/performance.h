/* How good scores are, where the truth is known.
 *
 * A row counts when it has both a score p (0 to 1) and a label y (0 or 1). A score from the threshold on is a
 * positive answer, as `score >= threshold` in scikit-learn.
 *
 * - precision: true positive answers / positive answers; NaN without any.
 * - recall: true positive answers / positive labels; NaN without any.
 * - brier: mean of (p - y)^2. G. W. Brier, Monthly Weather Review 78 (1950).
 * - ece: expected calibration error, of the positive class: the mean over the rows of |mean label - mean
 * score| of the bin of the row, over 15 bins of equal width. C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On
 *   Calibration of Modern Neural Networks", ICML 2017, equation 3 and its 15 bins. Bin m holds
 *   (m/15, (m+1)/15], the first one 0 as well; m/15 is the nearest double.
 * - auprc: drift/average_precision.h.
 *
 * Sums are taken block by block, so that their error does not grow with the number of rows. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { ECE_BINS = 15 };

struct reliability {
    double n, scores, labels; /* rows, and the sums of p and y */
};

/* What is kept of any number of rows. */
struct performance_sums {
    struct reliability bins[ECE_BINS];
    double squares[ECE_BINS]; /* the sum of (p - y)^2, in parts that count together */
    uint64_t answered;        /* positive answers */
    uint64_t true_answers;
    uint64_t unlabelled; /* rows with a score whose truth is not known */
    uint64_t unscored;   /* rows without a score */
};

void performance_add(struct performance_sums *sums, const double *scores, const double *labels, size_t n,
                     double threshold);

struct drift_performance {
    uint64_t n, n_positive; /* rows that count; 0: nothing is known and the measures are NaN */
    uint64_t answered, unlabelled, unscored;
    double auprc, ece, brier, precision, recall;
    double mean_score, prevalence;
    /* Given the scores, the labels of a bin sum up with a variance of at most n q (1 - q), q their mean with
     * one more of each kind. ece_variance is the sum of that over n^2. A mean of absolute values is too large
     * by chance: by no more than sqrt(2 / pi) standard deviations a bin (the folded normal distribution),
     * which ece_bias sums up. */
    double ece_variance, ece_bias;
    struct reliability bins[ECE_BINS];
};

void performance_read(const struct performance_sums *sums, double auprc,
                      struct drift_performance *ret_performance);
