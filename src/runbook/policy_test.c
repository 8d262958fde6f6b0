#include "runbook/policy.h"

#include <stdlib.h>
#include <string.h>

#include "base/testing.h"

/* Runbooks with levels as the reader gives them, without a document. */
struct fixture {
    struct arena *arena;
    struct runbook runbook;
};

static struct severity *level(struct fixture *fixture, const char *id, const char *label)
{
    struct severity *severity = list_push(fixture->arena, &fixture->runbook.severities);
    severity->id = id;
    severity->label = label;
    severity->rank = (int)fixture->runbook.severities.n;
    severity->line = 10 * severity->rank;
    return severity;
}

static struct criterion *example(struct fixture *fixture, size_t at, const char *text, int line)
{
    struct criterion *criterion = list_push(fixture->arena, &fixture->runbook.severities.at[at].examples);
    criterion->text = text;
    criterion->line = line;
    return criterion;
}

static int start(void **state)
{
    struct fixture *fixture = heap_alloc(sizeof *fixture);
    fixture->arena = arena_new();
    level(fixture, "SEV-1", "Critical");
    level(fixture, "SEV-2", "High");
    level(fixture, "SEV-3", "Medium");
    level(fixture, "SEV-4", "Low");
    *state = fixture;
    return 0;
}

static int start_without_levels(void **state)
{
    struct fixture *fixture = heap_alloc(sizeof *fixture);
    fixture->arena = arena_new();
    *state = fixture;
    return 0;
}

