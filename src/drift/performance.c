#include "drift/performance.h"

#include <math.h>

#include "drift/kernels.h"

void performance_add(struct performance_sums *sums, const double *scores, const double *labels, size_t n,
                     double threshold)
{
    kernel_performance(scores, labels, n, threshold, sums);
}

void performance_read(const struct performance_sums *sums, double auprc,
                      struct drift_performance *ret_performance)
{
    struct drift_performance p = {
        .answered = sums->answered, .unlabelled = sums->unlabelled, .unscored = sums->unscored};
    double n = 0, scores = 0, labels = 0, squares = 0, gaps = 0, variance = 0, bias = 0;
    for (size_t b = 0; b < ECE_BINS; b++) {
        const struct reliability *bin = &sums->bins[b];
        p.bins[b] = *bin;
        squares += sums->squares[b];
        if (bin->n == 0)
            continue;
        double gap = bin->labels - bin->scores;
        n += bin->n;
        scores += bin->scores;
        labels += bin->labels;
        gaps += fabs(gap);
        double q = (bin->labels + 1) / (bin->n + 2);
        variance += bin->n * q * (1 - q);
        bias += sqrt(bin->n * q * (1 - q) * 2 / M_PI);
    }
    p.n = (uint64_t)n;
    p.n_positive = (uint64_t)labels;
    p.auprc = auprc;
    p.ece = n > 0 ? gaps / n : NAN;
    p.ece_variance = n > 0 ? variance / (n * n) : NAN;
    p.ece_bias = n > 0 ? bias / n : NAN;
    p.brier = n > 0 ? squares / n : NAN;
    p.mean_score = n > 0 ? scores / n : NAN;
    p.prevalence = n > 0 ? labels / n : NAN;
    p.precision = sums->answered > 0 ? (double)sums->true_answers / (double)sums->answered : NAN;
    p.recall = labels > 0 ? (double)sums->true_answers / labels : NAN;
    *ret_performance = p;
}
