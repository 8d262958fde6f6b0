#include "drift/performance.h"

#include <math.h>
#include <string.h>

#include "base/testing.h"

enum { ROWS_MAX = 300 };

/* The definition, row by row. */
static void add_row(struct performance_sums *sums, double p, double y, double threshold)
{
    sums->unscored += isnan(p) ? 1 : 0;
    sums->unlabelled += !isnan(p) && isnan(y) ? 1 : 0;
    if (isnan(p) || isnan(y))
        return;
    size_t b = 0;
    while (b + 1 < ECE_BINS && p > (double)(b + 1) / ECE_BINS)
        b++;
    sums->bins[b].n++;
    sums->bins[b].scores += p;
    sums->bins[b].labels += y;
    sums->squares[0] += (p - y) * (p - y);
    sums->answered += p >= threshold ? 1 : 0;
    sums->true_answers += p >= threshold && y > 0 ? 1 : 0;
}

static void assert_as_defined(const double *scores, const double *labels, size_t n)
{
    struct performance_sums fast = {0}, plain = {0};
    performance_add(&fast, scores, labels, n, 0.4);
    for (size_t i = 0; i < n; i++)
        add_row(&plain, scores[i], labels[i], 0.4);
    for (size_t b = 0; b < ECE_BINS; b++) {
        assert_true(fabs(fast.bins[b].n - plain.bins[b].n) <= 0);
        assert_true(fabs(fast.bins[b].labels - plain.bins[b].labels) <= 0);
        assert_true(fabs(fast.bins[b].scores - plain.bins[b].scores) <= 1e-12);
    }
    assert_true(fabs(fast.squares[0] - plain.squares[0]) <= 1e-12);
    assert_int_equal(fast.answered, plain.answered);
    assert_int_equal(fast.true_answers, plain.true_answers);
    assert_int_equal(fast.unlabelled, plain.unlabelled);
    assert_int_equal(fast.unscored, plain.unscored);
}

/* The worst scores for a bin: at each edge, and the doubles beside it. */
static void a_score_at_an_edge_is_in_the_bin_that_ends_there(void **state)
{
    double scores[3 * (ECE_BINS + 1)], labels[3 * (ECE_BINS + 1)];
    size_t n = 0;
    (void)state;
    for (int m = 0; m <= ECE_BINS; m++) {
        double edge = (double)m / ECE_BINS;
        for (int side = -1; side <= 1; side++) {
            double score = side ? nextafter(edge, edge + side) : edge;
            scores[n] = fmin(fmax(score, 0), 1);
            labels[n++] = side > 0;
        }
    }
    assert_as_defined(scores, labels, n);
    for (size_t i = 0; i < n; i++)
        assert_as_defined(scores + i, labels + i, 1);
}

static void any_number_of_rows_is_counted_and_none_without_its_score_or_label(void **state)
{
    double scores[ROWS_MAX], labels[ROWS_MAX];
    uint64_t random = 1;
    (void)state;
    for (size_t i = 0; i < ROWS_MAX; i++) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        scores[i] = (random >> 33) % 11 ? (double)(random >> 11) * 0x1p-53 : (double)NAN;
        labels[i] = (random >> 43) % 7 ? (double)(random >> 62 & 1) : (double)NAN;
    }
    for (size_t n = 0; n <= ROWS_MAX; n++)
        assert_as_defined(scores, labels, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_at_an_edge_is_in_the_bin_that_ends_there),
        cmocka_unit_test(any_number_of_rows_is_counted_and_none_without_its_score_or_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
