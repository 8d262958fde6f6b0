/* Tables of who is called of each level after which time. */
#include "base/testing.h"

#include <string.h>

#include "runbook/runbook.h"

#define LEVELS                                                                                               \
    "# R\n\n## Severity\n\n| Level | Meaning | Respond within |\n|---|---|---|\n"                            \
    "| P1 | all wards | 5 minutes |\n| P2 | one ward | 15 minutes |\n\n"

static struct runbook *read_text(struct arena *arena, const char *text)
{
    return runbook_read(arena, "x.md", text, strlen(text));
}

static void is_called(const struct runbook *runbook, size_t i, const char *level, const char *whom,
                      int64_t after_s)
{
    assert_true(i < runbook->parts.escalations.n);
    const struct escalation *rule = &runbook->parts.escalations.at[i];
    assert_string_equal(rule->applies_to.at[0], level);
    assert_string_equal(rule->to.at[0], whom);
    assert_int_equal(rule->after_s, after_s);
}

static void times_may_stand_down_and_levels_across(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook =
        read_text(arena, LEVELS "## Escalation matrix\n\n| Elapsed | P1 | P2 |\n|---|---|---|\n"
                                "| 0 min | On-call engineer | On-call engineer |\n"
                                "| 10 min | Duty manager | - |\n| 30 min | CTO | Duty manager |\n");

    assert_int_equal(runbook->severities.n, 2);
    assert_int_equal(runbook->severities.at[0].response_time_s, 300);
    assert_int_equal(runbook->severities.at[0].escalate_after_s, 600);
    assert_int_equal(runbook->severities.at[1].escalate_after_s, 1800);
    assert_int_equal(runbook->parts.escalations.n, 3);
    is_called(runbook, 0, "P1", "Duty manager", 600);
    is_called(runbook, 1, "P1", "CTO", 1800);
    is_called(runbook, 2, "P2", "Duty manager", 1800);
}

static void levels_may_stand_down_and_times_across(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    const struct runbook *runbook = read_text(
        arena, LEVELS
        "## Who is called\n\n| Level | Initial call | After 10 min | 30-60 min |\n|---|---|---|---|\n"
        "| P1 | On-call engineer | Duty manager | CTO |\n| P2 | On-call engineer | | Duty manager |\n");

    assert_int_equal(runbook->parts.escalations.n, 3);
    is_called(runbook, 0, "P1", "Duty manager", 600);
    is_called(runbook, 1, "P1", "CTO", 1800);
    is_called(runbook, 2, "P2", "Duty manager", 1800);
    assert_null(runbook->severities.at[0].description
                    ? strstr(runbook->severities.at[0].description, "On-call")
                    : NULL);
}

static void a_table_of_escalation_may_call_by_names_of_the_house(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char table[] =
        "| Level | 15 min | 1 hour |\n|---|---|---|\n| P1 | Hub | CTO |\n| P2 | - | Hub |\n";
    const struct runbook *runbook =
        read_text(arena, arena_printf(arena, "%s## Escalation\n\n%s", LEVELS, table));

    is_called(runbook, 0, "P1", "Hub", 900);
    is_called(runbook, 1, "P1", "CTO", 3600);
    runbook = read_text(arena, arena_printf(arena, "%s## Numbers\n\n%s", LEVELS, table));
    assert_int_equal(runbook->severities.at[0].escalate_after_s, UNSTATED);
}

static void times_of_something_else_are_no_matrix(void **state)
{
    (void)state;
    scoped_arena struct arena *arena = arena_new();
    static const char *const tables[] = {
        "| Level | First hour | After 2 hours |\n|---|---|---|\n| P1 | every 15 minutes | every hour |\n"
        "| P2 | every hour | every 4 hours |\n",
        "| Level | Response | Resolution |\n|---|---|---|\n| P1 | On-call engineer | CTO |\n| P2 | - | CTO "
        "|\n",
        "| Time | P1 | P2 |\n|---|---|---|\n| 30 min | Duty manager | - |\n| 10 min | CTO | Duty manager "
        "|\n"};

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const struct runbook *runbook =
            read_text(arena, arena_printf(arena, "%s## Escalation\n\n%s", LEVELS, tables[i]));
        assert_int_equal(runbook->severities.n, 2);
        list_each (level, &runbook->severities)
            assert_true(level->escalate_after_s == UNSTATED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_may_stand_down_and_levels_across),
        cmocka_unit_test(levels_may_stand_down_and_times_across),
        cmocka_unit_test(a_table_of_escalation_may_call_by_names_of_the_house),
        cmocka_unit_test(times_of_something_else_are_no_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
