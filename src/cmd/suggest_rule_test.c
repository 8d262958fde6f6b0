#include "cmd/suggest_rule.h"

#include <string.h>

#include "base/testing.h"

static struct arena *arena;
static struct written_rule rule;

static bool rule_at(const char *document, int line)
{
    return written_rule_read(arena, document, strlen(document), line, &rule);
}

static void test_a_rule_is_a_query_a_limit_a_name_and_how_long(void **state)
{
    (void)state;
    assert_true(rule_at(
        "```yaml\n- alert: PharmacySlow\n  expr: histogram_quantile(0.9, rate(a{b=\"<3\"}[5m])) > 2.5\n"
        "  for: 10m\n- alert: Next\n  expr: up < 1\n",
        3));
    assert_string_equal(rule.query, "histogram_quantile(0.9, rate(a{b=\"<3\"}[5m]))");
    assert_string_equal(rule.bound, "2.5");
    assert_string_equal(rule.alert, "PharmacySlow");
    assert_int_equal(rule.for_s, 600);
    assert_false(rule.falls);
    assert_true(rule_at("- alert: A\n  expr: x > 1\n- alert: Next\n  expr: 'up <= 0.5'\n  for: 1m\n", 4));
    assert_string_equal(rule.query, "up");
    assert_string_equal(rule.alert, "Next");
    assert_true(rule.falls);
}

static void test_the_name_and_the_time_of_another_rule_are_not_taken(void **state)
{
    (void)state;
    assert_true(rule_at("- alert: A\n  expr: x > 1\n- alert: Next\n  expr: y > 2\n  for: 1m\n", 2));
    assert_string_equal(rule.alert, "A");
    assert_int_equal(rule.for_s, 0);
}

static void test_what_compares_with_no_number_is_no_rule(void **state)
{
    (void)state;
    assert_false(rule_at("expr: a > b\n", 1));
    assert_false(rule_at("expr: rate(a[5m]\n", 1));
    assert_false(rule_at("expr: (a > 3\n", 1));
    assert_false(rule_at("expr: > 3\n", 1));
    assert_false(rule_at("expr: a > 0x10\n", 1));
    assert_false(rule_at("expr: |\n  a > 3\n", 1));
    assert_false(rule_at("a > 3\n", 1));
    assert_false(rule_at("", 7));
}

static void test_a_name_that_is_none_is_left_out(void **state)
{
    (void)state;
    assert_true(rule_at("- alert: \"x: [y\"\n  expr: a > 3\n", 2));
    assert_null(rule.alert);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rule_is_a_query_a_limit_a_name_and_how_long),
        cmocka_unit_test(test_the_name_and_the_time_of_another_rule_are_not_taken),
        cmocka_unit_test(test_what_compares_with_no_number_is_no_rule),
        cmocka_unit_test(test_a_name_that_is_none_is_left_out),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
