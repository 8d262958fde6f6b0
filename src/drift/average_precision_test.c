#include "drift/average_precision.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/testing.h"

static double of(const double *scores, const double *labels, size_t n)
{
    struct column columns[2];
    const double *at[] = {scores, labels};
    for (size_t c = 0; c < 2; c++)
        columns[c] = (struct column){.at = (const unsigned char *)at[c],
                                     .stride_bytes = sizeof(double),
                                     .block_bytes = BLOCK_ROWS * sizeof(double),
                                     .type = NUMBER_F64};
    struct frame frame = {.n_rows = n, .n_columns = 2, .columns = columns};
    return average_precision(&frame, 0, 1);
}

static void small_cases_are_what_the_definition_says(void **state)
{
    (void)state;
    /* The example of scikit-learn's documentation: 0.8333... */
    assert_true(fabs(of((double[]){0.1, 0.4, 0.35, 0.8}, (double[]){0, 0, 1, 1}, 4) - 5.0 / 6) < 1e-12);
    /* Rows of one score count together: 2 positives among 4. */
    assert_true(of((double[]){0.5, 0.5, 0.5, 0.5}, (double[]){1, 0, 0, 1}, 4) == 0.5);
    assert_true(of((double[]){0, 1}, (double[]){0, 1}, 2) == 1);
    assert_true(of((double[]){-0.0, 0.0}, (double[]){0, 1}, 2) == 0.5);
    assert_true(of((double[]){0.2, 0.9, NAN, 0.4}, (double[]){1, NAN, 1, 0}, 4) == 0.5);
    assert_true(isnan(of((double[]){0.2, 0.9}, (double[]){0, 0}, 2)));
}

struct row {
    double score, label;
};

static int falling(const void *a, const void *b)
{
    double x = ((const struct row *)a)->score, y = ((const struct row *)b)->score;
    return (x < y) - (x > y);
}

static double by_sorting(struct row *rows, size_t n)
{
    double area = 0, seen = 0, positive = 0;
    qsort(rows, n, sizeof *rows, falling);
    for (size_t i = 0; i < n;) {
        double score = rows[i].score, tied = 0;
        for (; i < n && rows[i].score == score; i++, seen++)
            tied += rows[i].label;
        positive += tied;
        area += tied * positive / seen;
    }
    return area / positive;
}

/* More rows of nearly one score than are sorted at once: they get a grid of their own, or need none. */
static void many_rows_of_nearly_one_score(void **state)
{
    enum { N = 3000000 };
    struct row *rows = heap_alloc(N * sizeof *rows);
    double *scores = heap_alloc(N * sizeof *scores), *labels = heap_alloc(N * sizeof *labels);
    uint64_t seed = 7;
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < N; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            double u = (double)(seed >> 11) / 9007199254740992.0;
            labels[i] = (double)(seed >> 40 & 1);
            scores[i] = kind == 0   ? u * 1e-12
                        : kind == 1 ? (i % 2 ? 0.25 : u * 1e-3)
                                    : u * 1e-310; /* no grid takes these apart */
            rows[i] = (struct row){scores[i], labels[i]};
        }
        assert_true(fabs(of(scores, labels, N) - by_sorting(rows, N)) < 1e-9);
    }
    heap_free_(&rows);
    heap_free_(&scores);
    heap_free_(&labels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_cases_are_what_the_definition_says),
        cmocka_unit_test(many_rows_of_nearly_one_score),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
