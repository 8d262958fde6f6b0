/* AUPRC, the area under the precision-recall curve, as average precision:
 *
 *     AP = sum over the different scores, falling, of (R_n - R_(n-1)) * P_n
 *
 * with precision P_n and recall R_n of "a score from here on is positive". Rows of one score count together,
 * and nothing is interpolated between points, which would be too optimistic (J. Davis, M. Goadrich, "The
 * Relationship Between Precision-Recall and ROC Curves", ICML 2006): what scikit-learn's
 * average_precision_score gives.
 *
 * Exact, in bounded memory: the rows are put in buckets by score, which are sorted a few at a time, in as
 * many passes as that takes (one for each 5 million rows); about 55 MB at most. */
#pragma once

#include "drift/frame.h"

/* Scores are within [0, 1] or NaN, labels 0, 1 or NaN; rows where one is NaN do not count. NaN without a
 * positive label. */
double average_precision(const struct frame *frame, size_t score, size_t label);
