#include <string.h>

#include "base/testing.h"
#include "drill/plan.h"
#include "drill/result.h"

static const char file[] =
    "scenario: S1.down\nabout: It is down.\nrunbook: shop.md\n"
    "inject: {container.api.state: exited, load: 90, text: \"7\"}\n"
    "detect:\n  url: http://api/health\n  alert: {alertname: Down}\n  summary: no answer\n"
    "expect: {procedure: Shop down}\n"
    "respond:\n  - run: restart api\n    values: {pod: = pod_name}\n"
    "  - {by_hand: mends the file, shell: \"true\"}\n"
    "verify: healthy\nlacks: [a command]\n";

static void a_drill_file_is_read(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    struct drill_plan plan = {0};
    struct err err = {0};
    assert_int_equal(drill_plan_read(arena, file, sizeof file - 1, &plan, &err), 0);
    assert_string_equal(plan.scenario, "S1.down");
    assert_int_equal(plan.inject.n, 3);
    assert_false(plan.inject.at[0].is_number);
    assert_true(plan.inject.at[1].is_number);
    assert_false(plan.inject.at[2].is_number); /* in quotes: a text */
    assert_int_equal(plan.acts.n, 2);
    assert_string_equal(plan.acts.at[0].values.at[0].value, "= pod_name");
    assert_string_equal(plan.acts.at[1].shell, "true");
    assert_int_equal(plan.lacks.n, 1);
}

static void a_check_reads_again_as_it_was_written(void **state)
{
    (void)state;
    static const char text[] =
        "scenario: x\nabout: y\nrunbook: z\nverify: v\n"
        "detect:\n  summary: s\n  checks:\n"
        "    - id: slow\n      above: 200ms\n      labels: {team: \"7\", of: [a, \"b: c\"]}\n"
        "expect: {procedure: p}\n";
    scoped_arena struct arena *arena = arena_new();
    struct drill_plan plan = {0};
    struct err err = {0};
    assert_int_equal(drill_plan_read(arena, text, sizeof text - 1, &plan, &err), 0);
    assert_int_equal(plan.checks.n, 1);
    assert_string_equal(plan.checks.at[0].id, "slow");
    assert_string_equal(plan.checks.at[0].keys, "above: 200ms, labels: {team: \"7\", of: [a, \"b: c\"]}");
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"scenario: x\n", "line 1: about: a text is wanted"},
        {"scenario: x\nabout: y\nrunbook: [a]\n", "line 3: runbook: a text is wanted"},
        {"scenario: x\nabout: y\nrunbook: z\nverify: v\ndetect: {summary: s, alert: {a: b}}\nexpect: "
         "{procedure: p}\n",
         "line 5: detect: has url:, when:, shell: or checks:"},
        {"scenario: x\nabout: y\nrunbook: z\nverify: v\ndetect: {summary: s, when: w}\nexpect: {procedure: "
         "p}\n",
         "line 5: detect: has alert: with the labels of the alert"},
        {"scenario: x\nabout: y\nrunbook: z\nverify: v\ndetect: {summary: s, when: w, checks: [{id: a}]}\n"
         "expect: {procedure: p}\n",
         "line 5: detect: has checks:, or url:, when:, shell: and alert:, not both"},
        {"scenario: x\nabout: y\nrunbook: z\nverify: v\ndetect: {summary: s, checks: [{id: a}]}\n"
         "expect: {procedure: p, checks: [b]}\n",
         "line 6: expect: detect: has no check \"b\""},
        {"scenario: x\nabout: y\nrunbook: z\nverify: v\ndetect: {summary: s, checks: [{id: a}]}\n"
         "expect: {procedure: p, checks: [a]}\nrecover_time: 2h\n",
         "line 7: recover_time: 1s to 10m is wanted"},
        {"scenario: x\nabout: y\nrunbook: z\nverify: v\ndetect: {summary: s, checks: [a]}\n"
         "expect: {procedure: p}\n",
         "line 5: a check with an id: is wanted"},
        {"scenario: x\nabout: y\nrunbook: z\nverify: v\ndetect: {summary: s, when: w, alert: {a: b}}\n"
         "expect: {procedure: p}\nrespond:\n  - {run: a, open: b}\n",
         "line 8: one of run:, open: and by_hand: is wanted"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scoped_arena struct arena *arena = arena_new();
        struct drill_plan plan = {0};
        struct err err = {0};
        assert_int_equal(drill_plan_read(arena, cases[i][0], strlen(cases[i][0]), &plan, &err), -1);
        assert_string_equal(err.text, cases[i][1]);
    }
}

static void the_score_counts_stages_failures_and_gaps(void **state)
{
    (void)state;
    static const char *lacks[] = {"a command"};
    struct drill_plan plan = {0};
    struct drill_result result = {.plan = &plan,
                                  .detected_us = 1,
                                  .paged_us = 2,
                                  .diagnosed_us = 3,
                                  .mitigated_us = 4,
                                  .verified_us = 5};
    assert_int_equal(drill_score(&result), 100);
    result.verified_us = 0;
    assert_int_equal(drill_score(&result), 85);
    plan.lacks.at = lacks;
    plan.lacks.n = 1;
    assert_int_equal(drill_score(&result), 75);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drill_file_is_read),
        cmocka_unit_test(a_check_reads_again_as_it_was_written),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(the_score_counts_stages_failures_and_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
