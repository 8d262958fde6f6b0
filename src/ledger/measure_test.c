#include "ledger/measure.h"

#include "ledger/open_ledger_testing.h"

#define DAY_US (86400 * US_PER_S)

static struct measure psi(const char *check, const char *feature, int64_t at_us, int64_t millionths)
{
    return (struct measure){check, "psi", feature, "", at_us, millionths};
}

static void keep(struct measure measure)
{
    struct err err = {0};
    assert_int_equal(ledger_begin(ledger, &err), 0);
    assert_int_equal(ledger_keep_measures(ledger, &measure, 1, &err), 0);
    assert_int_equal(ledger_commit(ledger, &err), 0);
}

static size_t n_of(const char *check, int64_t from_us, size_t limit, struct measure *ret_newest)
{
    struct err err = {0};
    struct measure *measures;
    size_t n;
    assert_int_equal(ledger_measures(ledger, arena, check, from_us, limit, &measures, &n, &err), 0);
    if (n)
        *ret_newest = (struct measure){.at_us = measures[0].at_us, .millionths = measures[0].millionths};
    return n;
}

static void the_measures_of_a_check_are_read_from_a_time_on_the_newest_first(void **state)
{
    struct measure newest = {0};
    (void)state;
    keep(psi("model", "age", T0_US, 100000));
    keep(psi("model", "age", T0_US + DAY_US, 310000));
    keep(psi("other", "age", T0_US + 2 * DAY_US, 1));
    keep(psi("model", "age", T0_US + DAY_US, 320000)); /* told again: it counts once */
    assert_int_equal(n_of("model", 0, 9, &newest), 2);
    assert_int_equal(newest.millionths, 320000);
    assert_int_equal(n_of("model", T0_US + 1, 9, &newest), 1);
    assert_int_equal(n_of("model", 0, 1, &newest), 1);
    assert_int_equal(newest.at_us, T0_US + DAY_US);
}

static void what_is_older_than_a_year_and_a_month_goes_and_another_check_keeps_its_own(void **state)
{
    struct measure newest = {0};
    (void)state;
    keep(psi("model", "age", T0_US, 1));
    keep(psi("other", "age", T0_US, 1));
    keep(psi("model", "age", T0_US + 401 * DAY_US, 1));
    assert_int_equal(n_of("model", 0, 9, &newest), 1);
    assert_int_equal(n_of("other", 0, 9, &newest), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_measures_of_a_check_are_read_from_a_time_on_the_newest_first,
                                        open_ledger, close_ledger),
        cmocka_unit_test_setup_teardown(
            what_is_older_than_a_year_and_a_month_goes_and_another_check_keeps_its_own, open_ledger,
            close_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
