#include <string.h>

#include "base/testing.h"
#include "config/matcher.h"

static bool fits(const char *text, const char *value)
{
    scoped_buf struct buf packed = {0};
    buf_add(&packed, "severity", sizeof "severity");
    if (value)
        buf_add(&packed, value, strlen(value) + 1);
    struct matcher *matcher;
    struct err err;
    if (matcher_parse(text, &matcher, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    struct matchers one = {&matcher, 1};
    bool fitted = matchers_fit(&one, buf_text(&packed), value ? 1 : 0);
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
    assert_true(fits("\"severity\"=page", "page"));
    assert_true(fits("severity=~\"a\\.b\"", "a.b"));
    assert_false(fits("severity=~\"a\\.b\"", "axb"));
    assert_true(fits("severity=\xc3\xbcrgent", "\xc3\xbcrgent"));
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
    static const char *const wrong[] = {"",         "=",    "severity", "9a=b",  "a=\"b",
                                        "a=\"b\"c", "a=~(", "a=b\"c\"", "\"a\"", "\"=b"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct matcher *matcher;
        struct err err = {0};
        assert_int_equal(matcher_parse(wrong[i], &matcher, &err), -1);
        assert_true(*err.text);
    }
}

static void a_list_is_read_and_written_alike(void **state)
{
    (void)state;
    static const char *const lists[][2] = {
        {"a=b", "{a=\"b\"}"},
        {"{a=b, c=~\"d,}e\" ,}", "{a=\"b\",c=~\"d,}e\"}"},
        {" { \"a b\" != c , d!~e } ", "{\"a b\"!=\"c\",d!~\"e\"}"},
        {"a=\"x\\\"y\\\\z\\n\"", "{a=\"x\\\"y\\\\z\\n\"}"},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct matchers read = {0}, again = {0};
        scoped_buf struct buf printed = {0};
        struct err err = {0};
        if (matchers_parse(lists[i][0], &read, &err) < 0)
            fail_msg("%s: %s", lists[i][0], err.text);
        matchers_print(&read, &printed);
        assert_string_equal(buf_text(&printed), lists[i][1]);
        assert_int_equal(matchers_parse(buf_text(&printed), &again, &err), 0);
        assert_true(matchers_equal(&read, &again));
        matchers_free(&read);
        matchers_free(&again);
    }
    static const char *const wrong[] = {"", "{}", "{a=b", "a=b}", "{a=b} c", "a=\"b\" c=d", ",a=b"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct matchers none = {0};
        struct err err = {0};
        if (matchers_parse(wrong[i], &none, &err) == 0)
            fail_msg("\"%s\" was read", wrong[i]);
        assert_true(*err.text && none.n == 0);
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
        cmocka_unit_test(a_list_is_read_and_written_alike),
        cmocka_unit_test(an_expression_may_not_take_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