static int stop(void **state)
{
    struct fixture *fixture = *state;
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static struct severity_choice choose(struct fixture *fixture, const struct procedure *procedure,
                                     const char *alertname, const char *severity, const char *value)
{
    struct label *labels = arena_alloc(fixture->arena, 2 * sizeof *labels);
    struct match_query query = {.alertname = alertname, .labels = labels};
    if (severity)
        labels[query.n_labels++] = (struct label){.name = "severity", .value = severity};
    if (value)
        labels[query.n_labels++] = (struct label){.name = "value", .value = value};
    return severity_choose(fixture->arena, &fixture->runbook, procedure, &query);
}

static void assert_level(struct severity_choice choice, const char *id, int line, const char *part_of_why)
{
    assert_string_equal(choice.id, id);
    assert_int_equal(choice.line, line);
    if (!strstr(choice.why, part_of_why))
        print_error("why: %s\n", choice.why);
    assert_non_null(strstr(choice.why, part_of_why));
}

static void a_label_names_a_level_however_it_is_written(void **state)
{
    assert_level(choose(*state, NULL, "X", "SEV-2", NULL), "SEV-2", 20,
                 "label severity=SEV-2 names SEV-2 (High)");
    assert_level(choose(*state, NULL, "X", "sev2", NULL), "SEV-2", 20, "severity=sev2");
    assert_level(choose(*state, NULL, "X", "2", NULL), "SEV-2", 20, "severity=2");
    assert_level(choose(*state, NULL, "X", "Severity 3", NULL), "SEV-3", 30, "Severity 3");
}

static void a_level_of_another_scheme_is_taken_by_its_number(void **state)
{
    assert_level(choose(*state, NULL, "X", "P3", NULL), "SEV-3", 30, "P3");
    assert_level(choose(*state, NULL, "X", "P0", NULL), "SEV-1", 10, "P0");
    assert_level(choose(*state, NULL, "X", "P9", NULL), "SEV-4", 40, "P9");
}

static void levels_may_be_lettered(void **state)
{
    struct fixture *fixture = *state;
    level(fixture, "Sev A", NULL);
    level(fixture, "Sev B", NULL);
    assert_level(choose(fixture, NULL, "X", "sev-b", NULL), "Sev B", 20, "names Sev B");
}

static void a_general_word_finds_the_level_that_is_labelled_so(void **state)
{
    assert_level(choose(*state, NULL, "ServiceDown", "critical", NULL), "SEV-1", 10,
                 "label severity=critical is SEV-1 (Critical) (line 10)");
    assert_level(choose(*state, NULL, "X", "Medium", NULL), "SEV-3", 30, "SEV-3 (Medium)");
}

static void a_general_word_finds_the_level_labelled_with_a_word_of_its_line(void **state)
{
    assert_level(choose(*state, NULL, "X", "page", NULL), "SEV-1", 10, "severity=page is SEV-1");
    assert_level(choose(*state, NULL, "X", "warning", NULL), "SEV-3", 30, "severity=warning is SEV-3");
    assert_level(choose(*state, NULL, "X", "info", NULL), "SEV-4", 40, "severity=info is SEV-4");
}

static void a_general_word_takes_its_place_among_levels_without_labels(void **state)
{
    struct fixture *fixture = *state;
    level(fixture, "S0", "Service unavailable");
    level(fixture, "S1", "Degraded");
    level(fixture, "S2", "Nuisance");
    assert_level(choose(fixture, NULL, "X", "critical", NULL), "S0", 10, "by its place");
    assert_level(choose(fixture, NULL, "X", "warning", NULL), "S1", 20, "by its place");
    assert_level(choose(fixture, NULL, "X", "info", NULL), "S2", 30, "by its place");
    level(fixture, "S3", NULL);
    assert_level(choose(fixture, NULL, "X", "high", NULL), "S1", 20, "by its place");
    assert_level(choose(fixture, NULL, "X", "warning", NULL), "S2", 30, "by its place");
}

static void ranks_count_not_the_order_in_the_document(void **state)
{
    struct fixture *fixture = *state;
    level(fixture, "P3", NULL)->rank = 3;
    level(fixture, "P1", NULL)->rank = 1;
    level(fixture, "P2", NULL)->rank = 2;
    assert_level(choose(fixture, NULL, "X", "critical", NULL), "P1", 20, "P1");
    assert_level(choose(fixture, NULL, "X", NULL, NULL), "P1", 20, "nothing states a severity");
}

static void the_procedure_states_its_level(void **state)
{
    struct procedure procedure = {.title = "Model drift",
                                  .severity = "SEV-2",
                                  .severity_basis = "stated",
                                  .severity_line = 77,
                                  .line = 70};
    assert_level(choose(*state, &procedure, "X", NULL, NULL), "SEV-2", 77, "\"Model drift\" states SEV-2");
}

static void an_inferred_level_counts_only_when_nothing_else_speaks(void **state)
{
    struct procedure procedure = {
        .title = "T", .severity = "SEV-1", .severity_basis = "inferred", .line = 70};
    assert_level(choose(*state, &procedure, "X", NULL, NULL), "SEV-1", 70, "suggests SEV-1");
    assert_level(choose(*state, &procedure, "X", "low", NULL), "SEV-4", 40, "severity=low");
}

static void the_words_of_an_example_are_met(void **state)
{
    struct fixture *fixture = *state;
    example(fixture, 0, "Service completely down", 11);
    example(fixture, 0, "Data breach", 12);
    example(fixture, 1, "severe latency issues", 21);
    assert_level(choose(fixture, NULL, "ServiceDown", NULL, NULL), "SEV-1", 11,
                 "meets the example \"Service completely down\" of SEV-1");
    assert_level(choose(fixture, NULL, "ShopSlow", NULL, NULL), "SEV-2", 21, "latency");
    assert_level(choose(fixture, NULL, "DataLeakSuspected", NULL, NULL), "SEV-1", 12, "Data breach");
}

static void an_example_of_something_else_is_not_met(void **state)
{
    struct fixture *fixture = *state;
    example(fixture, 1, "Service completely down", 21);
    assert_level(choose(fixture, NULL, "DatabaseDown", NULL, NULL), "SEV-1", 10, "nothing states a severity");
    assert_level(choose(fixture, NULL, "ServiceCertificateExpiry", NULL, NULL), "SEV-1", 10,
                 "nothing states a severity");
}

static void the_procedure_meets_an_example_when_the_alert_name_does_not(void **state)
{
    struct fixture *fixture = *state;
    struct procedure procedure = {.title = "Service Down Alert"};
    example(fixture, 1, "Service completely down", 21);
    assert_level(choose(fixture, &procedure, "ProbeBlackboxFailing", NULL, NULL), "SEV-2", 21,
                 "the procedure meets the example");
}

static void degrees_choose_between_examples_that_fit_alike(void **state)
{
    struct fixture *fixture = *state;
    example(fixture, 1, "High error rate", 21);
    example(fixture, 2, "Elevated error rate", 31);
    assert_level(choose(fixture, NULL, "HighErrorRate", NULL, NULL), "SEV-2", 21, "High error rate");
    assert_level(choose(fixture, NULL, "ElevatedErrorRate", NULL, NULL), "SEV-3", 31, "Elevated error rate");
    assert_level(choose(fixture, NULL, "Errors", NULL, NULL), "SEV-2", 21, "High error rate");
}

static void a_value_decides_between_thresholds(void **state)
{
    struct fixture *fixture = *state;
    struct condition high = {.op = ">", .has_value = true, .value = 10, .unit = "%"};
    struct condition middle = {.op = ">=",
                               .has_value = true,
                               .value = 1,
                               .unit = "%",
                               .op_hi = "<=",
                               .has_value_hi = true,
                               .value_hi = 10};
    example(fixture, 1, "High error rate (>10%)", 21)->condition = high;
    example(fixture, 2, "Elevated error rate (1-10%)", 31)->condition = middle;
    assert_level(choose(fixture, NULL, "HighErrorRate", NULL, "4.5"), "SEV-3", 31, "(1-10%)");
    assert_level(choose(fixture, NULL, "HighErrorRate", NULL, "0.12"), "SEV-2", 21, "(>10%)");
    assert_level(choose(fixture, NULL, "HighErrorRate", NULL, NULL), "SEV-2", 21, "(>10%)");
}

/* Its name fits what is beyond the limit as well. */
static void the_words_of_a_limit_that_nobody_measured_do_not_lower_what_the_procedure_suggests(void **state)
{
    struct fixture *fixture = *state;
    struct procedure procedure = {
        .title = "Scoring fails", .severity = "SEV-1", .severity_basis = "inferred", .line = 70};
    const struct condition few = {.op = ">=",
                                  .has_value = true,
                                  .value = 1,
                                  .unit = "%",
                                  .op_hi = "<=",
                                  .has_value_hi = true,
                                  .value_hi = 5};
    example(fixture, 2, "1-5% of jobs failing", 31)->condition = few;
    struct severity_choice choice = choose(fixture, &procedure, "JobFailures", NULL, NULL);
    assert_level(choice, "SEV-1", 70, "suggests SEV-1");
    assert_non_null(strstr(choice.why, "the more severe of two wins: the alert meets the example"));
    assert_level(choose(fixture, &procedure, "JobFailures", NULL, "3"), "SEV-3", 31, "1-5%");
}

static void of_two_that_disagree_the_more_severe_wins_and_both_are_told(void **state)
{
    struct procedure procedure = {
        .title = "Disk", .severity = "SEV-3", .severity_basis = "stated", .severity_line = 77};
    struct severity_choice choice = choose(*state, &procedure, "DiskFull", "critical", NULL);
    assert_level(choice, "SEV-1", 10, "severity=critical is SEV-1");
    assert_non_null(strstr(choice.why, "states SEV-3"));
    choice = choose(*state, &procedure, "DiskFull", "info", NULL);
    assert_level(choice, "SEV-3", 77, "states SEV-3");
    assert_non_null(strstr(choice.why, "severity=info"));
}

static void an_estimate_by_rank_does_not_overrule_what_is_stated(void **state)
{
    struct fixture *fixture = *state;
    struct procedure procedure = {
        .title = "Drift", .severity = "S2", .severity_basis = "stated", .severity_line = 77};
    level(fixture, "S0", "Service unavailable");
    level(fixture, "S1", "Degraded");
    level(fixture, "S2", "Nuisance");
    struct severity_choice choice = choose(fixture, &procedure, "ModelDrift", "warning", NULL);
    assert_level(choice, "S2", 77, "states S2");
    assert_non_null(strstr(choice.why, "the estimate: label severity=warning is S1"));
    assert_level(choose(fixture, &procedure, "ModelDrift", "critical", NULL), "S0", 10, "states S2");
}

static void sources_that_agree_are_told_once_each(void **state)
{
    struct fixture *fixture = *state;
    example(fixture, 0, "Service completely down", 11);
    struct severity_choice choice = choose(fixture, NULL, "ServiceDown", "critical", NULL);
    assert_level(choice, "SEV-1", 11, "Service completely down");
    assert_non_null(strstr(choice.why, " and label severity=critical is SEV-1 (Critical)"));
    assert_null(strstr(choice.why, "more severe"));
}

static void when_nothing_speaks_the_most_severe_level_stands(void **state)
{
    struct severity_choice choice = choose(*state, NULL, "Mystery", NULL, NULL);
    assert_level(choice, "SEV-1", 10, "nothing states a severity");
    assert_int_equal(choice.rank, 1);
}

static void an_unknown_word_in_the_label_says_nothing(void **state)
{
    assert_level(choose(*state, NULL, "X", "purple", NULL), "SEV-1", 10, "nothing states a severity");
    assert_level(choose(*state, NULL, "X", "", NULL), "SEV-1", 10, "nothing states a severity");
}

static void a_runbook_without_levels_keeps_the_alerts_own_word(void **state)
{
    struct severity_choice choice = choose(*state, NULL, "X", "critical", NULL);
    assert_null(choice.severity);
    assert_level(choice, "critical", 0, "no severity levels");
    assert_int_equal(choice.rank, 0);
    assert_level(choose(*state, NULL, "X", NULL, NULL), "unknown", 0, "names none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_label_names_a_level_however_it_is_written, start, stop),
        cmocka_unit_test_setup_teardown(a_level_of_another_scheme_is_taken_by_its_number, start, stop),
        cmocka_unit_test_setup_teardown(levels_may_be_lettered, start_without_levels, stop),
        cmocka_unit_test_setup_teardown(a_general_word_finds_the_level_that_is_labelled_so, start, stop),
        cmocka_unit_test_setup_teardown(a_general_word_finds_the_level_labelled_with_a_word_of_its_line,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_general_word_takes_its_place_among_levels_without_labels,
                                        start_without_levels, stop),
        cmocka_unit_test_setup_teardown(ranks_count_not_the_order_in_the_document, start_without_levels,
                                        stop),
        cmocka_unit_test_setup_teardown(the_procedure_states_its_level, start, stop),
        cmocka_unit_test_setup_teardown(an_inferred_level_counts_only_when_nothing_else_speaks, start, stop),
        cmocka_unit_test_setup_teardown(the_words_of_an_example_are_met, start, stop),
        cmocka_unit_test_setup_teardown(an_example_of_something_else_is_not_met, start, stop),
        cmocka_unit_test_setup_teardown(the_procedure_meets_an_example_when_the_alert_name_does_not, start,
                                        stop),
        cmocka_unit_test_setup_teardown(degrees_choose_between_examples_that_fit_alike, start, stop),
        cmocka_unit_test_setup_teardown(a_value_decides_between_thresholds, start, stop),
        cmocka_unit_test_setup_teardown(
            the_words_of_a_limit_that_nobody_measured_do_not_lower_what_the_procedure_suggests, start, stop),
        cmocka_unit_test_setup_teardown(of_two_that_disagree_the_more_severe_wins_and_both_are_told, start,
                                        stop),
        cmocka_unit_test_setup_teardown(an_estimate_by_rank_does_not_overrule_what_is_stated,
                                        start_without_levels, stop),
        cmocka_unit_test_setup_teardown(sources_that_agree_are_told_once_each, start, stop),
        cmocka_unit_test_setup_teardown(when_nothing_speaks_the_most_severe_level_stands, start, stop),
        cmocka_unit_test_setup_teardown(an_unknown_word_in_the_label_says_nothing, start, stop),
        cmocka_unit_test_setup_teardown(a_runbook_without_levels_keeps_the_alerts_own_word,
                                        start_without_levels, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
