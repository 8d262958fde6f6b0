#include "runbook/parts_testing.h"

#define LEVELS "# P\n\n## Severity\n\n- P1: flood\n- P2: rain\n\n"

struct expected {
    int line;
    int64_t after_s;
    const char *whom, *level; /* level NULL: any */
};

static void assert_rules(const struct runbook_parts *parts, const struct expected *expected, size_t n)
{
    size_t n_rules = 0;

    list_each (rule, &parts->escalations) {
        if (strcmp(rule->kind, "rule") != 0)
            continue;
        assert_true(n_rules < n);
        assert_int_equal(rule->line, expected[n_rules].line);
        assert_int_equal(rule->after_s, expected[n_rules].after_s);
        assert_int_equal(rule->to.n, 1);
        assert_string_equal(rule->to.at[0], expected[n_rules].whom);
        assert_int_equal(rule->applies_to.n, expected[n_rules].level != NULL);
        if (expected[n_rules].level)
            assert_string_equal(rule->applies_to.at[0], expected[n_rules].level);
        n_rules++;
    }
    assert_int_equal(n_rules, n);
}

static void paragraphs_that_begin_with_a_moment_are_the_rungs_of_a_ladder(void **state)
{
    (void)state;
    static const char *const texts[] = {
        LEVELS "## Escalation\n\n15 min: gate lead\n\n30 min: site director\n",
        LEVELS "## Escalation\n\n**15 minutes** \xe2\x80\x93 gate lead\n\n**30 minutes** \xe2\x80\x93 site "
               "director\n",
        LEVELS
        "## Escalation\n\nAfter 15 minutes: page the gate lead.\n\nAfter 30 minutes: site director.\n"};
    static const struct expected rules[] = {{10, 900, "gate lead", NULL}, {12, 1800, "site director", NULL}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scoped_arena struct arena *arena = arena_new();
        assert_rules(parts_of(arena, texts[i]), rules, 2);
    }
}

static void lines_of_a_paragraph_or_list_may_count_by_the_clock(void **state)
{
    (void)state;
    static const char *const texts[] = {
        LEVELS "## Escalation\n\nT+00:15 gate lead\nT+01:30 site director\n",
        LEVELS "## Escalation\n\n- T+00:15 gate lead is paged\n- T+01:30 site director is called\n",
        LEVELS "## Escalation\n\n- 15-90 min: gate lead\n- 90+ min: site director\n"};
    static const struct expected rules[] = {{10, 900, "gate lead", NULL}, {11, 5400, "site director", NULL}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        scoped_arena struct arena *arena = arena_new();
        assert_rules(parts_of(arena, texts[i]), rules, 2);
    }
}

static void a_ladder_of_lines_is_that_of_the_level_around_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const struct expected rules[] = {{12, 600, "gate lead", "P1"},
                                            {14, 1200, "site director", "P1"},
                                            {18, 1800, "gate lead", "P2"},
                                            {20, 3600, "site director", "P2"}};

    assert_rules(parts_of(arena,
                          LEVELS "## Escalation\n\n### P1\n\n10 min: gate lead\n\n20 min: site director\n\n"
                                 "### P2\n\n30 min: gate lead\n\n60 min: site director\n"),
                 rules, 4);
}

static void what_is_done_at_its_time_or_within_it_is_no_rung(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, LEVELS "## Escalation\n\n15 min: check the pump of the gate lead\n\n30 min: open the gate\n\n"
                      "## Timeline\n\n15 min: gate lead\n\n30 min: site director\n\n"
                      "## Escalation contacts\n\nWithin 15 min: gate lead\n\nWithin 30 min: site director\n");

    list_each (rule, &parts->escalations)
        assert_true(rule->after_s <= 0);
}

static void headings_of_tiers_say_from_when_on_they_are_called(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const struct expected rules[] = {
        {10, 0, "gate technician", NULL}, {14, 900, "gate lead", NULL}, {18, 2700, "site director", NULL}};

    assert_rules(parts_of(arena, LEVELS
                          "## Escalation policy\n\n### Tier 1: gate technician (0-15 minutes)\n\nLooks.\n\n"
                          "### Tier 2: gate lead (15-45 minutes)\n\nHelps.\n\n"
                          "### Tier 3: site director (45+ minutes)\n\nDecides.\n"),
                 rules, 3);
}

static void a_sentence_behind_that_of_a_level_says_whom_it_calls_when_nothing_happens(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const char *page =
        "# P\n\n## Severity\n\nFor P1, acknowledge within 5 minutes.\n\n"
        "For P2, acknowledge within 30 minutes. If there is no response in an hour and a half, "
        "call the gate lead.\n\n"
        "For P3, acknowledge within one and a half hours. The gate lead has no phone.\n";
    const struct runbook *runbook = runbook_read(arena, "page.md", page, strlen(page));

    assert_int_equal(runbook->severities.n, 3);
    assert_int_equal(runbook->severities.at[0].escalate_after_s, UNSTATED);
    assert_int_equal(runbook->severities.at[1].response_time_s, 1800);
    assert_int_equal(runbook->severities.at[1].escalate_after_s, 5400);
    assert_string_equal(runbook->severities.at[1].escalate_to.at[0], "gate lead");
    assert_int_equal(runbook->severities.at[2].response_time_s, 5400);
    assert_int_equal(runbook->severities.at[2].escalate_after_s, UNSTATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_that_begin_with_a_moment_are_the_rungs_of_a_ladder),
        cmocka_unit_test(lines_of_a_paragraph_or_list_may_count_by_the_clock),
        cmocka_unit_test(a_ladder_of_lines_is_that_of_the_level_around_it),
        cmocka_unit_test(headings_of_tiers_say_from_when_on_they_are_called),
        cmocka_unit_test(a_sentence_behind_that_of_a_level_says_whom_it_calls_when_nothing_happens),
        cmocka_unit_test(what_is_done_at_its_time_or_within_it_is_no_rung),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
