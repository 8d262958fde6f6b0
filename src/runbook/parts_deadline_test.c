#include "runbook/parts_testing.h"

static void times_in_headings_and_labels_are_deadlines(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Pump stopped\n\n### First look (< 5 minutes)\n\n1. Look.\n\n**Second look "
                        "(5-15 minutes)**:\n\n- Look again.\n");

    assert_int_equal(parts->deadlines.n, 2);
    assert_int_equal(parts->deadlines.at[0].due_s, 300);
    assert_string_equal(parts->deadlines.at[0].op, "<");
    assert_string_equal(parts->deadlines.at[0].kind, "phase");
    assert_int_equal(parts->deadlines.at[1].due_min_s, 300);
    assert_string_equal(parts->deadlines.at[1].op, "range");
}

static void sentences_that_oblige_set_deadlines_and_conditions_do_not(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Post-Incident Review\n\nThe report must be sent within 24 hours of discovery.\n\n"
               "## Notes\n\nMore than 5% of doors stuck within 10 minutes is much.\n\nPods usually start "
               "within 2 minutes.\n");

    assert_int_equal(parts->deadlines.n, 1);
    assert_int_equal(parts->deadlines.at[0].due_s, 86400);
    assert_string_equal(parts->deadlines.at[0].after, "detected");
    assert_string_equal(parts->deadlines.at[0].kind, "post_incident");
}

static void response_times_of_levels_are_not_told_again(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Severity Levels\n\n### P1 - High\n- **Response Time**: within 15 "
                        "minutes\n- **Escalation**: to the manager within 30 minutes\n");

    assert_int_equal(parts->deadlines.n, 0);
}

static void action_items_have_columns_rows_and_due_times(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Action Items\n\n| Action | Owner | Due Date | Status "
                        "|\n|---|---|---|---|\n| New lock | Ana | +2 weeks | Open |\n| | | | |\n");

    assert_int_equal(parts->action_columns.n, 4);
    assert_int_equal(parts->action_rows.n, 1);
    assert_string_equal(parts->action_rows.at[0].owner, "Ana");
    assert_int_equal(parts->action_rows.at[0].due_s, 14 * 86400);
    assert_int_equal(parts->deadlines.n, 1);
    assert_string_equal(parts->deadlines.at[0].kind, "action_item");
}

static void a_table_without_owner_holds_no_action_items(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Actions\n\n| Action | Command |\n|---|---|\n| Stop | halt |\n");

    assert_int_equal(parts->action_columns.n, 0);
}

static void a_column_of_times_sets_deadlines(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Pump stopped\n\n| Time | Action | Owner |\n|-|-|-|\n| 0 min | Page | A |\n"
               "| 10 min | Valve closed | B |\n| 2 hours | Ward told | C |\n| Sprint | Fixed | D |\n\n"
               "## Sizes\n\n| Size | Uptime |\n|-|-|\n| Small | 5 days |\n");

    assert_int_equal(parts->deadlines.n, 2);
    assert_string_equal(parts->deadlines.at[0].what, "Valve closed");
    assert_int_equal(parts->deadlines.at[0].due_s, 600);
    assert_int_equal(parts->deadlines.at[0].line, 8);
    assert_int_equal(parts->deadlines.at[1].due_s, 7200);
}

static void moments_since_the_start_and_parts_named_for_their_time_are_deadlines(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## First 15 minutes\n- [ ] Stop the pump\n\n## Then\n\nMinute 20: ward informed\n\n"
               "- Report to the board within 72 hours\n\n| Step | Action | Time |\n|---|---|---|\n| 1 | Call "
               "| T+5m |\n");

    assert_int_equal(parts->deadlines.n, 4);
    assert_int_equal(parts->deadlines.at[0].due_s, 900);
    assert_int_equal(parts->deadlines.at[1].due_s, 300);
    assert_string_equal(parts->deadlines.at[1].what, "Call");
    assert_int_equal(parts->deadlines.at[2].due_s, 1200);
    assert_string_equal(parts->deadlines.at[2].what, "ward informed");
    assert_int_equal(parts->deadlines.at[3].due_s, 259200);
}

static void a_mark_or_a_label_of_time_sets_a_deadline(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## After a leak\n\n- **Notify the authority:** <= 24 hours\n"
                        "- **When:** Without delay, **within 72 hours** of discovery.\n"
                        "- Pressure is restored < 2 s\n- Pressure usually returns within 10 minutes.\n\n"
                        "## Papers\n\n1. Unit clerk enters the papers within 4 hours.\n");

    assert_int_equal(parts->deadlines.n, 3);
    assert_int_equal(parts->deadlines.at[0].due_s, 86400);
    assert_int_equal(parts->deadlines.at[1].due_s, 259200);
    assert_string_equal(parts->deadlines.at[1].after, "detected");
    assert_int_equal(parts->deadlines.at[2].due_s, 14400);
    assert_int_equal(parts->deadlines.at[2].line, 12);
}

static void a_time_in_front_of_a_colon_is_that_of_what_stands_behind_it(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## After a flood\n\nWithin 2 days: review with the gate lead. Report to the "
                        "board within 10 days.\n");

    assert_int_equal(parts->deadlines.n, 2);
    assert_int_equal(parts->deadlines.at[0].due_s, 172800);
    assert_non_null(strstr(parts->deadlines.at[0].what, "review with the gate lead"));
    assert_int_equal(parts->deadlines.at[1].due_s, 864000);
    assert_non_null(strstr(parts->deadlines.at[1].what, "Report to the board"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_in_headings_and_labels_are_deadlines),
        cmocka_unit_test(sentences_that_oblige_set_deadlines_and_conditions_do_not),
        cmocka_unit_test(response_times_of_levels_are_not_told_again),
        cmocka_unit_test(action_items_have_columns_rows_and_due_times),
        cmocka_unit_test(a_table_without_owner_holds_no_action_items),
        cmocka_unit_test(a_column_of_times_sets_deadlines),
        cmocka_unit_test(moments_since_the_start_and_parts_named_for_their_time_are_deadlines),
        cmocka_unit_test(a_mark_or_a_label_of_time_sets_a_deadline),
        cmocka_unit_test(a_time_in_front_of_a_colon_is_that_of_what_stands_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
