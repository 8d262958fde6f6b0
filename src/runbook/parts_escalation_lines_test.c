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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_that_begin_with_a_moment_are_the_rungs_of_a_ladder),
        cmocka_unit_test(lines_of_a_paragraph_or_list_may_count_by_the_clock),
        cmocka_unit_test(a_ladder_of_lines_is_that_of_the_level_around_it),
        cmocka_unit_test(what_is_done_at_its_time_or_within_it_is_no_rung),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
