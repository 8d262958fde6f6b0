#include <string.h>

#include "api/matcher.h"
#include "base/testing.h"

static bool fits(const char *text, const char *value)
{
    struct label labels[] = {{"severity", value}};
    struct matcher *matcher;
    struct err err;
    if (matcher_parse(text, &matcher, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    bool fitted = matcher_fits(matcher, labels, value ? 1 : 0);
    matcher_free(matcher);
    return fitted;
}

static void values_are_compared_whole(void **state)
{
    (void)state;
    assert_true(fits("severity=page", "page"));
    assert_true(fits(" severity = \"page\" ", "page"));
    assert_false(fits("severity=page", "pager"));
    assert_true(fits("severity!=page", "ticket"));
    assert_true(fits("severity=~pa.*|tick", "page"));
    assert_false(fits("severity=~tick", "ticket"));
    assert_false(fits("severity=~a|b", "ab"));
    assert_true(fits("severity!~tick", "ticket"));
    assert_true(fits("severity=\"a \\\"b\\\" \\\\ \\n\"", "a \"b\" \\ \n"));
}

static void a_label_that_is_missing_counts_as_empty(void **state)
{
    (void)state;
    assert_true(fits("severity=", NULL));
    assert_true(fits("severity=\"\"", NULL));
    assert_true(fits("severity!=page", NULL));
    assert_true(fits("severity=~.*", NULL));
    assert_false(fits("severity=~.+", NULL));
}

static void what_is_no_matcher_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "=", "severity", "9a=b", "a=\"b", "a=\"b\"c", "a=~(", "{a=b}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct matcher *matcher;
        struct err err = {0};
        assert_int_equal(matcher_parse(wrong[i], &matcher, &err), -1);
        assert_true(*err.text);
    }
}

static void an_expression_may_not_take_for_ever(void **state)
{
    (void)state;
    struct matcher *matcher;
    assert_int_equal(matcher_parse("a=~(x+x+)+[yz]", &matcher, NULL), 0);
    assert_false(matcher_gave_up(matcher));
    assert_false(matcher_fits_value(matcher, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx!"));
    assert_true(matcher_gave_up(matcher));
    matcher_free(matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_compared_whole),
        cmocka_unit_test(a_label_that_is_missing_counts_as_empty),
        cmocka_unit_test(what_is_no_matcher_is_refused),
        cmocka_unit_test(an_expression_may_not_take_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
