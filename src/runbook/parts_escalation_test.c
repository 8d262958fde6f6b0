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

static void what_is_labelled_with_a_wait_is_the_first_of_two(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Escalation\n\n"
               "- Not dry in 20 minutes: page the gate lead. Not dry in 40 minutes: page the CTO.\n");

    assert_int_equal(parts->escalations.n, 2);
    assert_string_equal(parts->escalations.at[0].to.at[0], "gate lead");
    assert_int_equal(parts->escalations.at[0].after_s, 1200);
    assert_string_equal(parts->escalations.at[1].to.at[0], "CTO");
    assert_int_equal(parts->escalations.at[1].after_s, 2400);
}

static void a_time_may_count_from_the_acknowledgement(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool from_answer;
    } rows[] = {
        {"If it is not dry within 20 minutes of acknowledgement, call the site manager.", true},
        {"Not dry 20 minutes after the ack: call the site manager.", true},
        {"20 min after it was acknowledged without a fix: page the site manager.", true},
        {"If it is not dry within 20 minutes, call the site manager.", false},
        {"If it is not dry within 20 minutes of the alert, call the site manager.", false},
        {"If not acknowledged in 20 minutes, call the site manager.", false},
        {"20 minutes without acknowledgement: call the site manager.", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        scoped_arena struct arena *arena = arena_new();
        const struct runbook_parts *parts =
            parts_of(arena, arena_printf(arena, "# P\n\n## Escalation\n\n- %s\n", rows[i].text));
        if (parts->escalations.n != 1 || parts->escalations.at[0].after_s != 1200 ||
            parts->escalations.at[0].from_answer != rows[i].from_answer)
            fail_msg("read otherwise: %s", rows[i].text);
    }
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

static void a_moment_that_calls_somebody_below_a_level_escalates_and_is_no_deadline(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Severity\n\n- **SEV1**: flood, respond within 5 minutes\n\n### SEV1 timeline\n\n"
               "- T+0: page the gate technician\n- T+15m: page the gate lead\n"
               "- T+1h: inform the site manager\n- T+20m: Inform stakeholders\n- T+30m: Gate is shut\n");

    assert_int_equal(at_line(parts, 9)->after_s, 0);
    assert_int_equal(at_line(parts, 10)->after_s, 900);
    assert_string_equal(at_line(parts, 10)->to.at[0], "gate lead");
    assert_string_equal(at_line(parts, 10)->applies_to.at[0], "SEV1");
    assert_int_equal(at_line(parts, 11)->after_s, 3600);
    assert_null(at_line(parts, 12));
    assert_null(at_line(parts, 13));
    assert_int_equal(parts->deadlines.n, 2);
}

static void arrows_between_roles_are_a_chain_wherever_they_stand(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## The night\n\nDuty engineer -> Gate lead -> Chief of hydrology -> Site director\n\n"
        "Nobody there? The pager goes on: primary (0m) \xe2\x86\x92 GK (10m) \xe2\x86\x92 boss (20m).\n\n"
        "Water -> Gate lead -> River\n");

    assert_int_equal(parts->escalations.n, 4);
    assert_string_equal(parts->escalations.at[0].kind, "chain");
    assert_int_equal(parts->escalations.at[0].to.n, 4);
    assert_string_equal(parts->escalations.at[0].to.at[2], "Chief of hydrology");
    assert_string_equal(parts->escalations.at[1].to.at[1], "GK");
    assert_int_equal(parts->escalations.at[3].after_s, 1200);
}

static void a_wait_that_is_said_once_stands_between_each_two_of_a_chain(void **state)
{
    (void)state;
    static const char *const said[] = {"Duty -> lead -> manager (15-minute intervals)",
                                       "Duty -> lead -> manager, every 15 minutes",
                                       "Duty -> lead -> manager (15 min each)"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        scoped_arena struct arena *arena = arena_new();
        const struct runbook_parts *parts =
            parts_of(arena, arena_printf(arena, "# P\n\n## Escalation\n\n%s\n", said[i]));
        assert_int_equal(parts->escalations.n, 3);
        assert_string_equal(parts->escalations.at[1].to.at[0], "lead");
        assert_int_equal(parts->escalations.at[1].after_s, 900);
        assert_string_equal(parts->escalations.at[2].to.at[0], "manager");
        assert_int_equal(parts->escalations.at[2].after_s, 1800);
    }
}

static void a_level_before_an_arrow_is_nobody_to_call(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n| Level | Response |\n|---|---|\n| SEV1 | 5 min |\n| SEV2 | 1 h |\n\n"
                        "## Escalation\n\nSEV1 -> CTO -> CEO\n");
    assert_int_equal(parts->escalations.n, 0);
}

