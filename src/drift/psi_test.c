#include "drift/psi.h"

#include <math.h>
#include <stdbool.h>

#include "base/testing.h"

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-12;
}

static void the_index_is_the_sum_over_the_bins(void **state)
{
    (void)state;
    assert_true(psi((uint64_t[]){10, 20, 70}, (uint64_t[]){100, 200, 700}, 3) == 0);
    double expected = (0.3 - 0.1) * log(0.3 / 0.1) + (0.2 - 0.2) * 0 + (0.5 - 0.7) * log(0.5 / 0.7);
    assert_true(near(psi((uint64_t[]){10, 20, 70}, (uint64_t[]){30, 20, 50}, 3), expected));
    /* An empty bin counts as 0.0001. */
    expected = (1e-4 - 0.5) * log(1e-4 / 0.5) + (1 - 0.5) * log(1 / 0.5);
    assert_true(near(psi((uint64_t[]){50, 50}, (uint64_t[]){0, 7}, 2), expected));
    assert_true(isnan(psi((uint64_t[]){50, 50}, (uint64_t[]){0, 0}, 2)));
    assert_true(isnan(psi((uint64_t[]){0, 0}, (uint64_t[]){1, 0}, 2)));
}

static void noise_falls_with_the_rows(void **state)
{
    (void)state;
    uint64_t few[10], many[10];
    for (int i = 0; i < 10; i++) {
        few[i] = 10;
        many[i] = 100000;
    }
    /* chi-squared of 9 degrees: the 95th percentile is 16.919 */
    assert_true(fabs(psi_noise(few, many, 10) - 16.919 * (1 / 100.0 + 1e-6)) < 0.002);
    assert_true(psi_noise(many, many, 10) < 1e-4);
    assert_true(psi_noise((uint64_t[]){5, 0}, (uint64_t[]){9, 0}, 2) == 0);
}

static struct edges edges_of(const double *values, size_t n)
{
    struct column column = {.at = (const unsigned char *)values,
                            .stride_bytes = sizeof *values,
                            .block_bytes = BLOCK_ROWS * sizeof *values,
                            .type = NUMBER_F64};
    struct frame frame = {.n_rows = n, .n_columns = 1, .columns = &column};
    struct edges edges;
    psi_edges(&frame, 0, &edges);
    return edges;
}

static void a_value_that_deciles_share_has_a_bin_of_its_own(void **state)
{
    (void)state;
    double values[100];
    for (int i = 0; i < 100; i++)
        values[i] = i;
    struct edges edges = edges_of(values, 100);
    assert_int_equal(edges.n, 9);
    assert_true(near(edges.at[0], 9.9) && near(edges.at[8], 89.1));
    for (int i = 0; i < 10; i++)
        assert_int_equal(edges.counts[i], 10);
    for (int i = 0; i < 100; i++)
        values[i] = i < 5 ? NAN : 4;
    edges = edges_of(values, 100);
    assert_int_equal(edges.n, 2);
    assert_true(edges.at[0] == 4 && edges.at[1] == nextafter(4, 5));
    assert_true(edges.counts[0] == 0 && edges.counts[1] == 95 && edges.counts[2] == 0);
    for (int i = 0; i < 100; i++)
        values[i] = i < 60 ? 0 : i;
    edges = edges_of(values, 100);
    assert_int_equal(edges.n, 6); /* 0, behind it, and the deciles from 0.6 on */
    assert_true(edges.at[0] == 0 && edges.at[1] == nextafter(0, 1) && edges.at[2] > 1);
    assert_true(edges.counts[0] == 0 && edges.counts[1] == 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_is_the_sum_over_the_bins),
        cmocka_unit_test(noise_falls_with_the_rows),
        cmocka_unit_test(a_value_that_deciles_share_has_a_bin_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
