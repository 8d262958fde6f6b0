/* What other houses write around their procedures: limits in tables of alerts, promises of contracts, orders
 * in a sentence. */
#include "runbook/parts_testing.h"

static void limits_stand_in_tables_of_alerts_in_conditions_and_in_passages(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n| Alert | What it means |\n|---|---|\n| Backlog | more than 400 images wait |\n\n"
               "## Queue full\n\nCondition: `max(age) > 1800`, pending 5m.\n\nThreshold: 85 % of /data.\n\n"
               "The hit rate dropped below 1% (normal: 3-6%).\n\n1. If the queue is longer than 5,000: "
               "restart it\n");

    assert_int_equal(parts->thresholds.n, 5);
    double want[] = {5000, 400, 1800, 85, 1};
    for (size_t i = 0; i < parts->thresholds.n; i++) {
        bool found = false;
        for (size_t k = 0; k < 5; k++)
            found |= !(parts->thresholds.at[i].condition.value < want[k]) &&
                     !(parts->thresholds.at[i].condition.value > want[k]);
        assert_true(found);
    }
}

static void how_long_work_takes_is_no_limit(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# Restore\n\nThe restore takes more than 3 hours.\n\n1. Run `ls -l`\n");

    assert_int_equal(parts->thresholds.n, 0);
}

static void reports_and_reviews_are_due_wherever_they_are_promised(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Leak\n\n1. Disable filing\n2. The privacy officer decides within 60 "
                        "minutes; notification is "
                        "due within 72 hours.\n\n"
                        "## After the incident\n\nHeld within 5 working days, chaired by the manager.\n\n"
                        "## Speed\n\nThe cache fills within 2 hours.\n");

    assert_int_equal(parts->deadlines.n, 3);
    assert_int_equal(parts->deadlines.at[0].due_s, 259200);
    assert_int_equal(parts->deadlines.at[1].due_s, 3600);
    assert_int_equal(parts->deadlines.at[2].due_s, 432000);
    assert_string_equal(parts->deadlines.at[2].kind, "post_incident");
}

static void under_a_heading_about_telling_people_every_interval_counts(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n## Severity\n\n- **SEV1** - all down. Ack within 5 min.\n- **SEV2** - slow. Ack within 1 "
        "h.\n\n## Comms\n\nSEV1: post in `#incidents` every 20 minutes,\nstatus page every 60 min.\n");

    assert_int_equal(parts->cadences.n, 2);
    assert_int_equal(parts->cadences.at[0].every_s, 1200);
    assert_int_equal(parts->cadences.at[1].line, 11);
    assert_int_equal(parts->cadences.at[1].applies_to.n, 1);
    assert_string_equal(parts->cadences.at[1].applies_to.at[0], "SEV1");
}

static void a_sentence_may_give_the_order_of_recovery(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\nRecovery sequence: slide-store, then viewer, finally reporting.\n");

    assert_int_equal(parts->recovery_order.n, 3);
    assert_string_equal(parts->recovery_order.at[1].services.at[0].name, "viewer");
    assert_string_equal(parts->recovery_order.at[2].services.at[0].name, "reporting");
    parts = parts_of(arena, "# P\n\nSequence of the restart:\n\n1. PostgreSQL (db01)\n2. MinIO (s3)\n");
    assert_string_equal(parts->recovery_order.at[0].services.at[0].name, "PostgreSQL");
}

static void a_column_says_what_kind_of_channel_each_is(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\n| Contact point | Type | Target |\n|---|---|---|\n| critical | Opsgenie | team pumps |\n"
        "| chat | Slack | #pumps |\n| partner | Webhook | https://hooks.example/x |\n\n"
        "| Port | Type |\n|---|---|\n| 443 | Slack |\n| 80 | HTTP |\n");

    assert_int_equal(parts->channels.n, 3);
    assert_string_equal(parts->channels.at[0].kind, "pager");
    assert_string_equal(parts->channels.at[1].address, "#pumps");
    assert_string_equal(parts->channels.at[2].kind, "webhook");
}

static void a_calendar_holds_upkeep_and_drills(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Calendar\n\n| What | When |\n|---|---|\n| Rotate the keys | monthly |\n"
                        "| Failover exercise | every 6 months |\n");

    assert_int_equal(parts->maintenance.n, 1);
    assert_string_equal(parts->maintenance.at[0].rrule, "FREQ=MONTHLY");
    assert_int_equal(parts->drills.n, 1);
    assert_string_equal(parts->drills.at[0].recurrence, "half-yearly");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_stand_in_tables_of_alerts_in_conditions_and_in_passages),
        cmocka_unit_test(how_long_work_takes_is_no_limit),
        cmocka_unit_test(reports_and_reviews_are_due_wherever_they_are_promised),
        cmocka_unit_test(under_a_heading_about_telling_people_every_interval_counts),
        cmocka_unit_test(a_sentence_may_give_the_order_of_recovery),
        cmocka_unit_test(a_column_says_what_kind_of_channel_each_is),
        cmocka_unit_test(a_calendar_holds_upkeep_and_drills),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
