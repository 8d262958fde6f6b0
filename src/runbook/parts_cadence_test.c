#include "runbook/parts_testing.h"

static void updates_have_an_interval_for_each_level(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Incident communication\n\n- Status updates go to stakeholders every 20 "
                        "minutes (P1), every 2 hours (P2) until the shop is open\n");

    assert_int_equal(parts->cadences.n, 2);
    assert_int_equal(parts->cadences.at[0].every_s, 1200);
    assert_int_equal(parts->cadences.at[0].applies_to.n, 1);
    assert_string_equal(parts->cadences.at[0].applies_to.at[0], "P1");
    assert_int_equal(parts->cadences.at[1].every_s, 7200);
    assert_string_equal(parts->cadences.at[1].applies_to.at[0], "P2");
    assert_string_equal(parts->cadences.at[0].until, "the shop is open");
    assert_string_equal(parts->cadences.at[0].audience, "stakeholder");
}

static void levels_may_stand_in_front_of_their_intervals_or_behind_them(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char *const sentences[] = {
        "Post updates every 30 min while P1 is open, every 2 hours in P2.",
        "In P1 post updates every 30 minutes, in P2 every 2 hours.",
        "- P1: updates every 30 min, P2 every 2 hours"};

    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        const struct runbook_parts *parts =
            parts_of(arena, arena_printf(arena, "# P\n\n## Incident communication\n\n%s\n", sentences[i]));
        assert_int_equal(parts->cadences.n, 2);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(parts->cadences.at[k].every_s, k == 0 ? 1800 : 7200);
            assert_int_equal(parts->cadences.at[k].applies_to.n, 1);
            assert_string_equal(parts->cadences.at[k].applies_to.at[0], k == 0 ? "P1" : "P2");
        }
    }
}

static void an_update_without_interval_is_kept_as_open(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Customer message template\n\n```\nDear [name],\nwe will send updates as "
                        "they become available.\n```\n");

    assert_int_equal(parts->cadences.n, 1);
    assert_true(parts->cadences.at[0].every_s == UNSTATED);
    assert_string_equal(parts->cadences.at[0].source, "template");
    assert_int_equal(parts->cadences.at[0].line, 7);
}

static void what_programs_do_every_minute_is_no_cadence(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\nThe agent polls every 5 minutes.\n\nThe cache is updated every 30 "
                        "seconds.\n\nBackups run daily.\n");

    assert_int_equal(parts->cadences.n, 0);
}

static void a_column_of_intervals_in_a_table_about_communication_counts(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Communication\n\n| Audience | Frequency |\n|---|---|\n| Staff | every 30 "
                        "minutes |\n| Board | hourly |\n");

    assert_int_equal(parts->cadences.n, 2);
    assert_int_equal(parts->cadences.at[1].every_s, 3600);
}

static void twice_a_day_is_every_twelve_hours(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Communication\n\n- Status updates twice a day to the wards\n");

    assert_int_equal(parts->cadences.n, 1);
    assert_int_equal(parts->cadences.at[0].every_s, 43200);
}

static void headings_and_columns_of_updates_say_how_often(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Every 30 minutes\n- [ ] Post an update\n\n## Every 5 minutes\n- [ ] Press start\n\n"
               "## Levels\n\n| Level | Update interval |\n|---|---|\n| P1 | 20 min |\n");

    assert_int_equal(parts->cadences.n, 2);
    assert_int_equal(parts->cadences.at[0].every_s, 1800);
    assert_int_equal(parts->cadences.at[0].line, 3);
    assert_int_equal(parts->cadences.at[1].every_s, 1200);
    assert_string_equal(parts->cadences.at[1].applies_to.at[0], "P1");
}

static void the_next_update_says_how_often(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Customer message template\n\n```\nDear [name],\nthe till of [shop] is shut.\n"
               "Next update in 20 minutes.\n```\n");

    assert_int_equal(parts->cadences.n, 1);
    assert_int_equal(parts->cadences.at[0].every_s, 1200);
    assert_int_equal(parts->cadences.at[0].line, 8);
}

static void columns_of_audiences_and_rows_of_intervals_say_how_often(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Severity\n\n| | Critical | High |\n|---|---|---|\n| Response time | 5 min | 30 min |\n"
        "| Update interval | 15 min | 1 hour |\n\n## Update cadence\n\n"
        "| Severity | Internal (Slack) | Customers |\n|---|---|---|\n"
        "| Critical | every 20 min | every 60 min |\n| High | every 2 h | as needed |\n");
    static const int64_t every_s[] = {900, 3600, 1200, 7200, 3600};

    assert_int_equal(parts->cadences.n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(parts->cadences.at[i].every_s, every_s[i]);
    assert_string_equal(parts->cadences.at[1].applies_to.at[0], "High");
    assert_string_equal(parts->cadences.at[4].applies_to.at[0], "Critical");
    assert_string_equal(parts->cadences.at[4].audience, "customer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(updates_have_an_interval_for_each_level),
        cmocka_unit_test(levels_may_stand_in_front_of_their_intervals_or_behind_them),
        cmocka_unit_test(an_update_without_interval_is_kept_as_open),
        cmocka_unit_test(what_programs_do_every_minute_is_no_cadence),
        cmocka_unit_test(a_column_of_intervals_in_a_table_about_communication_counts),
        cmocka_unit_test(twice_a_day_is_every_twelve_hours),
        cmocka_unit_test(headings_and_columns_of_updates_say_how_often),
        cmocka_unit_test(the_next_update_says_how_often),
        cmocka_unit_test(columns_of_audiences_and_rows_of_intervals_say_how_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
