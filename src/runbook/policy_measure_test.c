#include "runbook/policy.h"

#include <string.h>

#include "base/testing.h"

static const char levels[] =
    "# Scan archive\n\n## Severity levels\n\n"
    "### SEV-1 - Critical\n- **Examples**: more than half of users affected, scan "
    "error rate > 25 %, archive down for more than 30 minutes\n\n"
    "### SEV-2 - High\n- **Examples**: 25 % to less than 50 % of users affected, scan "
    "error rate > 10 %, p95 latency > 2 s\n\n"
    "### SEV-3 - Medium\n- **Examples**: scan error rate 1-10 %, memory usage above "
    "90 %, queue depth > 1000, import lag > 5 min and queue depth > 100\n";

static struct severity_choice choose(struct arena *arena, const char *alertname, const char *severity,
                                     const char *name, const char *value)
{
    struct label *label = arena_alloc(arena, sizeof *label), *annotation = arena_alloc(arena, sizeof *label);
    *label = (struct label){"severity", severity};
    *annotation = (struct label){name, value};
    struct match_query query = {.alertname = alertname,
                                .labels = label,
                                .n_labels = severity != NULL,
                                .annotations = annotation,
                                .n_annotations = 1};
    return severity_choose(arena, runbook_read(arena, "r.md", levels, strlen(levels)), NULL, &query);
}

static void assert_summary(const char *summary, const char *severity, const char *id, const char *part_of_why)
{
    scoped_arena struct arena *arena = arena_new();
    struct severity_choice choice = choose(arena, "ArchiveTrouble", severity, "summary", summary);
    if (strcmp(choice.id, id) != 0 || !strstr(choice.why, part_of_why))
        fail_msg("%s: %s, %s", summary, choice.id, choice.why);
}

static void a_measured_value_finds_its_level_with_reason_and_line(void **state)
{
    (void)state;
    assert_summary("scan error rate is 30%", "low", "SEV-1",
                   "scan error rate is 30% is over \"scan error rate > 25 %\" of SEV-1");
    assert_summary("scan error rate is 12%", "low", "SEV-2", "(line 9)");
    assert_summary("scan error rate is 4%", "low", "SEV-3", "is within \"scan error rate 1-10 %\"");
    assert_summary("35% of users affected", "low", "SEV-2", "25 % to less than 50 % of users");
    assert_summary("60 % of users are affected", "low", "SEV-1", "more than half of users");
    assert_summary("p95 latency 2.3s", "low", "SEV-2", "p95 latency > 2 s");
    assert_summary("memory at 95 %", "info", "SEV-3", "memory usage above 90 %");
    assert_summary("archive down for 45m", "low", "SEV-1", "more than 30 minutes");
}

static void a_value_of_something_else_meets_nothing(void **state)
{
    (void)state;
    assert_summary("disk usage is 95%", "medium", "SEV-3", "severity=medium");
    assert_summary("p99 latency 2.3s", "medium", "SEV-3", "severity=medium");
    assert_summary("scan error rate is 0.2%", "medium", "SEV-3", "severity=medium");
    assert_summary("latency high for 10m", "medium", "SEV-3", "severity=medium");
    assert_summary("scan count is 40", "medium", "SEV-3", "severity=medium");
}

static void both_of_two_joined_limits_must_hold(void **state)
{
    (void)state;
    assert_summary("import lag 10m, queue depth 500", "SEV-2", "SEV-2",
                   "import lag > 5 min and queue depth > 100");
    assert_summary("import lag 10m, queue depth 50", "SEV-2", "SEV-2",
                   "severity=SEV-2 names SEV-2 (High) (line 8)");
}

static void of_two_joined_limits_the_one_that_is_measured_tells_enough_to_fail(void **state)
{
    (void)state;
    assert_summary("queue depth 50", "medium", "SEV-3", "severity=medium");
    assert_summary("import lag 1m", "medium", "SEV-3", "severity=medium");
    assert_summary("queue depth 500", "medium", "SEV-3", "severity=medium");
}

static void a_bare_number_needs_the_name_of_its_quantity(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    assert_string_equal(choose(arena, "ScanErrorRate", "medium", "value", "0.3").id, "SEV-1");
    assert_string_equal(choose(arena, "ScanErrorRate", "medium", "value", "12").id, "SEV-2");
    assert_string_equal(choose(arena, "ArchiveTrouble", "medium", "value", "0.3").id, "SEV-3");
    struct severity_choice choice = choose(arena, "QueueDepth", "low", "value", "1400");
    assert_string_equal(choice.id, "SEV-3");
    assert_non_null(strstr(choice.why, "the alert's value 1400 is over"));
}

static void a_label_that_names_a_worse_level_stands_and_both_are_told(void **state)
{
    (void)state;
    assert_summary("scan error rate is 4%", "SEV-1", "SEV-1", "severity=SEV-1 names SEV-1");
    assert_summary("scan error rate is 4%", "SEV-1", "SEV-1", "scan error rate is 4% is within");
    assert_summary("scan error rate is 30%", "SEV-3", "SEV-1", "severity=SEV-3");
}

static const char counted[] =
    "# Orders\n\n## Severity levels\n\n- P1: more than 1000 orders lost\n- P2: 100 to 1000 orders lost\n"
    "- P3: fewer than 100 orders lost\n";

static void a_range_without_a_unit_is_met_by_what_it_counts(void **state)
{
    (void)state;
    static const struct {
        const char *summary, *id;
    } cases[] = {{"250 orders lost", "P2"}, {"12 orders lost", "P3"}, {"1,500 orders lost", "P1"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct label annotation = {"summary", cases[i].summary};
        struct match_query query = {
            .alertname = "OrdersLost", .annotations = &annotation, .n_annotations = 1};
        const struct runbook *runbook = runbook_read(arena, "r.md", counted, strlen(counted));
        assert_string_equal(severity_choose(arena, runbook, NULL, &query).id, cases[i].id);
    }
}

static void a_limit_in_brackets_behind_the_value_is_no_reason_to_overlook_it(void **state)
{
    (void)state;
    assert_summary("scan error rate is 12% (threshold 10%)", NULL, "SEV-2", "error rate > 10 %");
    assert_summary("p95 latency is 3s (limit: 2s)", NULL, "SEV-2", "p95 latency > 2 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measured_value_finds_its_level_with_reason_and_line),
        cmocka_unit_test(a_value_of_something_else_meets_nothing),
        cmocka_unit_test(both_of_two_joined_limits_must_hold),
        cmocka_unit_test(of_two_joined_limits_the_one_that_is_measured_tells_enough_to_fail),
        cmocka_unit_test(a_bare_number_needs_the_name_of_its_quantity),
        cmocka_unit_test(a_label_that_names_a_worse_level_stands_and_both_are_told),
        cmocka_unit_test(a_range_without_a_unit_is_met_by_what_it_counts),
        cmocka_unit_test(a_limit_in_brackets_behind_the_value_is_no_reason_to_overlook_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