static void a_ladder_in_a_fence_has_a_rule_a_rung(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n| Level | Meaning | Response time |\n|---|---|---|\n| SEV-1 | Flood | 5 minutes |\n\n"
               "## Escalation\n\n### SEV-1 escalation path\n\n```\n0 minutes: Alert triggered\n"
               "5 minutes: Primary on-call response required\n"
               "15 minutes: Escalate to secondary on-call if no response\n"
               "30 minutes: Escalate to platform lead\nT+60m: Engineering manager\n```\n");

    assert_null(at_line(parts, 13));
    assert_int_equal(at_line(parts, 14)->after_s, 900);
    assert_string_equal(at_line(parts, 14)->to.at[0], "secondary on-call");
    assert_string_equal(at_line(parts, 14)->applies_to.at[0], "SEV-1");
    assert_int_equal(at_line(parts, 15)->after_s, 1800);
    assert_int_equal(at_line(parts, 16)->after_s, 3600);
}

static void how_fast_somebody_answers_is_no_wait(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Escalation chain\n\n- Gate technician (15 min response)\n"
                        "- Gate lead (30 min)\n");

    assert_null(at_line(parts, 5));
    assert_int_equal(at_line(parts, 6)->after_s, 1800);
}

static void whom_to_call_stands_below_the_wait(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Night path\n\n1. The pump alarm rings.\n"
                        "2. If nobody answers after 15 minutes:\n   - The alarm escalates to the gate lead.\n"
                        "   - The log is kept.\n"
                        "3. If nobody answers after 30 minutes:\n   - The site manager is paged.\n");

    assert_int_equal(at_line(parts, 6)->after_s, 900);
    assert_string_equal(at_line(parts, 6)->to.at[0], "gate lead");
    assert_int_equal(at_line(parts, 9)->after_s, 1800);
    assert_string_equal(at_line(parts, 9)->to.at[0], "site manager");
}

static void who_is_called_by_a_name_of_the_house_is_taken_as_written(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Escalation\n\n1. Escalate to L3/management if unresolved in 30 minutes.\n"
                        "2. If unacknowledged after 15 minutes, escalate to the secondary.\n");

    assert_string_equal(at_line(parts, 5)->to.at[0], "L3/management");
    assert_string_equal(at_line(parts, 6)->to.at[0], "secondary");
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

static void a_level_calls_one_after_the_other(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n| Level | What | Response |\n|---|---|---|\n| P1 | all | 15 min |\n| P2 | some | 1 h |\n\n"
        "P1: page the gate lead. After 10 min page the dam lead; after 20 min the site manager.\n\n"
        "- P2: call the gate lead; after 4 hours call the dam lead.\n");

    assert_int_equal(parts->escalations.n, 3);
    assert_int_equal(parts->escalations.at[0].after_s, 600);
    assert_string_equal(parts->escalations.at[0].to.at[0], "dam lead");
    assert_string_equal(parts->escalations.at[0].applies_to.at[0], "P1");
    assert_int_equal(parts->escalations.at[1].after_s, 1200);
    assert_string_equal(parts->escalations.at[1].to.at[0], "site manager");
    assert_string_equal(parts->escalations.at[2].applies_to.at[0], "P2");
    assert_int_equal(parts->escalations.at[2].after_s, 14400);
}

static const char house_levels[] = "# P\n\n| Colour | Patients affected | Acknowledge | Fix "
                                   "|\n|---|---|---|---|\n| Red | all | 5 min | 1 h |\n"
                                   "| Amber | some | 15 min | 4 h |\n\n";

static void sentences_of_escalation_are_rules_of_the_levels_that_they_name(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        arena_printf(arena,
                     "%sEscalation: if a Red is not acknowledged in 5 minutes page the gate lead; after 15 "
                     "minutes page the site director. Amber goes to the dam lead after 30 minutes.\n",
                     house_levels));

    assert_int_equal(parts->escalations.n, 3);
    assert_string_equal(parts->escalations.at[0].applies_to.at[0], "Red");
    assert_int_equal(parts->escalations.at[0].after_s, 300);
    assert_string_equal(parts->escalations.at[1].to.at[0], "site director");
    assert_int_equal(parts->escalations.at[1].after_s, 900);
    assert_string_equal(parts->escalations.at[2].applies_to.at[0], "Amber");
    assert_string_equal(parts->escalations.at[2].to.at[0], "dam lead");
    assert_int_equal(parts->escalations.at[2].after_s, 1800);
}

static void a_name_of_the_house_that_names_something_else_is_no_level(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, arena_printf(arena,
                            "%s## Updates\n\nTell the Red Cross every 30 minutes.\n\nRed lamps: tell the "
                            "porters every 30 minutes.\n\nFor Amber tell the porters every 2 hours.\n",
                            house_levels));

    assert_int_equal(parts->cadences.n, 3);
    assert_int_equal(parts->cadences.at[0].applies_to.n, 0);
    assert_int_equal(parts->cadences.at[1].applies_to.n, 0);
    assert_string_equal(parts->cadences.at[2].applies_to.at[0], "Amber");
}

