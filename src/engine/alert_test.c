#include "base/testing.h"

#include "engine/alert.h"

/* Worked out from the definition: FNV-1a with the 64-bit offset 14695981039346656037 and prime 1099511628211,
 * each text followed by the byte 0xff. */
static void fingerprint_is_the_one_that_prometheus_computes(void **state)
{
    (void)state;
    struct label labels[] = {{"alertname", "ServiceDown"}, {"service", "checkout"}};
    assert_true(alert_fingerprint(labels, 0) == UINT64_C(14695981039346656037));
    assert_true(alert_fingerprint(labels, 1) == UINT64_C(0x56d77958cfe83d97));
    assert_true(alert_fingerprint(labels, 2) == UINT64_C(0x60dd2f01b04421fc));
}

static void fingerprint_tells_names_from_values(void **state)
{
    (void)state;
    struct label one[] = {{"ab", "c"}};
    struct label other[] = {{"a", "bc"}};
    assert_true(alert_fingerprint(one, 1) != alert_fingerprint(other, 1));
}

static void label_that_is_missing_has_no_value(void **state)
{
    (void)state;
    struct label labels[] = {{"alertname", "ServiceDown"}};
    assert_string_equal(label_value(labels, 1, "alertname"), "ServiceDown");
    assert_null(label_value(labels, 1, "service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingerprint_is_the_one_that_prometheus_computes),
        cmocka_unit_test(fingerprint_tells_names_from_values),
        cmocka_unit_test(label_that_is_missing_has_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
