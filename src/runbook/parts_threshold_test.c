#include "runbook/parts_testing.h"

static void a_symptom_may_hold_several_limits(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Slow shop\n\n**Symptoms:** queue length > 40, 5xx errors at the till and "
                        "p95 latency > 200 ms.\n\n1. Look.\n");

    assert_int_equal(parts->thresholds.n, 3);
    assert_int_equal((int)parts->thresholds.at[0].condition.value, 40);
    assert_string_equal(parts->thresholds.at[1].condition.op, "class");
    assert_string_equal(parts->thresholds.at[2].condition.unit, "ms");
    assert_string_equal(parts->thresholds.at[2].condition.aggregate, "p95");
}

static void steps_limit_with_if_and_instructions_do_not(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Slow shop\n\n1. If CPU > 80 %, open a second till.\n2. Keep at least 3 "
                        "people.\n3. Route 10-20% of the guests to the door.\n");

    assert_int_equal(parts->thresholds.n, 1);
    assert_int_equal((int)parts->thresholds.at[0].condition.value, 80);
}

static void program_text_is_no_limit(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Slow shop\n\n1. Run awk '$3 > 100' over the list if needed.\n2. Map "
                        "0.0.0.0:80->8080 when asked.\n");

    assert_int_equal(parts->thresholds.n, 0);
}

static void the_age_in_a_query_is_a_limit(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Locked\n\n```bash\npsql -c \"select 1 from a where since < NOW() - "
                        "INTERVAL '5 minutes'\"\n```\n");

    assert_int_equal(parts->thresholds.n, 1);
    assert_int_equal((int)parts->thresholds.at[0].condition.value, 300);
    assert_string_equal(parts->thresholds.at[0].condition.op, ">");
}

static void a_heading_may_hold_a_limit(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n## Flow alarm (pressure > 40 %)\n1. Look\n\n## First look (< 5 minutes)\n1. Look\n");

    assert_int_equal(parts->thresholds.n, 1);
    assert_string_equal(parts->thresholds.at[0].condition.unit, "%");
    assert_int_equal(parts->thresholds.at[0].line, 3);
}

static void a_paragraph_may_state_a_limit(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena,
        "# P\n\nRead this when the shop is slow (queue > 40 or smiles < 85%) and the share of shut doors has "
        "exceeded 5%.\n\nMove from 2.1 to >= 2.4, change <10 rows> and keep version > 3.\n\n## Feed\n\n1. If "
        "`door_age_seconds` < 60, go home.\n");

    assert_int_equal(parts->thresholds.n, 4);
    assert_int_equal((int)parts->thresholds.at[0].condition.value, 60); /* steps come first */
    assert_string_equal(parts->thresholds.at[0].condition.unit, "s");
    assert_int_equal((int)parts->thresholds.at[1].condition.value, 40);
    assert_string_equal(parts->thresholds.at[2].condition.op, "<");
    assert_int_equal((int)parts->thresholds.at[3].condition.value, 5);
    assert_int_equal(parts->thresholds.at[3].line, 3);
}

static void the_expression_of_an_alerting_rule_ends_in_its_limit(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Rules\n\n```yaml\n- alert: DoorShut\n  expr: up{door=\"a\"} == 0\n- "
                        "alert: SlowDoor\n  expr: "
                        "max(door_open_seconds) >= 2.5\n- alert: Busy\n  expr: "
                        "rate(door_busy_seconds_total[5m]) > 0.8\n- alert: "
                        "Any\n  expr: absent(door > 3)\n```\n");

    assert_int_equal(parts->thresholds.n, 3);
    assert_string_equal(parts->thresholds.at[0].condition.op, "==");
    assert_int_equal(parts->thresholds.at[0].line, 7);
    assert_string_equal(parts->thresholds.at[1].condition.unit, "s");
    assert_string_equal(parts->thresholds.at[1].condition.op, ">=");
    assert_string_equal(parts->thresholds.at[2].condition.unit, "ratio");
}

static void a_limit_keeps_how_long_it_must_last(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts =
        parts_of(arena, "# P\n\n## Alerts\n\n- Errors > 5 % for 10 minutes\n- Wait above 800 ms over 5 min\n"
                        "- Heap above 6 GiB (15-minute average)\n- More than 3 failed logins within 1 hour\n"
                        "- Queue > 100 escalate within 15 minutes\n- Free space below 500 MiB\n");

    assert_int_equal(parts->thresholds.n, 6);
    assert_int_equal(parts->thresholds.at[0].condition.window_s, 600);
    assert_int_equal(parts->thresholds.at[1].condition.window_s, 300);
    assert_int_equal(parts->thresholds.at[2].condition.window_s, 900);
    assert_string_equal(parts->thresholds.at[2].condition.unit, "GiB");
    assert_int_equal(parts->thresholds.at[3].condition.window_s, 3600);
    assert_true(parts->thresholds.at[4].condition.window_s == UNSTATED);
    assert_true(parts->thresholds.at[5].condition.window_s == UNSTATED);
    assert_string_equal(parts->thresholds.at[5].condition.unit, "MiB");
}

static void a_column_may_say_how_long_a_limit_must_last(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook_parts *parts = parts_of(
        arena, "# P\n\n| Alert | Threshold | Duration |\n|---|---|---|\n| Slow | P99 > 2s | 5 min |\n"
               "| Busy | CPU > 90 % | - |\n");

    assert_int_equal(parts->thresholds.n, 2);
    assert_int_equal(parts->thresholds.at[0].condition.window_s, 300);
    assert_true(parts->thresholds.at[1].condition.window_s == UNSTATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_symptom_may_hold_several_limits),
        cmocka_unit_test(steps_limit_with_if_and_instructions_do_not),
        cmocka_unit_test(program_text_is_no_limit),
        cmocka_unit_test(the_age_in_a_query_is_a_limit),
        cmocka_unit_test(a_heading_may_hold_a_limit),
        cmocka_unit_test(a_paragraph_may_state_a_limit),
        cmocka_unit_test(the_expression_of_an_alerting_rule_ends_in_its_limit),
        cmocka_unit_test(a_limit_keeps_how_long_it_must_last),
        cmocka_unit_test(a_column_may_say_how_long_a_limit_must_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
