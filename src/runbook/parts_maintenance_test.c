#include "runbook/parts_testing.h"

static void tasks_have_a_recurrence_or_an_occasion(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Maintenance\n\n- Oil the doors quarterly.\n- Count the tills before and "
                        "after any holiday.\n- Perform a weekly check of the lights.\n- Smile.\n");

    assert_int_equal(parts->maintenance.n, 3);
    assert_string_equal(parts->maintenance.at[0].task, "Oil the doors");
    assert_string_equal(parts->maintenance.at[0].rrule, "FREQ=MONTHLY;INTERVAL=3");
    assert_null(parts->maintenance.at[1].rrule);
    assert_string_equal(parts->maintenance.at[1].event, "before and after any holiday");
    assert_string_equal(parts->maintenance.at[2].task, "check of the lights");
    assert_string_equal(parts->maintenance.at[2].recurrence, "weekly");
}

static void a_label_gives_all_tasks_below_it_their_recurrence(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Scheduled maintenance\n\n**Daily:**\n- Sweep\n- Mop\n");

    assert_int_equal(parts->maintenance.n, 2);
    assert_string_equal(parts->maintenance.at[1].rrule, "FREQ=DAILY");
}

static void a_drill_has_a_date_or_a_recurrence(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\nRun a fire drill every quarter.\n\n## X\n\nDrill a hole.\n\n---\n\n**Last "
                        "Tested**: 2026-01-05  \n**Next Drill**: 2026-04-05\n");

    assert_int_equal(parts->drills.n, 2);
    assert_string_equal(parts->drills.at[0].date, "2026-04-05");
    assert_string_equal(parts->drills.at[0].last, "2026-01-05");
    assert_string_equal(parts->drills.at[1].recurrence, "quarterly");
}

static void an_order_to_practise_is_a_drill(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n- Practise this on the first Tuesday of every quarter.\n"
                        "- Rehearse the failover twice a year.\n- Doctors practise every month.\n");

    assert_int_equal(parts->drills.n, 2);
    assert_string_equal(parts->drills.at[0].recurrence, "quarterly");
    assert_string_equal(parts->drills.at[1].recurrence, "half-yearly");
}

static void a_heading_names_a_drill_and_its_rhythm(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(arena, "# P\n\n## Testing and maintenance\n\n### Quarterly "
                                                        "restore drill\n\n1. Restore a ward\n2. Compare\n");

    assert_int_equal(parts->drills.n, 1);
    assert_string_equal(parts->drills.at[0].name, "Quarterly restore drill");
    assert_string_equal(parts->drills.at[0].recurrence, "quarterly");
    assert_int_equal(parts->maintenance.n, 0);
}

static void a_sentence_tells_what_is_kept_up_and_when_the_next_drill_is(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## After\n\nThe owner calls everybody who was there and writes down what each of them saw, "
        "heard "
        "and did, and in which order it was.\nThe fire doors are tested every quarter; the next drill is on "
        "2027-02-03.\n\nGuests come every week. The menu was reviewed by a cook.\n");

    assert_int_equal(parts->maintenance.n, 1);
    assert_string_equal(parts->maintenance.at[0].rrule, "FREQ=MONTHLY;INTERVAL=3");
    assert_int_equal(parts->maintenance.at[0].line, 6);
    assert_int_equal(parts->drills.n, 1);
    assert_string_equal(parts->drills.at[0].date, "2027-02-03");
    assert_int_equal(parts->drills.at[0].line, 6);
}

static void a_labelled_item_may_begin_with_its_rhythm(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Locks\n\n- **Key count:** Monthly, by the porter.\n- **Guests:** Some "
                        "come monthly.\n- **Status "
                        "update:** Daily.\n");

    assert_int_equal(parts->maintenance.n, 1);
    assert_string_equal(parts->maintenance.at[0].task, "Key count");
    assert_string_equal(parts->maintenance.at[0].rrule, "FREQ=MONTHLY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_to_practise_is_a_drill),
        cmocka_unit_test(a_heading_names_a_drill_and_its_rhythm),
        cmocka_unit_test(tasks_have_a_recurrence_or_an_occasion),
        cmocka_unit_test(a_label_gives_all_tasks_below_it_their_recurrence),
        cmocka_unit_test(a_drill_has_a_date_or_a_recurrence),
        cmocka_unit_test(a_sentence_tells_what_is_kept_up_and_when_the_next_drill_is),
        cmocka_unit_test(a_labelled_item_may_begin_with_its_rhythm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