static void a_table_of_moments_calls_a_rung_a_row(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Escalation path\n\n| Time elapsed | Who | How |\n|---|---|---|\n"
                        "| Immediately | Gate on-call | pager |\n| T+15 | Gate lead | phone |\n"
                        "| T+30 minutes | Site manager | phone |\n| 1-2 h | CTO | phone |\n\n"
                        "## Flood\n\n| After | Notify |\n|---|---|\n| 0 min | Gate on-call |\n"
                        "| 20 min | Gate house desk |\n");

    assert_int_equal(at_line(parts, 7)->after_s, 0);
    assert_int_equal(at_line(parts, 8)->after_s, 900);
    assert_string_equal(at_line(parts, 8)->to.at[0], "Gate lead");
    assert_int_equal(at_line(parts, 9)->after_s, 1800);
    assert_int_equal(at_line(parts, 10)->after_s, 3600);
    assert_null(at_line(parts, 10)->condition);
    assert_int_equal(at_line(parts, 17)->after_s, 1200);
    assert_string_equal(at_line(parts, 17)->to.at[0], "Gate house desk");
}

static void numbers_of_a_ladder_have_the_unit_of_their_column_and_the_levels_of_its_heading(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Severity\n\n- P1: flood\n- P2: damp\n\n## Escalation (P1 only)\n\n"
                        "| Minutes | Escalate to |\n|---|---|\n| 0 | Gate on-call |\n| 15 | Gate lead |\n");

    assert_int_equal(at_line(parts, 13)->after_s, 900);
    assert_int_equal(at_line(parts, 13)->applies_to.n, 1);
    assert_string_equal(at_line(parts, 13)->applies_to.at[0], "P1");
}

static void a_table_of_deadlines_or_of_a_timeline_is_no_ladder(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Reporting\n\n| Time | Notify |\n|---|---|\n"
                        "| within 1 hour | Site manager |\n| within 24 hours | Ministry |\n\n"
                        "## Timeline\n\n| Time | Who |\n|---|---|\n| 10 min | Gate lead |\n"
                        "| 40 min | Site manager |\n");

    assert_int_equal(parts->escalations.n, 0);
}

static void a_condition_that_nothing_helped_waits(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Flood\n\n1. Close the gate.\n"
                        "2. If nothing helps within 30 minutes, hand over to the gate lead\n");

    assert_int_equal(at_line(parts, 6)->after_s, 1800);
    assert_string_equal(at_line(parts, 6)->to.at[0], "gate lead");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_level_calls_one_after_the_other),
        cmocka_unit_test(sentences_of_escalation_are_rules_of_the_levels_that_they_name),
        cmocka_unit_test(a_name_of_the_house_that_names_something_else_is_no_level),
        cmocka_unit_test(a_sentence_that_calls_after_a_time_escalates),
        cmocka_unit_test(what_is_labelled_with_a_wait_is_the_first_of_two),
        cmocka_unit_test(a_time_may_count_from_the_acknowledgement),
        cmocka_unit_test(deadlines_rhythms_and_alert_rules_do_not_escalate),
        cmocka_unit_test(a_table_says_in_a_column_of_its_own_after_how_long),
        cmocka_unit_test(a_moment_that_calls_somebody_below_a_level_escalates_and_is_no_deadline),
        cmocka_unit_test(arrows_between_roles_are_a_chain_wherever_they_stand),
        cmocka_unit_test(a_wait_that_is_said_once_stands_between_each_two_of_a_chain),
        cmocka_unit_test(a_level_before_an_arrow_is_nobody_to_call),
        cmocka_unit_test(a_ladder_in_a_fence_has_a_rule_a_rung),
        cmocka_unit_test(how_fast_somebody_answers_is_no_wait),
        cmocka_unit_test(whom_to_call_stands_below_the_wait),
        cmocka_unit_test(who_is_called_by_a_name_of_the_house_is_taken_as_written),
        cmocka_unit_test(rows_of_a_card_and_rungs_of_a_list_say_when),
        cmocka_unit_test(a_table_of_moments_calls_a_rung_a_row),
        cmocka_unit_test(a_condition_that_nothing_helped_waits),
        cmocka_unit_test(numbers_of_a_ladder_have_the_unit_of_their_column_and_the_levels_of_its_heading),
        cmocka_unit_test(a_table_of_deadlines_or_of_a_timeline_is_no_ladder),
        cmocka_unit_test(a_time_in_brackets_counts_behind_a_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
