#include "cmd/suggest_limit.h"

#include "base/testing.h"
#include "runbook/severity.h"

static struct arena *arena;
static struct limit limit;

/* A limit in a document that has the procedures "Slow orders", "Late bills" and "Late bills (Export)". */
static bool read_stated(const char *text, const char *meaning, const char *line)
{
    static struct procedure procedures[] = {
        {.title = "Slow orders"}, {.title = "Late bills (Export)"}, {.title = "Late bills"}};
    struct runbook runbook = {.file = "shop.md"};
    struct threshold threshold = {.meaning = meaning, .line = 3};
    runbook.procedures.at = procedures;
    runbook.procedures.n = sizeof procedures / sizeof *procedures;
    condition_read(arena, text, &threshold.condition);
    return limit_read(arena, &runbook, &threshold, line, &limit);
}

static bool read(const char *text, const char *meaning)
{
    return read_stated(text, meaning, text);
}

static void test_a_check_is_named_after_its_procedure_and_what_is_measured(void **state)
{
    (void)state;
    assert_true(read("p95 latency > 500 ms", "Slow orders"));
    assert_string_equal(limit.id, "slow-orders-p95-latency");
    assert_string_equal(limit.alert, "SlowOrders");
    assert_string_equal(limit.bound, "500ms");
    assert_int_equal(limit.source, LIMIT_TIME);
    assert_false(limit.general);
    assert_true(read("error rate above 10 %", "SEV-2"));
    assert_string_equal(limit.id, "high-error-rate");
    assert_string_equal(limit.alert, "HighErrorRate");
    assert_true(limit.general);
    assert_true(read_stated("memory usage > 90 %", "Alerts", "- `PharmacyFull`: memory usage > 90 %"));
    assert_string_equal(limit.alert, "PharmacyFull");
    assert_string_equal(limit.id, "pharmacy-full-memory");
}

static void test_an_alert_finds_the_procedure_of_its_limit_and_not_its_namesake(void **state)
{
    (void)state;
    assert_true(read("latency > 3 s", "Late bills (Export)"));
    assert_string_equal(limit.alert, "LateBillsExport");
    assert_true(read("latency > 3 s", "Late bills"));
    assert_string_equal(limit.alert, "LateBills");
}

static void test_what_is_good_when_high_is_bad_below(void **state)
{
    (void)state;
    assert_true(read("success rate < 95 %", "Slow orders"));
    assert_true(limit.falls && !limit.target);
    assert_true(read("success rate >= 99 %", "Slow orders"));
    assert_true(limit.falls && limit.target);
    assert_true(read("latency < 200 ms", "Slow orders"));
    assert_true(!limit.falls && limit.target);
}

static void test_how_long_it_is_bad_and_which_part_of_the_answers_is_stated_in_words(void **state)
{
    (void)state;
    assert_true(read("latency of the 95th percentile is over 750 ms for 5 minutes", "Slow orders"));
    assert_string_equal(limit.aggregate, "p95");
    assert_int_equal(limit.for_s, 300);
    assert_true(read("latency > 500 ms for more than 90 seconds", "Slow orders"));
    assert_null(limit.aggregate);
    assert_int_equal(limit.for_s, 90);
    assert_true(read("latency > 500 ms, page the lead for 10 minutes", "Slow orders"));
    assert_int_equal(limit.for_s, 0);
}

static void test_a_time_of_hours_is_no_answer_of_an_endpoint(void **state)
{
    (void)state;
    assert_true(read("duration > 4 hours", "Slow orders"));
    assert_int_equal(limit.source, LIMIT_SERIES);
    assert_true(read("> 100 ms", "P99"));
    assert_string_equal(limit.aggregate, "p99");
}

static void test_numbers_about_nothing_that_can_be_looked_at_are_no_limits(void **state)
{
    (void)state;
    assert_false(read("up to 3 tests may run", "Slow orders"));
    assert_false(read("more than 50 % of users affected", "SEV-1"));
    assert_false(read("pods are pending for more than 5 minutes", "Slow orders"));
    assert_false(read("latency > 5 %", "SEV-1"));
    assert_false(read("CPU > 3 s", "SEV-1"));
    assert_false(read("service down", "Slow orders"));
    assert_false(read_stated("errors < 1 %", "Slow orders", "# errors < 1 %"));
    assert_false(read_stated("errors < 1 %", "Slow orders", "- [ ] errors < 1 %"));
}

static void test_a_word_behind_the_number_says_what_is_counted(void **state)
{
    (void)state;
    assert_true(read("a clerk causes > 40 audit events", "Slow orders"));
    assert_string_equal(limit.subject, "events");
    assert_int_equal(limit.source, LIMIT_LOG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_check_is_named_after_its_procedure_and_what_is_measured),
        cmocka_unit_test(test_an_alert_finds_the_procedure_of_its_limit_and_not_its_namesake),
        cmocka_unit_test(test_what_is_good_when_high_is_bad_below),
        cmocka_unit_test(test_how_long_it_is_bad_and_which_part_of_the_answers_is_stated_in_words),
        cmocka_unit_test(test_a_time_of_hours_is_no_answer_of_an_endpoint),
        cmocka_unit_test(test_numbers_about_nothing_that_can_be_looked_at_are_no_limits),
        cmocka_unit_test(test_a_word_behind_the_number_says_what_is_counted),
    };
    arena = arena_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return failed;
}
