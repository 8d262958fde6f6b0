#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"

static struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

static void a_sentence_or_a_table_of_alerts_states_the_severity(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# P\n\n## Severity\n\n| Sev | Meaning | Response |\n|---|---|---|\n| 1 | flood | 5 min |\n"
        "| 2 | leak | 1 h |\n\n## Alerts\n\n| Alert | Priority |\n|---|---|\n| WaterHigh | Sev 1 |\n\n"
        "### WaterHigh\n\n1. Close the gate.\n\n### WaterLow\n\n> **Severity: 2**. The tank runs dry.\n\n"
        "1. Open the gate.\n\n### WaterBrown\n\nThis is a Sev 2 incident.\n\n1. Close the tap.\n\n"
        "### WaterCold\n\nSeveral of our pumps are P1 models.\n\n1. Wait.\n");
    static const char *const stated[] = {"Sev 1", "Sev 2", "Sev 2"};

    assert_int_equal(runbook->procedures.n, 4);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(runbook->procedures.at[i].severity, stated[i]);
    assert_int_equal(runbook->procedures.at[0].severity_line, 14);
    assert_null(runbook->procedures.at[3].severity);
}

static void the_last_sentence_of_a_paragraph_may_be_a_level_and_nothing_else(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# P\n\n## Alerts\n\n### WaterHigh\n\n_Fires above 3 m for 10m. Sev 2._\n\n1. Close the gate.\n\n"
        "### WaterLow\n\nFires below 1 m. See P1.\n\n1. Open the gate.\n");

    assert_string_equal(runbook->procedures.at[0].severity, "Sev 2");
    assert_null(runbook->procedures.at[1].severity);
}

static void a_label_of_impact_states_the_severity_where_only_a_level_follows(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# P\n\n## Alerts\n\n### WaterHigh\n\nImpact: SEV-2\n\n1. Close the gate.\n\n"
                         "### WaterLow\n\n**Business impact:** P1\n\n1. Open the gate.\n\n"
                         "### WaterBrown\n\n- Classification: Sev 3.\n\n1. Close the tap.\n\n"
                         "### WaterCold\n\n**Impact:** P1 customers wait\n\n1. Wait.\n\n"
                         "### WaterGone\n\nImpact: P1 pumps stop\n\n1. Wait.\n");
    static const char *const stated[] = {"SEV-2", "P1", "Sev 3"};

    assert_int_equal(runbook->procedures.n, 5);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(runbook->procedures.at[i].severity, stated[i]);
    assert_null(runbook->procedures.at[3].severity);
    assert_null(runbook->procedures.at[4].severity);
}

static void a_level_in_the_bracket_of_a_title_is_stated(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(arena, "# P\n\n## Water high (critical)\n\n1. Close the "
                                                     "gate.\n\n## Water low (night shift)\n\n1. Open it.\n");

    assert_string_equal(runbook->procedures.at[0].severity, "critical");
    assert_null(runbook->procedures.at[1].severity);
}

static void a_label_that_is_what_the_levels_are_called_states_the_severity(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, "# P\n\n| Class | First reaction |\n|---|---|\n| 1 \xe2\x80\x94 Red | 10 min |\n"
                         "| 2 \xe2\x80\x94 Amber | 30 min |\n\n## Gate stuck\n\n**Class:** Amber (Red above "
                         "2000)\n\n1. Turn the crank.\n\n## Gate open\n\n**Class:** usual\n\n1. Close it.\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_string_equal(runbook->procedures.at[0].severity, "Class 2");
    assert_int_equal(runbook->procedures.at[0].severity_line, 10);
    assert_null(runbook->procedures.at[1].severity);
}

static void a_level_says_in_its_line_whom_it_calls_later(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena,
        "# P\n\n## Severity\n\n- **Level A**: flood. Response 10 minutes. Escalate to the gate lead at "
        "once.\n- **Level B**: leak. Response 1 hour, wake the pump lead after 4 hours.\n- **Level C**: "
        "drip. Call the clerk at once, the site manager "
        "after 15 minutes.\n");

    assert_int_equal(runbook->severities.n, 3);
    assert_int_equal(runbook->severities.at[2].escalate_after_s, 900);
    assert_string_equal(runbook->severities.at[0].id, "Level A");
    assert_int_equal(runbook->severities.at[0].escalate_after_s, 0);
    assert_string_equal(runbook->severities.at[0].escalate_to.at[0], "gate lead");
    assert_int_equal(runbook->severities.at[1].response_time_s, 3600);
    assert_int_equal(runbook->severities.at[1].escalate_after_s, 14400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_or_a_table_of_alerts_states_the_severity),
        cmocka_unit_test(the_last_sentence_of_a_paragraph_may_be_a_level_and_nothing_else),
        cmocka_unit_test(a_label_of_impact_states_the_severity_where_only_a_level_follows),
        cmocka_unit_test(a_level_in_the_bracket_of_a_title_is_stated),
        cmocka_unit_test(a_label_that_is_what_the_levels_are_called_states_the_severity),
        cmocka_unit_test(a_level_says_in_its_line_whom_it_calls_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
