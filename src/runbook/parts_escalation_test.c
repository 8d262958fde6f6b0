#include "runbook/parts_testing.h"

static const struct escalation *at_line(const struct runbook_parts *parts, int line)
{
    const struct escalation *found = NULL;

    list_each (escalation, &parts->escalations)
        if (escalation->line == line && strcmp(escalation->kind, "rule") == 0)
            found = escalation;
    return found;
}

static void a_sentence_that_calls_after_a_time_escalates(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Flood\n\n- Close the gate. If it does not move within 20 minutes, call the gate lead.\n"
        "- After 30 minutes without power, wake the site manager\n"
        "- Not dry in 45 minutes -> site director\n");

    assert_int_equal(parts->escalations.n, 3);
    assert_int_equal(at_line(parts, 5)->after_s, 1200);
    assert_string_equal(at_line(parts, 5)->to.at[0], "gate lead");
    assert_int_equal(at_line(parts, 6)->after_s, 1800);
    assert_int_equal(at_line(parts, 7)->after_s, 2700);
}

static void deadlines_rhythms_and_alert_rules_do_not_escalate(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Flood\n\n- Notify the site manager within 30 minutes.\n"
                        "- Inform the site manager every 15 minutes if it is not dry.\n"
                        "- The alert fires after 10 minutes and pages the on-call engineer.\n"
                        "- Call the site manager. Restart the pump after 5 minutes.\n");

    assert_int_equal(parts->escalations.n, 0);
}

static void a_table_says_in_a_column_of_its_own_after_how_long(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Alerts\n\n| Alert | Escalate to | Escalation after |\n|---|---|---|\n"
                        "| WaterHigh | Gate lead | 30m |\n| WaterLow | Site manager | 2 h |\n\n"
                        "## Escalation\n\n| Step | Contact | When |\n|---|---|---|\n"
                        "| 1 | Gate technician | Immediately |\n| 2 | Gate lead | After 10 minutes |\n");

    assert_int_equal(at_line(parts, 7)->after_s, 1800);
    assert_int_equal(at_line(parts, 8)->after_s, 7200);
    assert_int_equal(at_line(parts, 14)->after_s, 0);
    assert_int_equal(at_line(parts, 15)->after_s, 600);
    assert_string_equal(at_line(parts, 15)->to.at[0], "Gate lead");
}

static void rows_of_a_card_and_rungs_of_a_list_say_when(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n| | |\n|---|---|\n| Escalation contact | Water manager |\n| Escalate after | 15 minutes |\n\n"
        "**Escalation ladder**\n\n1. Gate lead (0 min)\n2. Site manager (30 min)\n\n## Flood\n\n"
        "- Nobody answers in 20 min? Page the site director.\n"
        "- Still wet after 1 hour: call the site director.\n");

    assert_int_equal(at_line(parts, 6)->after_s, 900);
    assert_string_equal(at_line(parts, 6)->to.at[0], "Water manager");
    assert_int_equal(at_line(parts, 10)->after_s, 0);
    assert_int_equal(at_line(parts, 11)->after_s, 1800);
    assert_int_equal(at_line(parts, 15)->after_s, 1200);
    assert_int_equal(at_line(parts, 16)->after_s, 3600);
}

static void a_time_in_brackets_counts_behind_a_label(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n| Field | Value |\n|---|---|\n| Escalation | Gate lead (15 min), VP Water (30 min) |\n");

    assert_int_equal(parts->escalations.n, 1);
    assert_int_equal(parts->escalations.at[0].after_s, 900);
    assert_int_equal(parts->escalations.at[0].to.n, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_that_calls_after_a_time_escalates),
        cmocka_unit_test(deadlines_rhythms_and_alert_rules_do_not_escalate),
        cmocka_unit_test(a_table_says_in_a_column_of_its_own_after_how_long),
        cmocka_unit_test(rows_of_a_card_and_rungs_of_a_list_say_when),
        cmocka_unit_test(a_time_in_brackets_counts_behind_a_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
